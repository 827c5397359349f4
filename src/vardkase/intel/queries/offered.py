"""Which of the events that a peer offers are wanted here (sync-protocol §4.1)."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.intel.queries.find import UUID_FORM


def wanted_events(offered: Sequence[tuple[str, int]]) -> list[str]:
    """The uuids of those (uuid, timestamp) that are unknown, or that came by synchronisation and are older here.

    Says of hidden events too that they are here, as storing them would: whoever asks knows the uuid.
    """
    known = [(uuid.lower(), timestamp) for uuid, timestamp in offered if UUID_FORM.fullmatch(uuid)]
    parameters = {"uuids": [uuid for uuid, _ in known], "timestamps": [moment for _, moment in known]}
    return [row[0] for row in cursor().execute(WANTED, parameters).fetchall()]


WANTED = """
SELECT o.uuid::text
FROM unnest(%(uuids)s::uuid[], %(timestamps)s::bigint[]) WITH ORDINALITY AS o (uuid, timestamp, place)
LEFT JOIN event e ON e.uuid = o.uuid
WHERE e.id IS NULL OR (e.locked AND e.timestamp < o.timestamp)
ORDER BY o.place
"""
