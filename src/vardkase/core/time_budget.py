"""Time limit per request, enforced at its next query.

The gateway sets a budget for each request in the thread that handles it. Jobs and commands have none and are not
limited. PostgreSQL limits each single statement (`statement_timeout`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

GRACE = 2.0
"""Seconds to roll back and answer; a request that is still running after that is stopped again."""


class OutOfTime(psycopg.errors.QueryCanceled):
    """The request exceeded its budget. Handled like a cancelled statement: nothing is stored."""


class _Current(threading.local):
    started = 0.0
    deadline: float | None = None


_present = _Current()


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Stop the current thread at its next query when the block takes longer than `seconds`."""
    _present.started = time.monotonic()
    _present.deadline = _present.started + seconds
    try:
        yield
    finally:
        _present.deadline = None


def allow(seconds: float) -> None:
    """Extend the current request's budget to `seconds` in total, for work known to be slow."""
    if _present.deadline is not None:
        _present.deadline = max(_present.deadline, _present.started + seconds)


def check_time() -> None:
    """Raise OutOfTime if the budget is exceeded. Every query checks; long loops without queries should too."""
    if _present.deadline is None:
        return
    now = time.monotonic()
    if now > _present.deadline:
        # Extended, or the rollback and the answer would raise it again.
        _present.deadline = now + GRACE
        raise OutOfTime("The request took longer than it may.")


@contextmanager
def paused() -> Iterator[None]:
    """Exclude the block from the budget: it waits for another machine, with its own timeout."""
    begun = time.monotonic()
    try:
        yield
    finally:
        if _present.deadline is not None:
            _present.deadline += time.monotonic() - begun
