"""Marks the keys that an event shares with others, so that the rest, most of them, need not be looked up.

An event that was written is unmarked until it has been compared with all others, which happens once it is committed:
before that, two events written at the same time do not see each other. While any event is unmarked, readers look up
all keys. A mark may remain from a deleted event; none is ever missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from vardkase.core.sql import cursor

SHARED = """
(EXISTS (SELECT 1 FROM unmarked_event)
 OR k.key IN (SELECT s.key FROM shared_key s WHERE s.event_id = %(event)s))
"""
"""SQL: the key `k` of %(event)s may be another event's too."""


def mark_when_committed(event_ids: Iterable[int]) -> None:
    """Call when keys of these events have been written."""
    cursor().execute(UNMARK, {"events": list(event_ids)})
    # Once in a transaction, however often keys are written.
    if all(entry[1] is not mark_events for entry in connection.run_on_commit):
        transaction.on_commit(mark_events, robust=True)


def mark_events() -> None:
    """Compare all unmarked events with the others, one transaction each."""
    while _mark_next():
        pass


def mark_all() -> None:
    """Compare all events with each other in one statement, for when very many have been written in this transaction."""
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('shared_key'))")
    cursor().execute(MARK_ALL)


@transaction.atomic
def _mark_next() -> bool:
    # One at a time: each has to see the marks of the one before.
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('shared_key'))")
    row = cursor().execute(TAKE).fetchone()
    if row is not None:
        cursor().execute(MARK, {"event": row[0]})
    return row is not None


# Locks an existing row, so that nobody who marks an earlier state of the event takes it before this is committed.
UNMARK = """
INSERT INTO unmarked_event SELECT unnest(%(events)s::bigint[]) ORDER BY 1
ON CONFLICT (event_id) DO UPDATE SET event_id = EXCLUDED.event_id
"""

TAKE = """
DELETE FROM unmarked_event
WHERE event_id = (SELECT event_id FROM unmarked_event ORDER BY event_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING event_id
"""

# One other event is enough: where several marked ones have the key, it was marked for all of them when the second came.
# Those that are unmarked will find this one themselves.
MARK = """
INSERT INTO shared_key (event_id, key)
SELECT DISTINCT has.event_id, mine.key
FROM (SELECT DISTINCT key FROM attribute_key WHERE event_id = %(event)s ORDER BY key) mine
CROSS JOIN LATERAL (
    SELECT o.event_id FROM attribute_key o
    WHERE o.key = mine.key AND o.event_id <> %(event)s
          AND o.event_id NOT IN (SELECT u.event_id FROM unmarked_event u)
    LIMIT 1
) found
CROSS JOIN LATERAL (VALUES (%(event)s::bigint), (found.event_id)) has (event_id)
ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""

MARK_ALL = """
INSERT INTO shared_key (event_id, key)
SELECT DISTINCT k.event_id, k.key FROM attribute_key k
WHERE k.key IN (SELECT key FROM attribute_key GROUP BY key HAVING min(event_id) < max(event_id))
ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
