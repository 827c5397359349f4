"""Deletes finished jobs after a retention period."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.limits import forget_past_uses
from vardkase.core.schedules import Interval, Schedule
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.core.sql import cursor

TICKS = ("jobs.take_up_again", "schedules.order_due")
"""What the worker does each minute; nobody looks for yesterday's."""

DAYS_KEPT = Setting(
    "Vardkase.job_days_kept",
    30,
    _("How many days a background job is kept after it has ended."),
    level=2,
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=1, most=3650),
    changed_by=ChangedBy.OPERATOR,
)


def forget_ended() -> int:
    """Remove jobs that ended long ago (`Vardkase.job_days_kept`), the every-minute ones after an hour;
    returns how many.

    Also removes expired limit counts.
    """
    forget_past_uses()
    parameters = {"days": DAYS_KEPT.value, "ticks": list(TICKS)}
    return cursor().execute(FORGET, parameters).rowcount


FORGET_ENDED = Schedule(
    "jobs.forget_ended",
    _("Remove old jobs"),
    _("Removes old background jobs with their logs."),
    forget_ended,
    Interval.HOURLY,
    time(0, 20),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
FORGET = """
DELETE FROM procrastinate_jobs j
WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - CASE
        WHEN j.task_name = ANY(%(ticks)s) AND j.status = 'succeeded' THEN interval '1 hour'
        ELSE make_interval(days => %(days)s) END
)
"""
