"""What the hub does by itself, as site administrators see and change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.core.schedules import Rhythm, Schedule, find, services
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.instance.authority import require_may_change
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One thing that the hub does by itself: what it is, and when it is done."""

    schedule: Schedule
    task: ScheduledTask


def scheduled_tasks(actor: Actor) -> list[Scheduled]:
    """All of them, by name. Raises Forbidden."""
    actor.require_oversight()
    found = ((find(task.name), task) for task in services.all_tasks())
    return [Scheduled(schedule, task) for schedule, task in found if schedule is not None]


def find_scheduled(actor: Actor, name: str) -> Scheduled:
    """The one of this name. Raises Forbidden, NotFound."""
    for each in scheduled_tasks(actor):
        if each.schedule.name == name:
            return each
    raise NotFound("Invalid task.")


@dataclass(frozen=True, slots=True)
class Change:
    """What is chosen anew; None stays as it is."""

    rhythm: Rhythm | None = None
    at: time | None = None
    paused: bool | None = None


@transaction.atomic
def change_schedules(actor: Actor, changes: Mapping[str, Change]) -> None:
    """Choose when things are done, and whether at all, by name. Raises Forbidden, NotFound; then nothing changes."""
    actor.require_writing()
    for name, change in changes.items():
        found = find_scheduled(actor, name)
        require_may_change(actor, found.schedule.changed_by)
        row = found.task
        services.change(
            row,
            change.rhythm or Rhythm(row.rhythm),
            row.at if change.at is None else change.at,
            paused=row.paused if change.paused is None else change.paused,
        )
        facts = {"rhythm": row.rhythm, "at": row.at.isoformat("minutes"), "paused": row.paused}
        record(actor, "schedule.changed", Target("schedule", title=name), facts)


@transaction.atomic
def run_now(actor: Actor, name: str) -> bool:
    """Have it done in a moment, paused or not; False when that is ordered already. Raises Forbidden, NotFound."""
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    find_scheduled(actor, name)
    ordered = services.order(name, actor.user_id or 0)
    if ordered:
        record(actor, "schedule.ordered", Target("schedule", title=name))
    return ordered
