"""A job reports its progress, keeps the reason of its failure, and stops on request."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from vardkase.core.errors import Conflict
from vardkase.core.jobs import progress
from vardkase.core.jobs.models import JobLogLine, JobProgress
from vardkase.core.problems import CommonProblem
from vardkase.core.schedules.job_cleanup import forget_ended


@pytest.fixture
def job(db: None) -> int:
    return int(app.configure_task("feeds.fetch", allow_unknown=True).defer(user_id=0, feed_id=1))


def doing(job: int, work: Callable[[], Any]) -> Any:
    """Run `work` as the worker runs the job."""
    running = SimpleNamespace(id=job, task_name="feeds.fetch", task_kwargs={"user_id": 0, "feed_id": 1})
    context = SimpleNamespace(job=running, task=SimpleNamespace(get_retry_exception=lambda *_: None))
    return progress.followed(work, context, None)  # type: ignore[arg-type]


def sql(text: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)


def test_progress_and_log_lines_are_stored(job: int) -> None:
    def work() -> None:
        progress.report(1, 4, "first")
        progress.report(2, 4)  # Too soon after the last one to be written.
        assert JobProgress.objects.get(pk=job).done == 1
        progress.report(4, 4, "x" * 9000)

    doing(job, work)
    stored = JobProgress.objects.get(pk=job)
    assert (stored.done, stored.total, stored.fault) == (4, 4, "")
    assert [len(line.text) for line in JobLogLine.objects.filter(job_id=job).order_by("pk")] == [5, 500]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Conflict(CommonProblem.QUOTED(said="Pull is off.")), "Pull is off."),
        (KeyError("s3cret"), "KeyError"),
    ],
)
def test_failure_is_kept_until_the_job_succeeds(job: int, fault: Exception, words: str) -> None:
    def fail() -> None:
        raise fault

    with pytest.raises(type(fault)):
        doing(job, fail)
    kept = JobProgress.objects.get(pk=job).fault
    assert words in kept
    assert "s3cret" not in kept
    doing(job, lambda: None)
    assert JobProgress.objects.get(pk=job).fault == ""


def test_job_stops_when_abort_is_requested(job: int) -> None:
    sql("UPDATE procrastinate_jobs SET status = 'doing', abort_requested = true WHERE id = %s", job)
    with pytest.raises(JobAborted):
        doing(job, lambda: progress.report(1, 4))
    assert JobProgress.objects.get(pk=job).fault == ""


def test_report_outside_a_job_is_ignored(db: None) -> None:
    progress.report(1, 2, "to nobody")
    assert not JobProgress.objects.exists()


def test_ended_jobs_and_their_logs_are_deleted_after_a_time(job: int) -> None:
    doing(job, lambda: progress.report(1, 1, "done"))
    kept = int(app.configure_task("feeds.fetch", allow_unknown=True).defer(user_id=0, feed_id=2))
    tick = int(app.configure_task("schedules.order_due").defer(timestamp=0))
    sql("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)", [job, tick])
    assert forget_ended() == 0
    sql(
        "UPDATE procrastinate_events SET at = now() - interval '2 hours' WHERE job_id = ANY(%s)",
        [job, kept, tick],
    )
    assert forget_ended() == 1
    sql("UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = ANY(%s)", [job, kept])
    assert forget_ended() == 1
    assert not JobProgress.objects.exists()
    assert not JobLogLine.objects.exists()
