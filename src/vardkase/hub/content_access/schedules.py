"""Schedules for content access."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.content_access.services import end_overdue

SCHEDULES = (
    Schedule(
        "content_access.end_overdue",
        _("End operators’ access to content"),
        _(
            "Records expired access, notifies the organisations whose content was read, and lets unanswered "
            "requests expire."
        ),
        end_overdue,
        rhythm=Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
