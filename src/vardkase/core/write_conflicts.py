"""Retry after write conflicts: the transaction that the database rejects is run again."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import errors

from vardkase.core.errors import Conflict
from vardkase.core.problems import CommonProblem
from vardkase.core.retries import WRITE_CONFLICT

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
    failures = 0
    while True:
        failures += 1
        try:
            return work()
        except Exception as error:
            if connection.in_atomic_block or not is_conflict(error):
                raise
            if (pause := WRITE_CONFLICT.delay(failures)) is None:
                raise Conflict(CommonProblem.OVERTAKEN()) from error
        time.sleep(pause)


def is_conflict(error: BaseException) -> bool:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return isinstance(cause, OVERTAKEN)
