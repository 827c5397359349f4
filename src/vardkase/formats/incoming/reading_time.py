"""How long the files of one account may be read in an hour: a request thread and a process wait for each file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from vardkase.core.errors import Invalid
from vardkase.core.limits import Limit
from vardkase.core.time_budget import check_time
from vardkase.formats.problems import ImportProblem

TENTHS = Limit("reading of files", allowed=3_000, window=3600)
"""In tenths of a second, at least one for each file."""


@contextmanager
def reading_time(user_id: int | None) -> Iterator[None]:
    """Count the time of the block, also if it fails. Raises Invalid if the account's time is used up."""
    check_time()
    if TENTHS.spend(user_id).is_exceeded:
        raise Invalid(ImportProblem.TOO_MUCH_READ())
    began = time.monotonic()
    try:
        yield
    finally:
        TENTHS.spend(user_id, int(10 * (time.monotonic() - began)))
