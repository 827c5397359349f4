"""Schedules for policies."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.policy.approvals.services import expire_approvals

SCHEDULES = (
    Schedule(
        "approvals.expire",
        _("Close approval requests that nobody has decided"),
        _("Closes approval requests whose time has run out, and notifies those who asked."),
        expire_approvals,
        rhythm=Interval.HOURLY,
        at=time(0, 20),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
