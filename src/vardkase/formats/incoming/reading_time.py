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
def reading_time(user_id: int | None, tenths: Limit = TENTHS, reserved: int = 0) -> Iterator[None]:
    """Count the time of the block, also if it fails. Raises Invalid if the account's time is used up.

    `reserved` tenths count until the block ends, so that blocks that run at the same time share what is left.
    """
    check_time()
    if tenths.spend(user_id, 1 + reserved).is_exceeded:
        tenths.spend(user_id, -reserved)
        raise Invalid(ImportProblem.TOO_MUCH_READ())
    began = time.monotonic()
    try:
        yield
    finally:
        tenths.spend(user_id, int(10 * (time.monotonic() - began)) - reserved)


def each_in_time[Part](parts: Iterable[Part], seconds: float | None = None) -> Iterator[tuple[Part, float]]:
    """Each part with the time, by `time.monotonic`, until which parts of it may be begun: in `seconds` (AT_ONCE).

    Raises Invalid instead of another part after that.
    """
    end = time.monotonic() + (AT_ONCE if seconds is None else seconds)
    for part in parts:
        if time.monotonic() > end:
            raise Invalid(ImportProblem.TOO_MUCH_AT_ONCE())
        yield part, end
