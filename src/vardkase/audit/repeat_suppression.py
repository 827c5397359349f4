"""Flood control of the audit log: frequent entries are written a few times per minute, with a count.

Each process counts in memory, so that a flood costs no write. Before one writes a row, it asks the database whether
the hub has written its share of them: more processes, on any number of machines, write no more rows.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import ClassVar

from vardkase.core.limits import Limit

REMEMBERED = 1_000
"""Keys whose counts are held in memory: they come from outside (addresses, account names), in any number."""


class RepeatSuppressor:
    """Limits how many similar events the hub writes, under `name`.

    Events with the same key are written once per `window` seconds, and at most `rows` keys in that time. The
    rest are counted; the count goes into the next row of their key, or into one row per window for all other
    keys (None). What other processes leave no room for goes into this one's next row.
    """

    _all: ClassVar[list[RepeatSuppressor]] = []

    def __init__(self, name: str, *, rows: int, window: int = 60) -> None:
        self._all.append(self)
        self._rows, self._window = rows, window
        self._of_key = Limit(f"audit row {name}", 1, window)
        self._of_hub = Limit(f"audit rows {name}", rows, window)
        self._others_of_hub = Limit(f"audit rows {name}, the rest", 1, window)
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._began, self._written, self._others, self._wrote_others = 0.0, 0, 0, False

    def count(self, key: str) -> tuple[str | None, int]:
        """Count an event; returns the key of the row to write now, and how many events it represents (0:
        none)."""
        row, events = self._counted(key)
        if events and not self._hub_has_room(row):
            with self._lock:
                if row is None:
                    self._others += events
                else:
                    last, more = self._counts.pop(row, (time.monotonic(), 0))
                    self._remember(row, last, more + events)
            return row, 0
        return row, events

    def _hub_has_room(self, row: str | None) -> bool:
        if row is None:
            return not self._others_of_hub.spend("").is_exceeded
        return not (self._of_key.spend(row).is_exceeded or self._of_hub.spend("").is_exceeded)

    def _counted(self, key: str) -> tuple[str | None, int]:
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
