"""Which summaries people have been sent, so that nobody gets one twice."""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.core.sql import cursor


def claim(user_ids: Iterable[int], period: str, of: str) -> set[int]:
    """Who of them has not had the summary of the `period` named `of`.

    Called in the transaction that queues the mail, so that a job that runs again mails only the rest.
    """
    parameters = {"ids": list(user_ids), "period": period, "of": of}
    return {row[0] for row in cursor().execute(CLAIM, parameters).fetchall()}


# A second job waits for the row of the first, then finds `of` unchanged: the row is neither updated nor returned.
CLAIM = """
INSERT INTO sent_summary AS known (user_id, period, of)
SELECT id, %(period)s, %(of)s FROM unnest(%(ids)s::bigint[]) AS wanting (id)
ON CONFLICT (user_id, period) DO UPDATE SET of = excluded.of WHERE known.of <> excluded.of
RETURNING user_id
"""
