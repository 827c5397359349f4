"""Scheduled work on the terms."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.hub.membership.agreements.services.asking import remind

REMIND = Schedule(
    "membership_terms.remind",
    _("Remind members of new terms"),
    _("Reminds each member that has not accepted the current version as the deadline approaches."),
    remind,
    at=time(7, 0),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
