"""Schedule of the quarterly report."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.office.quarterly.services import issue_last_quarter

SCHEDULES = (
    Schedule(
        "office.issue_quarterly_report",
        _("Issue the quarterly report"),
        _("Issues the report of the quarter that ended last, once, and mails it to its recipients."),
        issue_last_quarter,
        rhythm=Interval.MONTHLY,
        at=time(6, 0),
        changed_by=ChangedBy.OFFICERS,
    ),
)
