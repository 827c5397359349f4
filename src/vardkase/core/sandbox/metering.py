"""What jobs cost, charged to the user or address that asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from vardkase.core.errors import Conflict
from vardkase.core.limits import Limit
from vardkase.core.problems import Problem
from vardkase.core.sandbox import metered


@contextmanager
def charged(limit: Limit, whose: object, *, most: float, refusal: Problem) -> Iterator[None]:
    """Count the seconds that jobs work in the block, and no wait for others, as uses of `limit` in tenths of a second.

    `most` is held until the block ends, so that what runs at once cannot exceed the limit together. Raises Conflict.
    """
    held = ceil(most * 10)
    if limit.spend(whose, held).is_exceeded:
        limit.spend(whose, -held)
        raise Conflict(refusal)
    with metered() as meter:
        try:
            yield
        finally:  # Also what was given up has cost its time.
            limit.spend(whose, max(ceil(meter.seconds * 10), 1) - held)
