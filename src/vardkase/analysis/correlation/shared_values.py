"""Values that an event shares with other events, a few per event, for display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.correlation.queries import alike_in_event
from vardkase.analysis.correlation.ssdeep import linking
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


@dataclass(frozen=True, slots=True)
class SharedValue:
    value: str
    type: str


def shared_values(
    actor: Actor, event_id: int, other_ids: Sequence[int], *, each: int = 4
) -> dict[int, list[SharedValue]]:
    parameters = {"event": event_id, "others": list(other_ids), "each": each, **reader_parameters(actor)}
    sql = SHARED.format(
        own_event=event_predicate(actor, "oe"),
        own_attribute=attribute_predicate(actor, "k", "oe", key="attribute_id"),
        event=event_predicate(actor),
        attribute=attribute_predicate(actor, "o", key="attribute_id"),
    )
    shared: dict[int, list[SharedValue]] = {}
    for other, key, kind, value1, value2 in cursor().execute(sql, parameters).fetchall():
        # A composite has a key for each half: only the shared half is shown.
        part = value1 if value2 is None or keys_of([value1]) == [key] else value2
        shared.setdefault(other, []).append(SharedValue(part, kind))
    for alike in linking(alike_in_event(actor, event_id)):
        values = shared.setdefault(alike.related_event_id, [])
        if len(values) < each and (value := SharedValue(alike.value, alike.type)) not in values:
            values.append(value)
    return shared


# While any event is unmarked (see `shared_keys`), all keys of both sides are compared.
# The marks leave a few keys of each event; the first that the reader sees on both sides end its search.
SHARED = """
WITH mine AS MATERIALIZED (
    SELECT s.key FROM shared_key s WHERE s.event_id = %(event)s
    UNION
    SELECT k.key FROM attribute_key k WHERE k.event_id = %(event)s AND EXISTS (SELECT 1 FROM unmarked_event)
),
theirs AS (
    SELECT s.event_id, s.key FROM shared_key s WHERE s.event_id = ANY(%(others)s::bigint[])
    UNION
    SELECT o.event_id, o.key FROM attribute_key o
    WHERE o.event_id = ANY(%(others)s::bigint[]) AND EXISTS (SELECT 1 FROM unmarked_event)
),
common AS (
    SELECT theirs.event_id, array_agg(key ORDER BY key) AS keys FROM theirs JOIN mine USING (key)
    GROUP BY theirs.event_id
)
SELECT common.event_id, shared.key, a.type, a.value1, a.value2
FROM common CROSS JOIN LATERAL (
    SELECT wanted.key, own.attribute_id
    FROM unnest(common.keys) WITH ORDINALITY AS wanted (key, place)
    CROSS JOIN LATERAL (
        SELECT min(k.attribute_id) AS attribute_id
        FROM attribute_key k JOIN event oe ON oe.id = k.event_id
        WHERE k.event_id = %(event)s AND k.key = wanted.key AND k.correlates AND {own_event} AND {own_attribute}
    ) own
    WHERE own.attribute_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM attribute_key o JOIN event e ON e.id = o.event_id
        WHERE o.event_id = common.event_id AND o.key = wanted.key AND o.correlates AND {event} AND {attribute}
    )
    ORDER BY wanted.place LIMIT %(each)s
) shared
JOIN attribute a ON a.id = shared.attribute_id
ORDER BY common.event_id, shared.key
"""
