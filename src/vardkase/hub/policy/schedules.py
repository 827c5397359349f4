"""Schedules for policies."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.changed_by import ChangedBy
from vardkase.core.schedules import Rhythm, Schedule
from vardkase.hub.policy.approvals.services import expire_approvals

SCHEDULES = (
    Schedule(
        "approvals.expire",
        _("Close requests to publish that nobody has decided"),
        _("Closes requests for a second person whose time is over, and tells who asked."),
        expire_approvals,
        rhythm=Rhythm.HOURLY,
        at=time(0, 20),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
