"""Schedules for personal data: reminders, and erasure."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.data_protection.breaches import upkeep as breaches
from vardkase.hub.data_protection.requests import upkeep as requests

SCHEDULES = (
    Schedule(
        "data_protection.remind",
        _("Remind of requests from data subjects"),
        _("Reminds controllers and legal officers of requests whose last day is near or past."),
        requests.remind,
        Interval.DAILY,
        time(6, 45),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
    Schedule(
        "data_protection.forget",
        _("Erase closed requests from data subjects"),
        _("Erases who asked, what was searched for and the copies, some time after a request is closed."),
        requests.forget,
        Interval.DAILY,
        time(3, 50),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
    Schedule(
        "data_protection.breaches",
        _("Remind of personal data breaches"),
        _("Reminds legal officers of the 72 hours within which a breach is reported to IMY."),
        breaches.remind,
        Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
