"""Time limit per request, enforced at its next query.

The gateway gives every request a budget, in the thread that works on it. What has none, such as a job or a command,
is not limited. A single statement is limited by PostgreSQL itself (`statement_timeout`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

GRACE = 2.0
"""Seconds to roll back and to answer, after which a request that goes on all the same is stopped again."""


class OutOfTime(psycopg.errors.QueryCanceled):
    """The request has had its time. Handled as a statement that took too long: nothing of it is stored."""


class _Current(threading.local):
    started = 0.0
    deadline: float | None = None


_present = _Current()


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Stop what the present thread does when the block takes longer than `seconds`."""
    _present.started = time.monotonic()
    _present.deadline = _present.started + seconds
    try:
        yield
    finally:
        _present.deadline = None


def allow(seconds: float) -> None:
    """Give the present request `seconds` in all, for what is known to take long."""
    if _present.deadline is not None:
        _present.deadline = max(_present.deadline, _present.started + seconds)


def check_time() -> None:
    """Raise OutOfTime when the present request has had its time. Every query does; long loops without one should."""
    if _present.deadline is None:
        return
    now = time.monotonic()
    if now > _present.deadline:
        _present.deadline = now + GRACE
        raise OutOfTime("The request took longer than it may.")


@contextmanager
def paused() -> Iterator[None]:
    """What the block takes does not count: it waits for somebody else, with a limit of its own."""
    begun = time.monotonic()
    try:
        yield
    finally:
        if _present.deadline is not None:
            _present.deadline += time.monotonic() - begun
