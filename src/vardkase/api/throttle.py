"""Counting failed authentications of an address, of IPv6 of its /64.

A key has 40 random characters: nobody guesses one, so the count is no lock. It makes a client that goes on
with a wrong key slow down (429), while a valid key from the same address, which may be a whole hospital
behind one router, is always let in. Each worker process counts for itself and remembers a bounded number of
addresses.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import ClassVar

from vardkase.core.addresses import counted_as

REMEMBERED = 10_000


class FailedAttempts:
    """Failures by address within a window of seconds."""

    _all: ClassVar[list[FailedAttempts]] = []

    def __init__(self, *, allowed: int, window: int) -> None:
        self.allowed = allowed
        self.window = window
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._all.append(self)

    def add(self, address: str | None) -> bool:
        """Count one more failure of `address`; whether it now has more than are allowed."""
        whose, now = counted_as(address), time.monotonic()
        with self._lock:
            began, count = self._counts.pop(whose, (now, 0))
            if now - began >= self.window:
                began, count = now, 0
            self._counts[whose] = (began, count + 1)
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
            return count + 1 > self.allowed

    def forget(self) -> None:
        """Start counting afresh."""
        with self._lock:
            self._counts.clear()

    @classmethod
    def forget_all(cls) -> None:
        """Every count of this process starts afresh."""
        for each in cls._all:
            each.forget()
