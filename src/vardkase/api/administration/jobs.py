"""jobs/* and tasks/*: what the worker does, from the queue itself."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.paging import limit_and_offset
from vardkase.api.wire import stamp
from vardkase.hub.instance import jobs
from vardkase.hub.instance.jobs import Job
from vardkase.misp.flags import as_int

PAGE = 60
ENDED = {"completed": ("succeeded",), "failed": ("failed", "cancelled", "aborted")}
MESSAGES = {
    jobs.WAITING: "Waiting.",
    jobs.RUNNING: "Running.",
    jobs.FAILED: "Job failed.",
    jobs.COMPLETED: "Job done.",
}


def job_dict(job: Job) -> dict[str, Any]:
    """A job in MISP's order of members."""
    return {
        "id": str(job.id),
        "worker": job.queue,
        "job_type": job.task,
        "job_input": job.arguments,
        "status": str(job.status),
        "retries": str(max(job.attempts - 1, 0)),
        "message": MESSAGES[job.status],
        "progress": str(job.progress),
        "org_id": str(job.organisation_id or 0),
        "process_id": str(job.id),
        "date_created": stamp(job.created),
        "date_modified": stamp(job.changed),
    }


@endpoint("jobs/index", site_admin=True)
def index(call: Call) -> Answer:
    """A page of the jobs, newest first: ``/jobs/index/<queue>``."""
    limit, offset = limit_and_offset(call, PAGE)
    return Json([{"Job": job_dict(job)} for job in jobs.jobs(call.actor, limit, offset, call.arg(0))])


@endpoint("jobs/getProgress")
def progress(call: Call) -> Answer:
    """How far one's job is, in percent."""
    return Json(f"{jobs.find_job(call.actor, _id(call)).progress}%")


@endpoint("jobs/getError", site_admin=True)
def error(call: Call) -> Answer:
    """What became of a job; why it failed is in the worker's log, under its number."""
    job = jobs.find_job(call.actor, _id(call))
    return Json({"Job": job_dict(job), "error": job.status == jobs.FAILED})


@endpoint("jobs/clearJobs", site_admin=True, writes=True)
def clear(call: Call) -> Answer:
    """``/jobs/clearJobs/<all, completed or failed>``: forget those that have ended."""
    count = jobs.clear_jobs(call.actor, ENDED.get(call.arg(0), (*ENDED["completed"], *ENDED["failed"])))
    return saved(f"{count} job entries removed.", "/jobs/clearJobs")


@endpoint("tasks/index", site_admin=True)
def tasks(call: Call) -> Answer:
    """What the worker does by itself, and when; the times are part of the software."""
    return Json(
        [
            {"Task": {"id": str(place), "type": name, "timer": cron, "description": name}}
            for place, (name, cron) in enumerate(jobs.periodic_tasks(call.actor), 1)
        ]
    )


def _id(call: Call) -> int:
    return as_int(call.arg(0)) or 0
