"""Schedules for what clients have fetched."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.exchange.fetches.services import count_fetches, forget_fetches

SCHEDULES = (
    Schedule(
        "fetches.count",
        _("Compile fetch records"),
        _(
            "Joins what was fetched over the API, TAXII, feeds and exports into one record for each reader and event."
        ),
        count_fetches,
        rhythm=Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "fetches.forget",
        _("Remove old fetch records"),
        _(
            "Removes records of fetched events that are older than the setting allows, and those of deleted events."
        ),
        forget_fetches,
        at=time(3, 35),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
