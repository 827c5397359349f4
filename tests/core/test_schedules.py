"""Scheduled tasks: when they are due, run once each time, and their results."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from vardkase.core import schedules
from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict
from vardkase.core.problems import CommonProblem, problems_in
from vardkase.core.schedules import Interval, Schedule, next_after, services
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.schedules.tasks import order_due, run

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DONE: list[str] = []


def works() -> int:
    DONE.append("works")
    return 3


def fails() -> int:
    raise Conflict(CommonProblem.OVERTAKEN())


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Two schedules of the test's own, and no others."""
    words = gettext_lazy("Overview")
    monkeypatch.setattr(schedules, "_registered", {})
    schedules.register(Schedule("test.works", words, words, works, on=True, changed_by=ChangedBy.OPERATOR))
    schedules.register(Schedule("test.fails", words, words, fails, changed_by=ChangedBy.OPERATOR))
    DONE.clear()


def due(name: str) -> None:
    services._enter_new()
    ScheduledTask.objects.filter(pk=name).update(next_run=timezone.now() - timedelta(days=2))


def queued() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="schedules.run", status="todo")
    return sorted(job.args["name"] for job in jobs)


@pytest.mark.parametrize(
    ("now", "rhythm", "at", "expected"),
    [
        ("2026-11-25T10:07", Interval.QUARTERLY, "00:00", "2026-11-25T10:15"),
        ("2026-11-25T10:45", Interval.QUARTERLY, "00:00", "2026-11-25T11:00"),
        ("2026-11-25T10:20", Interval.HOURLY, "00:20", "2026-11-25T11:20"),
        ("2026-11-25T10:19", Interval.HOURLY, "00:20", "2026-11-25T10:20"),
        ("2026-11-25T10:00", Interval.DAILY, "03:00", "2026-11-26T03:00"),
        ("2026-11-25T02:59", Interval.DAILY, "03:00", "2026-11-25T03:00"),
        ("2026-11-25T10:00", Interval.WEEKLY, "06:30", "2026-11-30T06:30"),
        ("2026-11-30T06:30", Interval.WEEKLY, "06:30", "2026-12-07T06:30"),
        ("2026-11-25T10:00", Interval.MONTHLY, "06:30", "2026-12-01T06:30"),
    ],
)
def test_next_run_of_an_interval(now: str, rhythm: Interval, at: str, expected: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=STOCKHOLM)
    found = next_after(local.astimezone(UTC), rhythm, time.fromisoformat(at), STOCKHOLM)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=STOCKHOLM)


def test_due_tasks_are_queued_once_unless_paused() -> None:
    due("test.works")
    due("test.fails")
    order_due(timestamp=0)
    order_due(timestamp=60)
    assert queued() == ["test.works"]
    assert ScheduledTask.objects.get(pk="test.works").next_run > timezone.now()


def test_result_of_a_run_is_stored() -> None:
    run("test.works")
    with pytest.raises(Conflict):
        run("test.fails")
    well, badly = (ScheduledTask.objects.get(pk=name) for name in ("test.works", "test.fails"))
    assert (DONE, well.last_count, well.last_fault, well.is_running) == (["works"], 3, "", False)
    assert (problems_in(badly.last_fault), badly.is_running) == ([CommonProblem.OVERTAKEN()], False)
    run("test.unknown")


def test_changed_times_apply_immediately() -> None:
    [fails_row, works_row] = services.all_tasks()
    services.change(works_row, Interval.MONTHLY, time(5, 0), paused=False)
    services.change(fails_row, Interval.QUARTERLY, time(5, 0), paused=False)
    kept = {row.name: (row.rhythm, row.paused) for row in services.all_tasks()}
    assert kept == {"test.works": ("month", False), "test.fails": ("quarter", False)}
    assert works_row.next_run.astimezone(STOCKHOLM).day == 1


def test_task_is_queued_only_once() -> None:
    assert services.order("test.works", 7)
    assert not services.order("test.works", 8)
    assert queued() == ["test.works"]


def test_duplicate_schedule_name_is_refused() -> None:
    words = gettext_lazy("Overview")
    with pytest.raises(RuntimeError):
        schedules.register(Schedule("test.works", words, words, fails, changed_by=ChangedBy.OPERATOR))
