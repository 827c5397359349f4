"""Requeues jobs of a killed worker, which would otherwise hold their locks forever."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from vardkase.core.retries import CUT_JOB


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up_again", queueing_lock="jobs.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Retry every job whose worker has sent no heartbeat for half a minute."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if CUT_JOB.delay(job.attempts + 1) is None:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)
