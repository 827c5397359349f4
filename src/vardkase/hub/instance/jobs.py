"""Background jobs as recorded by the queue: waiting, running, failed, done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.jobs.models import JobLogLine
from vardkase.core.schedules.job_cleanup import TICKS
from vardkase.core.sql import cursor
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.taxii.models import TaxiiServer
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.problems import JobProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

WAITING, RUNNING, FAILED, COMPLETED = 1, 2, 3, 4
"""MISP's numbers for the states of a job."""

SECONDS_TO_JUDGE = 3
"""How long a job must have run before its rate says anything."""
ACTIVE = ("todo", "doing")
ENDED = ("succeeded", "failed", "cancelled", "aborted")
LINES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    `arguments` is JSON, `state` the queue's own term, `ordered_by` the user, None for the hub itself.
    Reported by the job: `done` of `total` items (0: unknown) between `told_since` and `told_last`, and
    `fault`, why it failed. `stopping`: it was cancelled. `due`: it does not start before. `subject`: the name of the
    feed or connection that it is about, for site administrators.
    """

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
    orderer: str | None
    due: datetime | None
    stopping: bool
    done: int
    total: int
    told_since: datetime | None
    told_last: datetime | None
    fault: str
    subject: str = ""

    @property
    def status(self) -> int:
        return {"todo": WAITING, "doing": RUNNING, "succeeded": COMPLETED}.get(self.state, FAILED)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def progress(self) -> int:
        """In percent; jobs that do not report progress are either begun or done."""
        if self.status == RUNNING and self.total:
            return min(100 * self.done // self.total, 99)
        return {WAITING: 0, RUNNING: 50}.get(self.status, 100)

    @property
    def rate(self) -> float | None:
        if self.told_since is None or self.told_last is None or not self.done:
            return None
        seconds = (self.told_last - self.told_since).total_seconds()
        return self.done / seconds if seconds >= SECONDS_TO_JUDGE else None

    @property
    def seconds_left(self) -> int | None:
        if self.status != RUNNING or not self.rate or self.total <= self.done:
            return None
        return round((self.total - self.done) / self.rate)


def jobs(actor: Actor, limit: int, offset: int, queue: str = "") -> list[Job]:
    actor.require(Permission.SITE_ADMIN)
    condition = "%(queue)s = '' OR j.queue_name = %(queue)s"
    return _select(condition, {"queue": queue, "limit": limit, "offset": offset})


def find_job(actor: Actor, job_id: int) -> Job:
    """One job: the actor's own, or any for site administrators. Raises NotFound."""
    rows = _select("j.id = %(id)s", {"id": job_id, "limit": 1, "offset": 0})
    if not rows or not (actor.is_site_admin or (rows[0].ordered_by or 0) == actor.user_id):
        raise NotFound(JobProblem.NO_SUCH_JOB())
    return _named(actor, rows)[0]


def job_rows(actor: Actor, states: Sequence[str] = ()) -> QuerySet[ProcrastinateJob]:
    """The queue's rows in these states (none: all), except the worker's every-minute jobs. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    # Failures of those are shown: only the noise of those that work is left out.
    rows = ProcrastinateJob.objects.exclude(task_name__in=TICKS, status__in=("todo", "doing", "succeeded"))
    return rows.filter(status__in=states) if states else rows


def own_job_rows(actor: Actor) -> QuerySet[ProcrastinateJob]:
    """The queue's rows that the actor has ordered."""
    # As text, which the index is of.
    rows = ProcrastinateJob.objects.annotate(orderer=KeyTextTransform("user_id", "args"))
    own: QuerySet[ProcrastinateJob] = rows.filter(orderer=str(actor.user_id or 0))
    return own


def count_running(actor: Actor) -> int:
    """How many of the actor's own jobs run or wait."""
    return own_job_rows(actor).filter(status__in=ACTIVE).count()


def described(actor: Actor, rows: Iterable[ProcrastinateJob]) -> list[Job]:
    """Those of `rows` that the actor may see: its own, or all for site administrators."""
    ids = [row.pk for row in rows]
    by_id = {
        job.id: job for job in _select("j.id = ANY(%(ids)s)", {"ids": ids, "limit": len(ids), "offset": 0})
    }
    found = [by_id[pk] for pk in ids if pk in by_id]
    return _named(
        actor, [job for job in found if actor.is_site_admin or job.ordered_by == (actor.user_id or 0)]
    )


