"""The job that this thread works on. Without models: log records ask for it as soon as there is a log."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Running:
    id: int
    wrote: float = 0.0
    """When its progress was last stored, by the monotonic clock."""


running: ContextVar[Running | None] = ContextVar("running job", default=None)


def running_job() -> int | None:
    job = running.get()
    return job.id if job else None
