"""Background jobs as the queue itself has them: what waits, runs, failed and is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

WAITING, RUNNING, FAILED, COMPLETED = 1, 2, 3, 4
"""MISP's numbers for the states of a job."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `arguments` is JSON, `state` the queue's own word, `ordered_by` the user, None for the hub itself."""

    id: int
    queue: str
    task: str
    arguments: str
    state: str
    attempts: int
    created: datetime | None
    changed: datetime | None
    ordered_by: int | None
    organisation_id: int | None

    @property
    def status(self) -> int:
        """MISP's number for the state."""
        return {"todo": WAITING, "doing": RUNNING, "succeeded": COMPLETED}.get(self.state, FAILED)

    @property
    def progress(self) -> int:
        """In percent: the queue knows begun and done."""
        return {WAITING: 0, RUNNING: 50}.get(self.status, 100)


def jobs(actor: Actor, limit: int, offset: int, queue: str = "") -> list[Job]:
    """A page of the jobs, newest first, of one queue when it is named. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    condition = "%(queue)s = '' OR j.queue_name = %(queue)s"
    return _found(condition, {"queue": queue, "limit": limit, "offset": offset})


def find_job(actor: Actor, job_id: int) -> Job:
    """One job: one's own, or any for site administrators. Raises NotFound."""
    found = _found("j.id = %(id)s", {"id": job_id, "limit": 1, "offset": 0})
    if not found or not (actor.is_site_admin or (found[0].ordered_by or 0) == actor.user_id):
        raise NotFound("Invalid job.")
    return found[0]


@transaction.atomic
def clear_jobs(actor: Actor, states: Sequence[str] = ("succeeded", "failed", "cancelled", "aborted")) -> int:
    """Forget jobs that have ended; returns how many. Raises Forbidden."""
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    count = cursor().execute(CLEAR, (list(states),)).rowcount
    record(actor, "job.cleared", Target("job"), {"count": count, "states": list(states)})
    return count


def periodic_tasks(actor: Actor) -> list[tuple[str, str]]:
    """The tasks that the worker does by itself: name and when (in cron's notation). Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    found = app.periodic_registry.periodic_tasks.values()
    return sorted((each.task.name, each.cron) for each in found)


def _found(condition: str, parameters: dict[str, Any]) -> list[Job]:
    return [Job(*row) for row in cursor().execute(JOBS.format(condition=condition), parameters).fetchall()]


JOBS = """
SELECT j.id, j.queue_name, j.task_name, j.args::text, j.status::text, j.attempts, e.first, e.last, u.id, u.org_id
FROM procrastinate_jobs j
LEFT JOIN account u ON u.id::text = j.args ->> 'user_id'
LEFT JOIN LATERAL (
    SELECT min(at) AS first, max(at) AS last FROM procrastinate_events WHERE job_id = j.id
) e ON TRUE
WHERE {condition} ORDER BY j.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
CLEAR = "DELETE FROM procrastinate_jobs WHERE status::text = ANY(%s)"
