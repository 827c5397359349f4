"""Services for caching: replaces a source's hashes, and counts its overlap with other sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import batched

from django.db import transaction

from vardkase.core.clock import now_seconds
from vardkase.core.database.pool import own_session
from vardkase.core.sql import cursor
from vardkase.knowledge.cached_sources.models import NO_EVENT, CachedSource

type Cached = tuple[str, str | None]
"""MD5 of a value in hexadecimal, and the uuid of the event it is in (None for a list)."""
type Progress = Callable[[int], None]

AT_ONCE = 20_000
"""Values that are in memory at a time."""


def store(kind: str, number: int, values: Iterable[Cached], progress: Progress = lambda _count: None) -> int:
    """Replace the cached values of a source; returns the number of distinct values.

    Values are staged as they arrive, outside a transaction, and `progress` is called with the count so far. The
    difference is then applied at once: until then, and if `values` raises, readers see the previous cache.
    """
    with own_session():
        cursor().execute(INCOMING)
        count = 0
        for batch in batched(values, AT_ONCE):
            with cursor().copy("COPY incoming_value (md5, event_uuid) FROM STDIN") as copy:
                for md5, event_uuid in batch:
                    copy.write_row((md5, event_uuid or NO_EVENT))
            count += len(batch)
            progress(count)
        # Autovacuum never analyses temporary tables, and the next statements join a million rows.
        cursor().execute("ANALYZE incoming_value")
        return _replace_values(kind, number)


@transaction.atomic
def forget(kind: str, number: int) -> None:
    if source := CachedSource.objects.filter(kind=kind, number=number).first():
        cursor().execute("DELETE FROM cached_value WHERE source_id = %s", (source.pk,))
        source.delete()


@transaction.atomic
def _replace_values(kind: str, number: int) -> int:
    source, _ = CachedSource.objects.get_or_create(kind=kind, number=number)
    # Two loads at once would not see each other's values, and miss what they share.
    cursor().execute("LOCK TABLE cached_overlap IN EXCLUSIVE MODE")
    parameters = {"source": source.pk}
    for statement in (REMOVE_GONE, ADD_NEW, FORGET_OVERLAPS, COUNT_OVERLAPS):
        cursor().execute(statement, parameters)
    row = cursor().execute("SELECT count(DISTINCT md5) FROM incoming_value").fetchone()
    source.size, source.cached = int(row[0]) if row else 0, now_seconds()
    source.save()
    cursor().execute("DROP TABLE incoming_value")
    return source.size


# Without ON COMMIT DROP: it is filled outside a transaction. A load that was interrupted leaves it in the session.
INCOMING = """
DROP TABLE IF EXISTS incoming_value;
CREATE TEMPORARY TABLE incoming_value (md5 uuid NOT NULL, event_uuid uuid NOT NULL)
"""
REMOVE_GONE = """
DELETE FROM cached_value v WHERE source_id = %(source)s AND NOT EXISTS (
    SELECT FROM incoming_value i WHERE i.md5 = v.md5 AND i.event_uuid = v.event_uuid)
"""
# In the order of the index: a million hashes in any order would read and write its pages over and over.
ADD_NEW = """
INSERT INTO cached_value (md5, source_id, event_uuid)
SELECT DISTINCT md5, %(source)s::bigint, event_uuid FROM incoming_value ORDER BY md5
ON CONFLICT DO NOTHING
"""
FORGET_OVERLAPS = "DELETE FROM cached_overlap WHERE source_id = %(source)s OR other_id = %(source)s"
COUNT_OVERLAPS = """
WITH shared AS (
    SELECT v.source_id AS other, count(DISTINCT v.md5) AS number
    FROM (SELECT DISTINCT md5 FROM incoming_value) i JOIN cached_value v USING (md5)
    WHERE v.source_id <> %(source)s GROUP BY v.source_id)
INSERT INTO cached_overlap (source_id, other_id, shared)
SELECT %(source)s::bigint, other, number FROM shared
UNION ALL SELECT other, %(source)s::bigint, number FROM shared
"""
