"""Retries of a background job's request while the other side is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable

from vardkase.core.retries import REQUEST
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.http import Reply

AWAY = frozenset((429, 502, 503, 504))
"""Statuses of an instance, or of the proxy before it, that is not available now."""
PASSING = AWAY | {500}
"""Statuses that a retry may change."""


def with_retries(ask: Callable[[], Reply]) -> Reply:
    """The answer to a request that can be repeated safely, or its last failure. Raises OutgoingFailed."""
    failures = 0
    while True:
        failures += 1
        pause = REQUEST.delay(failures)
        try:
            reply = ask()
        except Unreachable:
            if pause is None:
                raise
        else:
            if pause is None or reply.status not in PASSING:
                return reply
        time.sleep(pause)
