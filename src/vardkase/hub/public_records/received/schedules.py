"""Schedules of the received register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.public_records.received.authorities import follow

SCHEDULES = (
    Schedule(
        "public_records.follow_authorities",
        _("Check which members are connected authorities"),
        _("Compares the register of connected authorities with memberships and legal rules."),
        follow,
        rhythm=Interval.HOURLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
