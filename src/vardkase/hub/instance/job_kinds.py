"""What each kind of job did lately, and whether its runs take longer than before: names and numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardkase.core.schedules.job_cleanup import TICKS
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

MOST_KINDS = 100
FEWEST_RUNS = 3
"""In each of the two weeks, before a change of their length says anything."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """Jobs of one task in the last week, `seconds` and `former_seconds` (the week before) being means.

    `name` is the scheduled task that ran, or empty.
    """

    task: str
    name: str
    last: datetime
    runs: int
    failed: int
    seconds: float | None
    former_runs: int
    former_seconds: float | None

    @property
    def growth(self) -> int | None:
        """By how many percent a run takes longer than in the week before; None if there were too few."""
        if not self.seconds or not self.former_seconds or min(self.runs, self.former_runs) < FEWEST_RUNS:
            return None
        return round(100 * (self.seconds / self.former_seconds - 1))


def job_kinds(actor: Actor) -> list[JobKind]:
    """The kinds of jobs that ended in the last two weeks, those first that took longest. Raises Forbidden."""
    actor.require_oversight()
    parameters = {"ticks": list(TICKS), "most": MOST_KINDS}
    return [JobKind(*row) for row in cursor().execute(KINDS, parameters).fetchall()]


# Of a job that was tried again, the last try.
KINDS = """
WITH run AS (
    SELECT j.task_name, CASE WHEN j.task_name = 'schedules.run' THEN j.args ->> 'name' ELSE '' END AS name,
        max(e.at) FILTER (WHERE e.type IN ('succeeded', 'failed')) AS ended,
        max(e.at) FILTER (WHERE e.type = 'started') AS begun, j.status = 'failed' AS has_failed
    FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
    WHERE j.status IN ('succeeded', 'failed') AND j.task_name <> ALL(%(ticks)s)
    GROUP BY j.id
), timed AS (
    SELECT *, extract(epoch FROM ended - begun)::float AS seconds, ended > now() - interval '7 days' AS is_new
    FROM run WHERE ended > now() - interval '14 days'
)
SELECT task_name, name, max(ended), count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_new AND has_failed),
    avg(seconds) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), avg(seconds) FILTER (WHERE NOT is_new)
FROM timed GROUP BY task_name, name ORDER BY sum(seconds) DESC NULLS LAST LIMIT %(most)s
"""
