"""Lets a thread pool run another thread while one waits for another machine or process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from vardkase.core.errors import VardkaseError
from vardkase.core.time_budget import paused


class TooManyBlockedThreads(VardkaseError):
    pass


class Pool(Protocol):
    """A thread pool that can replace a blocked thread."""

    def blocked(self) -> AbstractContextManager[None]:
        """While the block runs, another thread may take this one's place. Raises TooManyBlockedThreads."""


class _Present(threading.local):
    pool: Pool | None = None


_thread = _Present()


def join_pool(pool: Pool) -> None:
    _thread.pool = pool


@contextmanager
def blocking() -> Iterator[None]:
    """Wrap code that waits for an external system, so that another thread takes over. Raises TooManyBlockedThreads.

    Has no effect when nested, or in a thread outside a pool, as in a worker.
    """
    # Without a pool until the end of the block, so that a nested call gives up no second place.
    pool, _thread.pool = _thread.pool, None
    try:
        if pool is None:
            yield
            return
        with pool.blocked(), paused():
            yield
    finally:
        _thread.pool = pool
