"""What to do when two writers meet: the one that the database refuses begins again."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import errors

from vardkase.core.errors import Conflict

ATTEMPTS = 4
PAUSE = 0.05
OVERTAKEN = (
    errors.UniqueViolation,
    errors.ForeignKeyViolation,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
"""What PostgreSQL says when somebody else has just added, removed or locked what a transaction relied on."""


def again_if_overtaken[Result](work: Callable[[], Result]) -> Result:
    """Do `work`, and do it again when another writer got in its way.

    `work` checks before it writes, so the second time it meets what the other has stored, and answers in the
    ordinary way ("exists already"). Its transactions must be its own: inside an open one nothing is tried again.
    Raises Conflict when it is overtaken every time.
    """
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except Exception as error:
            if connection.in_atomic_block or not was_overtaken(error):
                raise
            refused = error
        time.sleep(PAUSE * attempt)
    raise Conflict("Somebody else changed the same thing at the same time. Try again.") from refused


def was_overtaken(error: BaseException) -> bool:
    """Whether `error`, from psycopg or wrapped by Django, means that another writer was faster."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return isinstance(cause, OVERTAKEN)
