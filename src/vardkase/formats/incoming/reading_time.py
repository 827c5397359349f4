"""How long the files and texts of one account may be read in an hour: each keeps a request thread and a core busy."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from vardkase.core.errors import Invalid
from vardkase.core.limits import Limit
from vardkase.core.time_budget import check_time
from vardkase.formats.problems import ImportProblem

TENTHS = Limit("reading of files", allowed=3_000, window=3600)
"""In tenths of a second, at least one for each file or text."""
AT_ONCE = 8.0
"""Seconds of one request, after which no other file is begun."""


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


def each_in_time[Part](parts: Iterable[Part]) -> Iterator[Part]:
    """Raises Invalid instead of another part once the parts before have taken AT_ONCE."""
    began = time.monotonic()
    for part in parts:
        if time.monotonic() - began > AT_ONCE:
            raise Invalid(ImportProblem.TOO_MUCH_AT_ONCE())
        yield part
