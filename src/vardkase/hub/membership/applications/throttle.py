"""Rate limits for anonymous users, counted in the database across all processes."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError
from vardkase.core.limits import Limit
from vardkase.hub.membership.applications.problems import ApplicationProblem


class RateLimited(VardkaseError):
    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(ApplicationProblem.TOO_MANY_ATTEMPTS())


def spend(what: str, whose: str, *, allowed: int, window: int) -> None:
    """Count one `what` by `whose` (an address, stored as a digest): `allowed` per `window` seconds. Raises
    RateLimited."""
    usage = Limit(f"application: {what}", allowed, window).spend(whose)
    if usage.is_exceeded:
        raise RateLimited(usage.wait)
