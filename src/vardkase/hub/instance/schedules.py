"""Schedules as site administrators view and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.schedules import Interval, Schedule, find, services
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.approvals import CHANGE_SCHEDULE, reschedule, times_of
from vardkase.hub.instance.authority import require_may_change
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.services import propose


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule with its current times."""

    schedule: Schedule
    task: ScheduledTask


def scheduled_tasks(actor: Actor) -> list[Scheduled]:
    actor.require_oversight()
    pairs = ((find(task.name), task) for task in services.all_tasks())
    # A row without a schedule is of a version of the program that had one.
    return [Scheduled(schedule, task) for schedule, task in pairs if schedule is not None]


def find_scheduled(actor: Actor, name: str) -> Scheduled:
    for scheduled in scheduled_tasks(actor):
        if scheduled.schedule.name == name:
            return scheduled
    raise NotFound(InstanceProblem.NO_SUCH_TASK())


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    rhythm: Interval | None = None
    at: time | None = None
    paused: bool | None = None

    def values(self) -> dict[str, Any]:
        at = None if self.at is None else self.at.isoformat("minutes")
        chosen = {"rhythm": self.rhythm and str(self.rhythm), "at": at, "paused": self.paused}
        return {name: value for name, value in chosen.items() if value is not None}


@transaction.atomic
def change_schedules(
    actor: Actor, changes: Mapping[str, ScheduleChange], reason: str = ""
) -> list[ApprovalRequest]:
    """Change or pause schedules, by name; returns what awaits a second officer's approval.

    Such a change requires a `reason`. Raises Forbidden, NotFound, Invalid under `reason`, Conflict while a
    change is already pending; then nothing changes.
    """
    actor.require_writing()
    waiting = []
    for name, change in changes.items():
        scheduled = find_scheduled(actor, name)
        takes_two = require_may_change(actor, scheduled.schedule.changed_by)
        values = times_of(scheduled.task) | change.values()
        if values == times_of(scheduled.task):
            continue
        if not takes_two:
            reschedule(actor, scheduled.task, values)
            continue
        title = str(scheduled.schedule.title)
        request = propose(actor, CHANGE_SCHEDULE, name, title=title, parameters=values, reason=reason)
        if request.is_waiting:  # otherwise one officer alone may still decide, and it is done
            waiting.append(request)
    return waiting


@transaction.atomic
def run_now(actor: Actor, name: str) -> bool:
    """Order a run now, even if paused; False if one is already ordered. Raises Forbidden, NotFound, Conflict."""
    actor.require_writing(Permission.SITE_ADMIN)
    if not find_scheduled(actor, name).schedule.by_hand:
        raise Conflict(InstanceProblem.NOT_BY_HAND())
    ordered = services.order(name, actor.user_id or 0)
    if ordered:
        record(actor, HubAction.SCHEDULE_ORDERED, Target("schedule", title=name))
    return ordered
