"""Jobs whose worker was killed, and jobs of workers that only a clock calls silent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.support.loops import waited_for
from vardkase.core import stalled_jobs
from vardkase.core.retries import CUT_JOB
from vardkase.core.stalled_jobs import take_up_again


@pytest.mark.django_db(transaction=True)  # The job runs in another thread and sees only committed rows.
def test_stalled_jobs_are_retried_a_limited_number_of_times() -> None:
    number = app.configure_task("sync.pull", lock="pull 1", allow_unknown=True).defer(server_id=1)
    again = app.configure_task("sync.pull", lock="pull 2", allow_unknown=True).defer(server_id=2)
    with connection.cursor() as cursor:  # The state in which a killed worker leaves them.
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (%s, %s)", [number, again])
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [CUT_JOB.retries, again])
    waited_for(take_up_again.func, SimpleNamespace(app=app), 0)
    states = dict(ProcrastinateJob.objects.filter(pk__in=(number, again)).values_list("pk", "status"))
    assert states == {number: "todo", again: "failed"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moved", ["40 days", "-40 days"])
def test_a_clock_that_jumped_takes_no_job_from_a_worker_that_runs(
    moved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the clock went, the worker with a new heartbeat keeps its job, and the dead one's is retried."""
    monkeypatch.setattr(stalled_jobs, "PATIENCE", 0.5)
    numbers = [
        app.configure_task("sync.pull", lock=f"pull {n}", allow_unknown=True).defer(server_id=n)
        for n in (1, 2)
    ]
    with connection.cursor() as cursor:
        cursor.execute(WORKERS, [moved, moved])
        workers = [row[0] for row in cursor.fetchall()]
        for number, worker in zip(numbers, workers, strict=True):
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
                [worker, number],
            )
        with ThreadPoolExecutor(1) as threads:
            looking = threads.submit(waited_for, take_up_again.func, SimpleNamespace(app=app), 0)
            while not looking.done():
                cursor.execute("SELECT procrastinate_update_heartbeat_v1(%s)", [workers[0]])
            looking.result()
    states = dict(ProcrastinateJob.objects.filter(pk__in=numbers).values_list("pk", "status"))
    assert states == {numbers[0]: "doing", numbers[1]: "todo"}


WORKERS = """
INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval), (now() - %s::interval) RETURNING id
"""
