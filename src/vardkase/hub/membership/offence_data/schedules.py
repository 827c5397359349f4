"""Schedule that opens and closes the gate where a period ends or another begins."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.membership.offence_data.services import apply_grounds

APPLY_GROUNDS = Schedule(
    "membership.apply_offence_grounds",
    _("Check who may process personal data on offences"),
    _("Checks which organisations have a legal ground, by legal form, permissions and legal preconditions."),
    apply_grounds,
    Interval.HOURLY,
    time(0, 5),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
