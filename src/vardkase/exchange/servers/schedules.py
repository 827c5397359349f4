"""Schedules for connections; off by default."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.exchange.servers.tasks import cache_all

SCHEDULES = (
    Schedule(
        "servers.cache_all",
        _("Fetch hashes from connected hubs"),
        _("Updates the cached hashes of every connected hub with caching enabled."),
        cache_all,
        at=time(5, 0),
        changed_by=ChangedBy.OPERATOR,
    ),
)
