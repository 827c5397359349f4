"""One drawing of each account at a time, so that others wait for one of its diagrams and not for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vardkase.core.sandbox import LimitReached
from vardkase.core.sandbox.problems import SandboxProblem

LONGEST_WAIT = 10.0
"""Seconds that a diagram waits for others of the same account."""
MOST_WAITING = 20


class Turns:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int | None, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, user_id: int | None) -> Iterator[None]:
        """Raises LimitReached (BUSY) if too many wait already, or it takes too long."""
        with self._lock:
            turn, waiting = self._waiting.get(user_id, (threading.Lock(), 0))
            if waiting >= MOST_WAITING:
                raise LimitReached(SandboxProblem.BUSY())
            self._waiting[user_id] = turn, waiting + 1
        try:
            if not turn.acquire(timeout=LONGEST_WAIT):
                raise LimitReached(SandboxProblem.BUSY())
            try:
                yield
            finally:
                turn.release()
        finally:
            with self._lock:
                turn, waiting = self._waiting.pop(user_id)
                if waiting > 1:
                    self._waiting[user_id] = turn, waiting - 1
