"""Schedules of the office."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.hub.office.inbox.telling import tell_deputies

SCHEDULES = (
    Schedule(
        "office.tell_deputies",
        _("Tell deputies of absences"),
        _("Tells a deputy by e-mail when a colleague’s absence begins, and how many tasks come with it."),
        tell_deputies,
        Interval.QUARTERLY,
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
