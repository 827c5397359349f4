"""Scheduled jobs. A package declares its own, and `config.wiring` registers them.

A `Schedule` is part of the software; whether it is on, and when it is due, is a row that site administrators change
(`hub.instance.schedules`). The worker looks each minute what is due, and does it as a job like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from vardkase.core.change_origin import ChangedBy

__all__ = ["Interval", "Schedule", "find", "next_after", "register", "registered"]


class Interval(StrEnum):
    """How often: weekly is on Mondays, monthly on the first."""

    QUARTERLY = "quarter"
    """Each quarter of an hour."""
    HOURLY = "hour"
    DAILY = "day"
    WEEKLY = "week"
    MONTHLY = "month"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A periodic task of the hub.

    `name` has the form ``package.verb``; `title` and `help` are for the page. `work` is called in a job, outside
    a transaction, and defers long work as separate jobs. It returns how many items it ordered or processed;
    what it raises is shown as the run's fault. `rhythm`, `at` (time of day; for HOURLY only the minute
    counts) and `on` are defaults, which those named by `changed_by` may change. Without `by_hand` it runs only when
    it is due.
    """

    name: str
    title: Promise
    help: Promise
    work: Callable[[], int]
    rhythm: Interval = Interval.DAILY
    at: time = time(3, 0)
    on: bool = False
    by_hand: bool = True
    changed_by: ChangedBy = field(kw_only=True)


_registered: dict[str, Schedule] = {}


def register(schedule: Schedule) -> None:
    """Register a schedule; registering the same one twice has no effect."""
    if _registered.setdefault(schedule.name, schedule) != schedule:
        raise RuntimeError(f"schedule {schedule.name} is registered twice")


def registered() -> dict[str, Schedule]:
    return dict(sorted(_registered.items()))


def find(name: str) -> Schedule | None:
    return _registered.get(name)


def next_after(moment: datetime, rhythm: Interval, at: time, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if rhythm is Interval.QUARTERLY:
        return _hour(local) + timedelta(minutes=(local.minute // 15 + 1) * 15)
    if rhythm is Interval.HOURLY:
        due = _hour(local) + timedelta(minutes=at.minute)
        return due if due > local else due + timedelta(hours=1)
    day = local.date()
    while not _falls_on(day, rhythm) or datetime.combine(day, at, zone) <= local:
        day += timedelta(days=1)
    return datetime.combine(day, at, zone)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _falls_on(day: date, rhythm: Interval) -> bool:
    if rhythm is Interval.WEEKLY:
        return day.weekday() == 0
    return rhythm is Interval.DAILY or day.day == 1