def _named(actor: Actor, jobs: Sequence[Job]) -> list[Job]:
    """With the names of what they are about: a query for each kind of thing."""
    if not actor.is_site_admin:
        return list(jobs)
    about = {job.id: _about(job) for job in jobs}
    wanted: dict[type[Feed | OwnFeed | Server | TaxiiServer], set[int]] = {}
    for model, number in filter(None, about.values()):
        wanted.setdefault(model, set()).add(number)
    names = {
        (model, pk): name
        for model, numbers in wanted.items()
        for pk, name in model._default_manager.filter(pk__in=numbers).values_list("pk", "name")  # noqa: SLF001
    }
    return [replace(job, subject=names.get(thing, "") if (thing := about[job.id]) else "") for job in jobs]


def _about(job: Job) -> tuple[type[Feed | OwnFeed | Server | TaxiiServer], int] | None:
    arguments = json.loads(job.arguments)
    if not isinstance(arguments, dict):
        return None
    if isinstance(number := arguments.get("feed_id"), int):
        return OwnFeed if job.task.startswith("own_feeds.") else Feed, number
    if isinstance(number := arguments.get("server_id"), int):
        return TaxiiServer if job.task.startswith("taxii.") else Server, number
    return None


def job_lines(actor: Actor, job: Job) -> list[JobLogLine]:
    del actor  # Those who can find the job may read its lines.
    lines = JobLogLine.objects.filter(job_id=job.id).order_by("-pk")[:LINES_SHOWN]
    return list(reversed(lines))


@transaction.atomic
def cancel_job(actor: Actor, job_id: int) -> None:
    """Cancel a job: it does not start, or stops at its next progress report. Raises NotFound, Conflict when
    it has ended."""
    actor.require_writing()
    job = find_job(actor, job_id)
    if not app.job_manager.cancel_job_by_id(job.id, abort=True):
        raise Conflict(JobProblem.ENDED())
    record(actor, HubAction.JOB_CANCELLED, Target("job", job.id, title=job.task))


@transaction.atomic
def retry_job(actor: Actor, job_id: int) -> None:
    """Retry a failed job. Raises NotFound, and Conflict if it has not failed or is already waiting."""
    actor.require_writing()
    job = find_job(actor, job_id)
    if job.state != "failed":
        raise Conflict(JobProblem.NOT_FAILED())
    try:
        # A savepoint: the fault of the queue must not break the transaction around it.
        with transaction.atomic():
            cursor().execute(NOT_STOPPED, (job.id,))
            app.job_manager.retry_job_by_id(job.id, retry_at=timezone.now())
    except (ConnectorException, DatabaseError) as error:
        raise Conflict(JobProblem.ALREADY_WAITING()) from error
    record(actor, HubAction.JOB_RETRIED, Target("job", job.id, title=job.task))


@transaction.atomic
def clear_jobs(actor: Actor, states: Sequence[str] = ENDED) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    count = cursor().execute(CLEAR, (list(states),)).rowcount
    record(actor, HubAction.JOB_CLEARED, Target("job"), {"count": count, "states": list(states)})
    return count


def _select(condition: str, parameters: dict[str, Any]) -> list[Job]:
    return [Job(*row) for row in cursor().execute(JOBS.format(condition=condition), parameters).fetchall()]


# The user is compared as text: arguments are JSON of the caller, and a cast of something else would fail.
JOBS = """
SELECT j.id, j.queue_name, j.task_name, j.args::text, j.status::text, j.attempts, e.first, e.last, u.id, u.org_id,
    u.email, j.scheduled_at, j.abort_requested AND j.status = 'doing', coalesce(p.done, 0), coalesce(p.total, 0),
    p.started, p.heard, coalesce(p.fault, '')
FROM procrastinate_jobs j
LEFT JOIN job_progress p ON p.job_id = j.id
LEFT JOIN account u ON u.id::text = j.args ->> 'user_id'
LEFT JOIN LATERAL (
    SELECT min(at) AS first, max(at) AS last FROM procrastinate_events WHERE job_id = j.id
) e ON TRUE
WHERE {condition} ORDER BY j.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
# The queue does not retry a job that is still to be cancelled.
NOT_STOPPED = "UPDATE procrastinate_jobs SET abort_requested = FALSE WHERE id = %s AND status = 'failed'"
CLEAR = "DELETE FROM procrastinate_jobs WHERE status::text = ANY(%s)"
