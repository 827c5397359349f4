"""Statistics of recent synchronisation, including failures: site administrators only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vardkase.core.sql import cursor
from vardkase.exchange.sync.models import SyncDirection
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

MOST_UNSENT = 20


@dataclass(frozen=True, slots=True)
class SyncStatistics:
    """One direction of one connection: the last success, and the events moved and failed in a day and a week."""

    succeeded: datetime | None = None
    day: int = 0
    week: int = 0
    failed_day: int = 0
    failed_week: int = 0


@dataclass(frozen=True, slots=True)
class Unsent:
    """An event that the newest attempt of the week could not send."""

    uuid: UUID
    reason: str
    at: datetime


def figures(actor: Actor, server_ids: Sequence[int]) -> dict[tuple[int, str], SyncStatistics]:
    actor.require(Permission.SITE_ADMIN)
    rows = cursor().execute(FIGURES, {"servers": list(server_ids)}).fetchall()
    return {(server, way): SyncStatistics(*found) for server, way, *found in rows}


def unsent(actor: Actor, server_id: int) -> list[Unsent]:
    actor.require(Permission.SITE_ADMIN)
    values = {"server": server_id, "way": SyncDirection.PUSH.value, "most": MOST_UNSENT}
    return [Unsent(*row) for row in cursor().execute(UNSENT, values).fetchall()]


# The last success may be older than the week, so it is looked up by index and not among these runs.
FIGURES = """
WITH lately AS (
    SELECT server_id, direction,
        sum((counts->>'events')::bigint) FILTER (WHERE started > now() - interval '1 day') AS day,
        sum((counts->>'events')::bigint) AS week,
        sum((counts->>'failed')::bigint) FILTER (WHERE started > now() - interval '1 day') AS failed_day,
        sum((counts->>'failed')::bigint) AS failed_week
    FROM sync_run WHERE server_id = ANY(%(servers)s) AND started > now() - interval '7 days'
    GROUP BY server_id, direction)
SELECT asked.server_id, way.direction, best.ended,
    coalesce(l.day, 0)::bigint, coalesce(l.week, 0)::bigint,
    coalesce(l.failed_day, 0)::bigint, coalesce(l.failed_week, 0)::bigint
FROM unnest(%(servers)s::bigint[]) AS asked (server_id)
CROSS JOIN (VALUES ('pull'), ('push')) AS way (direction)
LEFT JOIN lately l USING (server_id, direction)
LEFT JOIN LATERAL (
    SELECT ended FROM sync_run r
    WHERE r.server_id = asked.server_id AND r.direction = way.direction AND r.state = 'done'
    ORDER BY id DESC LIMIT 1) best ON true
"""
# By the newest attempt of each event: one that was sent after a failure is not listed.
UNSENT = """
SELECT uuid, reason, at FROM (
    SELECT DISTINCT ON (e.uuid) e.uuid, e.reason, e.at, e.outcome
    FROM sync_event e JOIN sync_run r ON r.id = e.run_id
    WHERE r.server_id = %(server)s AND r.direction = %(way)s AND r.started > now() - interval '7 days'
    ORDER BY e.uuid, e.id DESC) newest
WHERE outcome IN ('refused', 'failed', 'cut') ORDER BY at DESC LIMIT %(most)s
"""
