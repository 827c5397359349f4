"""Retry after write conflicts: the transaction that the database rejects is run again."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import errors

from vardkase.core.errors import Conflict
from vardkase.core.problems import CommonProblem

ATTEMPTS = 4
PAUSE = 0.05
OVERTAKEN = (
    errors.UniqueViolation,
    errors.ForeignKeyViolation,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
"""What PostgreSQL says when somebody else has just added, removed or locked what a transaction relied on."""


def retry_on_conflict[Result](work: Callable[[], Result]) -> Result:
    """Run `work`, and retry it when a concurrent writer interfered.

    `work` checks before it writes, so the retry meets what the other writer stored and answers normally
    ("exists already"). Its transactions must be its own: inside an open one nothing is retried. Raises
    Conflict if every attempt fails.
    """
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except Exception as error:
            if connection.in_atomic_block or not is_conflict(error):
                raise
            refused = error
        time.sleep(PAUSE * attempt)
    raise Conflict(CommonProblem.OVERTAKEN()) from refused


def is_conflict(error: BaseException) -> bool:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return isinstance(cause, OVERTAKEN)
