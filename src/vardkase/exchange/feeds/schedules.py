"""Schedules for fetching and caching feeds; off by default."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.exchange.feeds.caching import chosen_feeds
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.tasks import order_cache, order_fetch


def fetch_all() -> int:
    return len(order_fetch(None, list(Feed.objects.filter(enabled=True).values_list("pk", flat=True))))


def cache_all() -> int:
    return len(order_cache(None, [feed.pk for feed in chosen_feeds("all")]))


SCHEDULES = (
    Schedule(
        "feeds.fetch_all",
        _("Fetch feeds"),
        _("Fetches what is new from every enabled feed."),
        fetch_all,
        at=time(2, 0),
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "feeds.cache_all",
        _("Cache feeds"),
        _("Reads every feed with caching enabled, so that values can be looked up in it."),
        cache_all,
        Interval.DAILY,
        time(2, 30),
        changed_by=ChangedBy.OPERATOR,
    ),
)
