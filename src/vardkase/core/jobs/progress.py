"""Progress reports of running jobs, and requests to stop.

Background work calls `report` and `say` whether a job, a command or a page runs it: outside a job they do nothing.
They write on the caller's connection, so what is reported inside a transaction becomes visible when it ends.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, transaction
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from vardkase.core.jobs.hooks import JobEnded, job_ended
from vardkase.core.jobs.models import JobLogLine
from vardkase.core.jobs.problems import problem_of
from vardkase.core.jobs.running import Running, running
from vardkase.core.problems import stored
from vardkase.core.sql import cursor
from vardkase.core.telemetry import metrics, traces
from vardkase.core.telemetry.request_ids import request_id

EVERY = 0.5
"""Seconds between two writes of the progress of one job, and between two looks whether it is to stop."""

LONGEST_LINE = 500


def report(done: int, total: int = 0, line: str = "") -> None:
    """Report `done` of `total` items (0: unknown); `line` goes into the job's log.

    Written at most twice a second, and always at the end. Raises JobAborted if the job was cancelled: do not
    catch it.
    """
    if (job := running.get()) is None:
        return
    if line:
        say(line)
    if time.monotonic() - job.wrote < EVERY and done != total:
        return
    job.wrote = time.monotonic()
    cursor().execute(REPORTED, {"job": job.id, "done": done, "total": total})
    # Asked only as often as progress is written: report may be called for each of a million rows.
    row = cursor().execute(ABORT_REQUESTED, (job.id,)).fetchone()
    if row and row[0]:
        raise JobAborted


def say(line: str) -> None:
    """Write a line into the job's log."""
    if (job := running.get()) is not None:
        JobLogLine.objects.create(job_id=job.id, text=line[:LONGEST_LINE])


def followed(run: Callable[[], Any], context: JobContext, _worker: Any) -> Any:
    if context.job.id is None:
        return run()
    token = running.set(Running(context.job.id))
    ordered_by = request_id.set(_request_of(context.job.id))
    try:
        with _observed(context.job):
            result = run()
    except JobAborted:
        raise
    except Exception as fault:
        # The database itself may be what fails; the worker's log has the fault.
        with suppress(DatabaseError):
            cursor().execute(FAILED, {"job": context.job.id, "fault": stored(problem_of(fault))})
            if context.task.get_retry_exception(fault, context.job) is None:
                _announce_end(context.job, failed=True)
        raise
    else:
        cursor().execute(CLEAR_FAULT, (context.job.id,))
        # What is done is done, even if the report fails.
        with suppress(DatabaseError):
            _announce_end(context.job, failed=False)
        return result
    finally:
        request_id.reset(ordered_by)
        running.reset(token)


@contextmanager
def _observed(job: Job) -> Iterator[None]:
    span = traces.span("job", {"task": job.task_name, "job": job.id or 0})
    with span, metrics.timed(metrics.JOBS, job.task_name):
        yield


def _request_of(job_id: int) -> str:
    try:
        row = cursor().execute(REQUEST, (job_id,)).fetchone()
    except DatabaseError:  # The job itself will say so.
        return ""
    return row[0] if row else ""


@transaction.atomic
def _announce_end(job: Job, *, failed: bool) -> None:
    user_id = job.task_kwargs.get("user_id")
    orderer = user_id if isinstance(user_id, int) else 0
    arguments = json.dumps(job.task_kwargs, sort_keys=True)
    job_ended.emit(JobEnded(job.id or 0, job.task_name, arguments, orderer, failed))


ABORT_REQUESTED = "SELECT abort_requested FROM procrastinate_jobs WHERE id = %s"
# What is done grows less when the job is tried again: the rate is that of the new try.
REPORTED = """
INSERT INTO job_progress AS known (job_id, done, total, started, heard, fault)
VALUES (%(job)s, %(done)s, %(total)s, clock_timestamp(), clock_timestamp(), '')
ON CONFLICT (job_id) DO UPDATE SET done = excluded.done, total = excluded.total, heard = excluded.heard, fault = '',
    started = CASE WHEN excluded.done < known.done THEN excluded.started ELSE known.started END
"""
FAILED = """
INSERT INTO job_progress (job_id, done, total, started, heard, fault)
VALUES (%(job)s, 0, 0, clock_timestamp(), clock_timestamp(), %(fault)s)
ON CONFLICT (job_id) DO UPDATE SET fault = excluded.fault, heard = excluded.heard
"""
REQUEST = "SELECT request_id FROM job_origin WHERE job_id = %s"
CLEAR_FAULT = "UPDATE job_progress SET fault = '' WHERE job_id = %s AND fault <> ''"
