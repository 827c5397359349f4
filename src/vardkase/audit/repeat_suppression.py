"""Flood control of the audit log: frequent entries are written a few times per minute, with a count."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import ClassVar

REMEMBERED = 1_000
"""Keys whose counts are held in memory: they come from outside (addresses, account names), in any number."""


class RepeatSuppressor:
    """Limits how many similar events are written. Each process counts separately.

    Events with the same key are written once per `window` seconds, and at most `rows` keys in that time. The
    rest are counted; the count goes into the next row of their key, or into one row per window for all other
    keys (None).
    """

    _all: ClassVar[list[RepeatSuppressor]] = []

    def __init__(self, *, rows: int, window: float = 60.0) -> None:
        self._all.append(self)
        self._rows, self._window = rows, window
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._began, self._written, self._others, self._wrote_others = 0.0, 0, 0, False

    def count(self, key: str) -> tuple[str | None, int]:
        """Count an event; returns the key of the row to write now, and how many events it represents (0:
        none)."""
        with self._lock:
            now = time.monotonic()
            # The limit on rows counts in fixed windows; a key's repetitions count from its own last row.
            if not self._began or now - self._began >= self._window:
                self._began, self._written, self._wrote_others = now, 0, False
            last, count = self._counts.pop(key, (0.0, 0))
            if last and now - last < self._window:
                self._remember(key, last, count + 1)
                return key, 0
            if self._written < self._rows:
                self._written += 1
                self._remember(key, now, 0)
                return key, count + 1
            self._others += count + 1
            if self._wrote_others:
                return None, 0
            self._wrote_others = True
            held, self._others = self._others, 0
            return None, held

    def _remember(self, key: str, last: float, count: int) -> None:
        self._counts[key] = (last, count)
        if len(self._counts) > REMEMBERED:
            # The oldest key's count is not lost: it goes into the row for all other keys.
            _key, (_last, dropped) = self._counts.popitem(last=False)
            self._others += dropped

    @classmethod
    def forget_all(cls) -> None:
        for suppressor in cls._all:
            suppressor.forget()

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()
            self._began, self._written, self._others, self._wrote_others = 0.0, 0, 0, False
