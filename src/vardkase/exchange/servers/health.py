"""Health of connections: whether they work, since when, and the error, as found by runs and tests."""

from __future__ import annotations

from vardkase.core.problems import Problem, stored
from vardkase.core.sql import cursor


def note(server_id: int, *, works: bool, reason: Problem | None = None) -> None:
    """Record whether a connection works; the time since when is kept if nothing changed."""
    values = {"server": server_id, "works": works, "reason": stored(reason) if reason else ""}
    cursor().execute(NOTE, values)


# From `server`: a connection that was deleted during its run gets no row.
NOTE = """
INSERT INTO server_standing AS known (server_id, works, since, at, reason)
SELECT id, %(works)s, now(), now(), %(reason)s FROM server WHERE id = %(server)s
ON CONFLICT (server_id) DO UPDATE
SET works = excluded.works, at = excluded.at, reason = excluded.reason,
    since = CASE WHEN known.works = excluded.works THEN known.since ELSE excluded.since END
"""
