"""Waiting for another machine or process in a thread that others need meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from vardkase.core.errors import VardkaseError
from vardkase.core.time_budget import paused


class TooManyBlocked(VardkaseError):
    """So many threads wait already that this one may not."""


class Pool(Protocol):
    """Whoever gives a thread its work."""

    def blocked(self) -> AbstractContextManager[None]:
        """While the block runs, another thread may do what this one would do. Raises TooManyBlocked."""


class _Present(threading.local):
    pool: Pool | None = None


_thread = _Present()


def join_pool(pool: Pool) -> None:
    """Make the present thread one of `pool`."""
    _thread.pool = pool


@contextmanager
def blocking() -> Iterator[None]:
    """For the length of a block that waits for somebody outside: others are answered by another thread.

    Raises TooManyBlocked. Does nothing inside another such block, nor in a thread that is of no pool, as in a worker.
    """
    pool, _thread.pool = _thread.pool, None
    try:
        if pool is None:
            yield
            return
        with pool.blocked(), paused():
            yield
    finally:
        _thread.pool = pool
