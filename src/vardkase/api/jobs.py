"""jobs/* and tasks/*: background jobs, read from the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Text
from vardkase.api.inputs import Body, Params
from vardkase.api.paging import Paging
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.api.value_formats import stamp
from vardkase.core.errors import Invalid
from vardkase.core.problems import stored_wire
from vardkase.core.schedules import Interval
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.instance import jobs, schedules
from vardkase.hub.instance.jobs import Job
from vardkase.hub.instance.schedules import ScheduleChange, Scheduled
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_int

PROFILES = EVERY

PAGE = 60
ENDED = {"completed": ("succeeded",), "failed": ("failed", "cancelled", "aborted")}
HOURS = {
    Interval.HOURLY: 1,
    Interval.DAILY: 24,
    Interval.WEEKLY: 168,
    Interval.MONTHLY: 720,
}
"""MISP's timers; a job of every quarter of an hour is listed as hourly."""
MESSAGES = {
    jobs.WAITING: "Waiting.",
    jobs.RUNNING: "Running.",
    jobs.FAILED: "Job failed.",
    jobs.COMPLETED: "Job done.",
}


class TaskBody(Body, kw_only=True):
    """Changes by the number of the task."""

    model = "Task"


class ScheduleChangeReason(Params, kw_only=True):
    reason: Text = ""


def job_dict(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "worker": job.queue,
        "job_type": job.task,
        "job_input": job.arguments,
        "status": str(job.status),
        "retries": str(max(job.attempts - 1, 0)),
        "message": stored_wire(job.fault) or MESSAGES[job.status],
        "progress": str(job.progress),
        "org_id": str(job.organisation_id or 0),
        "process_id": str(job.id),
        "date_created": stamp(job.created),
        "date_modified": stamp(job.changed),
    }


@endpoint("jobs/index", site_admin=True, answers="[Job]")
def index(call: Call, queue: str = "", *, params: Paging) -> Json:
    """List the jobs, newest first, page by page: ``/jobs/index/<queue>``."""
    limit, offset = params.limit_and_offset(PAGE)
    return Json([{"Job": job_dict(job)} for job in jobs.jobs(call.actor, limit, offset, queue)])


@endpoint("jobs/getProgress")
def progress(call: Call, job_id: str) -> Json:
    """Return the progress of the caller's job, in percent."""
    return Json(f"{jobs.find_job(call.actor, as_int(job_id) or 0).progress}%")


@endpoint("jobs/getError", site_admin=True)
def error(call: Call, job_id: str) -> Json:
    """Return the outcome of a job; `message` says why it failed."""
    job = jobs.find_job(call.actor, as_int(job_id) or 0)
    return Json({"Job": job_dict(job), "error": job.status == jobs.FAILED})


@endpoint("jobs/clearJobs", site_admin=True, writes=True)
def clear(call: Call, state: str = "all") -> Saved:
    """Delete finished jobs: ``/jobs/clearJobs/<all, completed or failed>``."""
    count = jobs.clear_jobs(call.actor, ENDED.get(state, (*ENDED["completed"], *ENDED["failed"])))
    return saved(f"{count} job entries removed.", "/jobs/clearJobs")


@endpoint("tasks/index", oversight=True)
def tasks(call: Call) -> Json:
    """List the scheduled tasks. `timer` is in hours, 0 while paused; `scheduled_time` is in the hub's time
    zone."""
    scheduled = schedules.scheduled_tasks(call.actor)
    return Json([{"Task": task_dict(task, place)} for place, task in enumerate(scheduled, 1)])


@endpoint(
    "tasks/setTask",
    proposes=("change_schedule",),
    oversight=True,
    writes=True,
    describes=Description(
        "Choose when the hub does things by itself: each task by its number in tasks/index. A timer of 0 pauses it, "
        "24 is daily, 168 weekly, 720 monthly, 1 hourly.",
        mandatory=("Task",),
    ),
)
def set_task(call: Call, *, body: TaskBody, params: ScheduleChangeReason) -> Saved:
    """Change scheduled tasks, all or none: ``{"Task": {"<id>": {"timer": "24", "scheduled_time":
    "12:00"}}}``."""
    try:
        waits = schedules.change_schedules(call.actor, _changes(call.actor, body), params.reason)
    except Invalid as error:
        raise SaveFailed("edit Task", "/tasks/setTask", error.errors) from error
    if waits:
        numbers = [str(wait.pk) for wait in waits]
        answer = saved(
            "The change is waiting for a second officer.", "/tasks/setTask", approval_request_ids=numbers
        )
        # 202: nothing has changed yet.
        return replace(answer, status=202)
    return saved("Task edited", "/tasks/setTask")


def task_dict(scheduled: Scheduled, place: int) -> dict[str, Any]:
    row = scheduled.task
    return {
        "id": str(place),
        "type": row.name,
        "timer": "0" if row.paused else str(HOURS.get(Interval(row.rhythm), 1)),
        "scheduled_time": row.at.isoformat("minutes"),
        "process_id": None,
        "description": str(scheduled.schedule.help),
        "next_execution_time": str(int(row.next_run.timestamp())),
        "message": stored_wire(row.last_fault) or _outcome(row),
    }


def _outcome(row: ScheduledTask) -> str:
    if row.last_run is None:
        return "Not scheduled yet." if row.paused else "Scheduled."
    return "Running." if row.is_running else f"Done: {row.last_count}."


def _changes(actor: Actor, body: TaskBody) -> dict[str, ScheduleChange]:
    names = [task.schedule.name for task in schedules.scheduled_tasks(actor)]
    changes = {}
    # MISP numbers its tasks. Ours have names, and their number is their place in tasks/index.
    for number, data in body.sent.items():
        place = as_int(number)
        if place is None or not 1 <= place <= len(names) or not isinstance(data, dict):
            raise Invalid({"id": [ApiProblem.NO_SUCH_TASK(number=number)]})
        changes[names[place - 1]] = _change(data)
    return changes


def _change(data: dict[str, Any]) -> ScheduleChange:
    rhythm, at = None, None
    hours = as_int(data["timer"]) if "timer" in data else None
    if "timer" in data and hours != 0:
        rhythm = next((each for each, number in HOURS.items() if number == hours), None)
        if rhythm is None:
            raise Invalid({"timer": [ApiProblem.UNKNOWN_TIMER(choices=[0, *HOURS.values()])]})
    if "scheduled_time" in data:
        try:
            at = time.fromisoformat(str(data["scheduled_time"]))
        except ValueError as error:
            raise Invalid({"scheduled_time": [ApiProblem.NOT_A_TIME_OF_DAY()]}) from error
    return ScheduleChange(rhythm, at, paused=None if "timer" not in data else hours == 0)
