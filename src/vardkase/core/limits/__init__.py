"""Rate limits, counted in the database and therefore across all processes of the hub."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor

__all__ = ["Limit", "Usage", "forget_past_uses"]


@dataclass(frozen=True, slots=True)
class Usage:
    """The result of one use: `times` used in the current window, and `wait` seconds until the next."""

    times: int
    allowed: int
    wait: int

    @property
    def is_exceeded(self) -> bool:
        return self.times > self.allowed

    @property
    def remaining(self) -> int:
        return max(self.allowed - self.times, 0)


@dataclass(frozen=True, slots=True)
class Limit:
    """`allowed` uses per `window` seconds. The window begins with the first use; `name` distinguishes limits."""

    name: str
    allowed: int
    window: int

    def spend(self, whose: object, count: int = 1) -> Usage:
        """Count `count` uses for `whose`: an address or a user's id, stored as a digest.

        Takes part in the open transaction, so a use that is rolled back does not count.
        """
        key = self._key(whose)
        now = now_seconds()
        parameters = {"key": key, "now": now, "window": self.window, "count": count}
        began, times = cursor().execute(SPEND, parameters).fetchone() or (now, count)
        return Usage(times, self.allowed, max(began + self.window - now, 1))

    def is_exhausted(self, whose: object) -> bool:
        """True if the next use would exceed it; nothing is counted."""
        row = cursor().execute(TIMES, {"key": self._key(whose), "now": now_seconds()}).fetchone()
        return row is not None and row[0] >= self.allowed

    def _key(self, whose: object) -> bytes:
        return hashlib.sha256(f"{self.name} {whose}".casefold().encode()).digest()


def forget_past_uses() -> None:
    cursor().execute("DELETE FROM limit_use WHERE ends <= %s", (now_seconds(),))


# One statement, because concurrent uses of a key then wait for its row and are all counted.
SPEND = """
INSERT INTO limit_use AS u (key, began, ends, times) VALUES (%(key)s, %(now)s, %(now)s + %(window)s, %(count)s)
ON CONFLICT (key) DO UPDATE SET
    began = CASE WHEN u.ends > %(now)s THEN u.began ELSE excluded.began END,
    ends = CASE WHEN u.ends > %(now)s THEN u.ends ELSE excluded.ends END,
    times = CASE WHEN u.ends > %(now)s THEN u.times + excluded.times ELSE excluded.times END
RETURNING began, times
"""

TIMES = "SELECT times FROM limit_use WHERE key = %(key)s AND ends > %(now)s"
