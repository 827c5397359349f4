"""Hook points of background jobs for higher layers."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job is done, or has failed and is not tried again; `user_id` is who ordered it, 0 for the hub itself."""

    job_id: int
    task: str
    arguments: str
    user_id: int
    failed: bool


job_ended: Hook[JobEnded] = Hook("job_ended")
