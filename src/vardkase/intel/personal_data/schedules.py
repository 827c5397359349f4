"""Schedule that searches events that were stored before personal data were marked."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.intel.personal_data.services import mark_existing

MARK_EXISTING = Schedule(
    "personal_data.mark_existing",
    _("Mark personal data in older events"),
    _(
        "Searches the events that were stored before the hub marked personal data, or since when it recognises more. "
        "New and changed events are searched at once."
    ),
    mark_existing,
    Interval.HOURLY,
    time(0, 35),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
