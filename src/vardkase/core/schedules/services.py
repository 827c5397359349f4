"""Services for schedules: registration, queueing due jobs, changing intervals, running a job now."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import stored
from vardkase.core.schedules import Interval, Schedule, find, next_after, registered
from vardkase.core.schedules.models import ScheduledTask

RUN = "schedules.run"
"""The task that does what is due."""


def all_tasks() -> list[ScheduledTask]:
    stored = {row.name: row for row in ScheduledTask.objects.all()}
    return [stored.get(name) or _first(schedule) for name, schedule in registered().items()]


def _enter_new() -> None:
    rows = [_first(schedule) for schedule in registered().values()]
    ScheduledTask.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def order_due() -> list[str]:
    """Order the schedules that are due, each only once even with concurrent calls; returns their names."""
    _enter_new()
    now = timezone.now()
    # What another process holds it is ordering at this moment.
    due = ScheduledTask.objects.select_for_update(skip_locked=True).filter(
        name__in=registered(), paused=False, next_run__lte=now
    )
    names = []
    for row in due:
        row.next_run = _next(Interval(row.rhythm), row.at, now)
        row.save(update_fields=["next_run"])
        order(row.name)
        names.append(row.name)
    return names


def order(name: str, user_id: int = 0) -> bool:
    """Order a run now, for `user_id` (0: the hub itself); False if one is already waiting."""
    job = app.configure_task(RUN, lock=f"schedule {name}", queueing_lock=f"schedule {name}")
    try:
        # A savepoint: the unique violation behind AlreadyEnqueued would end the caller's transaction.
        with transaction.atomic():
            job.defer(name=name, user_id=user_id)
    except AlreadyEnqueued:
        return False
    return True


def change(row: ScheduledTask, rhythm: Interval, at: time, *, paused: bool) -> None:
    row.rhythm, row.at, row.paused = rhythm, at, paused
    row.next_run = _next(rhythm, at, timezone.now())
    row.save()


def run(name: str) -> None:
    schedule = find(name)
    if schedule is None:  # Ordered by a newer or an older hub.
        return
    _enter_new()
    row = ScheduledTask.objects.get(pk=name)
    row.last_run, row.last_count, row.last_fault = timezone.now(), 0, ""
    row.save(update_fields=["last_run"])
    try:
        row.last_count = schedule.work()
    except BaseException as fault:  # Also a cancelled job: it ended too, and why belongs in the list.
        row.last_fault = stored(problem_of(fault))
        raise
    finally:
        row.last_ended = timezone.now()
        row.save(update_fields=["last_ended", "last_count", "last_fault"])


def _first(schedule: Schedule) -> ScheduledTask:
    return ScheduledTask(
        name=schedule.name,
        paused=not schedule.on,
        rhythm=schedule.rhythm,
        at=schedule.at,
        next_run=_next(schedule.rhythm, schedule.at, timezone.now()),
    )


def _next(rhythm: Interval, at: time, now: datetime) -> datetime:
    return next_after(now, rhythm, at, timezone.get_default_timezone())
