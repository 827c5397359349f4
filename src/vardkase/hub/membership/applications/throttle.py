"""How often somebody unknown may do something: counted in the database, together over all processes."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError
from vardkase.core.limits import Limit


class TooOften(VardkaseError):
    """It was done as often as one may; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__("Too many attempts. Please try again later.")


def spend(what: str, whose: str, *, allowed: int, window: int) -> None:
    """Count one more `what` of `whose` (an address, which is kept as a digest), `allowed` in `window` seconds.

    Raises TooOften.
    """
    usage = Limit(f"application: {what}", allowed, window).spend(whose)
    if usage.is_exceeded:
        raise TooOften(usage.wait)
