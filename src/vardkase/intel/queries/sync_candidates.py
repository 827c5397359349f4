"""Which events offered by a peer are wanted here."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_timestamp
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.queries.find import UUID_FORM


def wanted_events(actor: Actor, offered: Sequence[tuple[str, int]]) -> list[str]:
    """The uuids of those (uuid, timestamp) that are unknown, or received by synchronisation and older here.

    Hidden events count as unknown: otherwise this query would reveal any number of uuids.
    """
    known = [(uuid.lower(), timestamp) for uuid, timestamp in offered if UUID_FORM.fullmatch(uuid)]
    parameters = {"uuids": [uuid for uuid, _ in known], "timestamps": [moment for _, moment in known]}
    sql = WANTED.format(visible=event_predicate(actor), timestamp=event_timestamp(actor))
    return [row[0] for row in cursor().execute(sql, parameters | reader_parameters(actor)).fetchall()]


# An event that was made here (not locked) is never fetched from a peer.
WANTED = """
SELECT o.uuid::text
FROM unnest(%(uuids)s::uuid[], %(timestamps)s::bigint[]) WITH ORDINALITY AS o (uuid, timestamp, place)
LEFT JOIN event e ON e.uuid = o.uuid AND {visible}
WHERE e.id IS NULL OR (e.locked AND {timestamp} < o.timestamp)
ORDER BY o.place
"""
