"""Requeues jobs of a killed worker, which would otherwise hold their locks forever.

A worker is gone when its heartbeat does not change any more. Clocks only say where to look: after one that went
forwards every worker seems silent, and after one that went back a dead worker seems alive.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from vardkase.core.retries import CUT_JOB

PATIENCE = 20.0
"""Seconds of waiting for a heartbeat: workers send one every ten."""
NEVER = 1e9
"""Seconds of silence: nobody is judged by the clock."""


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up_again", queueing_lock="jobs.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Forget workers that are gone, and retry their jobs."""
    manager = context.app.job_manager
    with suppress(asyncio.CancelledError):  # This worker ends; the next one looks again.
        await _forget_gone_workers(manager)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=NEVER):  # Those without a worker.
        if CUT_JOB.delay(job.attempts + 1) is None:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)


async def _forget_gone_workers(manager: JobManager) -> None:
    suspects = await manager.connector.execute_query_all_async(SUSPECTS)
    if suspects:
        await asyncio.sleep(PATIENCE)
        numbers, beats = zip(*(each.values() for each in suspects), strict=True)
        await manager.connector.execute_query_async(FORGET, numbers=list(numbers), beats=list(beats))


SUSPECTS = """
SELECT id, last_heartbeat FROM procrastinate_workers
WHERE last_heartbeat NOT BETWEEN now() - interval '15 seconds' AND now() + interval '15 seconds'
"""
FORGET = """
DELETE FROM procrastinate_workers w USING unnest(%(numbers)s::bigint[], %(beats)s::timestamptz[]) AS suspect (id, beat)
WHERE w.id = suspect.id AND w.last_heartbeat = suspect.beat
"""
