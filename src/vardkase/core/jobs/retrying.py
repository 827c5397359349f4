"""Retries of background jobs, by the policies of `core.retries`."""

from __future__ import annotations

from dataclasses import dataclass

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from vardkase.core.retries import RetryPolicy


@dataclass(frozen=True, slots=True)
class JobRetry(BaseRetryStrategy):
    """`after`: the failures that may pass. A job that ends otherwise has failed at once."""

    policy: RetryPolicy
    after: tuple[type[BaseException], ...]

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        # `attempts` counts the runs before this one.
        delay = self.policy.delay(job.attempts + 1) if isinstance(exception, self.after) else None
        return None if delay is None else RetryDecision(retry_in={"seconds": int(delay)})
