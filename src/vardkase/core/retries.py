"""How often and how soon failed work is tried again: one policy for each kind of work.

docs/deploy.md shows them to operators.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import inf

MINUTE, WEEK = 60, 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Wait `first` seconds after the first failure, `factor` times as long after each further one, at most `longest`.

    `retries`: how often, None for ever. `spread`: wait a random half to whole of it, so that those who failed together
    do not come again together.
    """

    first: float
    factor: float
    longest: float = inf
    retries: int | None = None
    spread: bool = False

    def delay(self, failures: int) -> float | None:
        """Seconds until the next attempt after so many failures in a row, 1 at least; None to give up."""
        if self.retries is not None and failures > self.retries:
            return None
        # A float overflows at the 512th power of 4.
        delay = min(self.first * self.factor ** min(failures - 1, 100), self.longest)
        return delay * random.uniform(0.5, 1.0) if self.spread else delay  # noqa: S311 - spreads load


WRITE_CONFLICT = RetryPolicy(0.02, 2, retries=3, spread=True)
"""A transaction that another writer overtook."""
FAILOVER = RetryPolicy(0.25, 2, retries=4, spread=True)
"""A request that reads, and has lost the database."""
REQUEST = RetryPolicy(1, 4, retries=2)
"""One request to another hub, within a run."""
JOB = RetryPolicy(4, 4, retries=5)
"""A job that a person ordered and waits for: 23 minutes in all."""
DELIVERY = RetryPolicy(4, 4, longest=15 * MINUTE, retries=WEEK // (15 * MINUTE))
"""What was published and waits for a receiver: a week in all."""
STREAM = RetryPolicy(2, 2, longest=5 * MINUTE, spread=True)
"""A stream's next message: it never gives up, since everything after it waits too."""
MAIL = RetryPolicy(MINUTE, 3, retries=6)
"""A mail that the server puts off: six hours in all."""
CUT_JOB = RetryPolicy(0, 1, retries=5)
"""A job whose worker was killed. After that it is what kills its worker."""
PROCESS = RetryPolicy(0.5, 2, longest=30)
"""A process of `serve` that ended."""
