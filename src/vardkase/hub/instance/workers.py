"""Worker processes known to the database, and jobs waiting for them.

A worker names itself in its connection (`core.jobs.worker_name`). `vardkase serve` starts one and starts it
again whenever it ends, so stopping one is the way to begin afresh.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.jobs import QUEUES, WORKER_NAME, this_machine
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.problems import WorkerProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

KEPT_RUNNING = "The worker is started and kept running by `vardkase serve`."


MISP_QUEUES = ("cache", "default", "email", "prio", "update")
"""Queues that MISP's clients look for in the report. The workers serve one queue, and so stand for all of these."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One running process. `pid` is meaningful only on `machine`."""

    pid: int
    machine: str


def queues(actor: Actor) -> dict[str, dict[str, Any]]:
    actor.require_oversight()
    waiting = dict(cursor().execute(WAITING).fetchall())
    running = {str(worker.pid): _line(worker) for worker in _running()}
    return {
        name: {"ok": bool(running), "workers": running, "jobCount": waiting.get(name, 0)}
        for name in sorted({*QUEUES, *MISP_QUEUES, *waiting})
    }


def stop_workers(actor: Actor, pid: int | None = None) -> int:
    """Stop one worker, or all, after their current jobs; `serve` then restarts them. Returns how many were
    signalled.

    Raises NotFound for an unknown `pid`, Conflict for workers on other machines.
    """
    actor.require(Permission.SITE_ADMIN)
    actor.require_writing()
    workers = [worker for worker in _running() if pid in (None, worker.pid)]
    if pid is not None and not workers:
        raise NotFound(WorkerProblem.NO_SUCH_WORKER())
    # Checked for all before any is stopped. A pid of another machine would hit an unrelated process of this one.
    if any(worker.machine != this_machine() for worker in workers):
        raise Conflict(WorkerProblem.ELSEWHERE())
    title = ", ".join(str(worker.pid) for worker in workers)
    # Recorded first: none is stopped without a trace.
    with transaction.atomic():
        record(actor, HubAction.WORKER_STOPPED, Target("worker", title=title), {"count": len(workers)})
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            # It may have ended since the query.
            os.kill(worker.pid, signal.SIGTERM)
    return len(workers)


def _running() -> list[Worker]:
    names = cursor().execute(RUNNING).fetchall()
    # A set: each worker has several connections.
    workers = {match.groups() for (name,) in names if (match := WORKER_NAME.fullmatch(name))}
    return [Worker(int(pid), machine) for pid, machine in sorted(workers)]


def _line(worker: Worker) -> dict[str, Any]:
    return {
        "pid": worker.pid,
        "user": worker.machine,
        "type": "regular",
        "alive": True,
        "correct_user": True,
        "ok": True,
    }


RUNNING = "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
WAITING = """
SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY queue_name
"""
