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
        _("Close undecided approval requests"),
        _("Closes expired approval requests and notifies the requesters."),
        expire_approvals,
        rhythm=Interval.HOURLY,
        at=time(0, 20),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
