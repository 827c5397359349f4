"""Schedules for own feeds: removing unpublished and deleted events, and a full rebuild once a day."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.tasks import order


def refresh_all() -> int:
    return sum(order(pk) for pk in OwnFeed.objects.filter(enabled=True).values_list("pk", flat=True))


def write_all() -> int:
    return sum(
        order(pk, whole=True) for pk in OwnFeed.objects.filter(enabled=True).values_list("pk", flat=True)
    )


SCHEDULES = (
    Schedule(
        "own_feeds.refresh",
        _("Refresh the hub’s own feeds"),
        _("Adds new content to our own feeds, and removes what was unpublished or deleted."),
        refresh_all,
        Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "own_feeds.write_anew",
        _("Rewrite the hub’s own feeds"),
        _(
            "Rewrites every event in our own feeds, because names of organisations and tags can change "
            "without a new version."
        ),
        write_all,
        at=time(4, 20),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
