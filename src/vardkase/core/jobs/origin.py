"""Which request ordered a job, so that its id follows into the worker's log."""

from __future__ import annotations

from typing import Any

from procrastinate import App
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from vardkase.core.sql import cursor
from vardkase.core.telemetry.request_ids import request_id


def keep_origins(app: App) -> None:
    app.job_manager = OriginKeepingManager(app.connector)


class OriginKeepingManager(JobManager):
    """Enters the current request's id beside each job, in the transaction that orders it."""

    def batch_defer_jobs(self, jobs: list[Job], connection: Any | None = None) -> list[Job]:
        ordered = super().batch_defer_jobs(jobs, connection)
        if number := request_id.get():
            numbers = [job.id for job in ordered if job.id is not None]
            cursor().execute(ORIGINS, {"jobs": numbers, "request": number})
        return ordered


ORIGINS = """
INSERT INTO job_origin (job_id, request_id) SELECT unnest(%(jobs)s::bigint[]), %(request)s
ON CONFLICT DO NOTHING
"""
