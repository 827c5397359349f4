"""How often somebody unknown may do something: counted in the database, together over all processes."""

from __future__ import annotations

import hashlib

from vardkase.core.clock import now_seconds
from vardkase.core.errors import VardkaseError
from vardkase.core.sql import cursor


class TooOften(VardkaseError):
    """It was done as often as one may; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__("Too many attempts. Please try again later.")


def spend(what: str, whose: str, *, allowed: int, window: int) -> None:
    """Count one more `what` of `whose` (an address, which is kept as a digest), `allowed` in `window` seconds.

    Raises TooOften.
    """
    key = hashlib.sha256(f"{what} {whose.casefold()}".encode()).digest()
    now = now_seconds()
    parameters = {"key": key, "now": now, "window": window}
    began, times = cursor().execute(COUNT, parameters).fetchone() or (0, 0)
    if times > allowed:
        raise TooOften(max(began + window - now, 1))


COUNT = """
INSERT INTO application_attempt AS a (key, began, times) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    began = CASE WHEN a.began > %(now)s - %(window)s THEN a.began ELSE %(now)s END,
    times = CASE WHEN a.began > %(now)s - %(window)s THEN a.times + 1 ELSE 1 END
RETURNING began, times
"""
