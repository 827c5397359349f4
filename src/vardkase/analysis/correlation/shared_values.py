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
        part = value1 if value2 is None or keys_of([value1]) == [key] else value2
        shared.setdefault(other, []).append(SharedValue(part, kind))
    for alike in linking(alike_in_event(actor, event_id)):
        values = shared.setdefault(alike.related_event_id, [])
        if len(values) < each and (value := SharedValue(alike.value, alike.type)) not in values:
            values.append(value)
    return shared


# Both sides are read whole by their events' index and hashed: no value is looked up one by one.
SHARED = """
WITH mine AS MATERIALIZED (
    SELECT k.key, min(k.attribute_id) AS attribute_id
    FROM attribute_key k JOIN event oe ON oe.id = k.event_id
    WHERE k.event_id = %(event)s AND k.correlates AND {own_event} AND {own_attribute} GROUP BY k.key
),
theirs AS MATERIALIZED (
    SELECT DISTINCT o.key, o.event_id FROM attribute_key o JOIN event e ON e.id = o.event_id
    WHERE o.event_id = ANY(%(others)s::bigint[]) AND o.correlates AND {event} AND {attribute}
),
ranked AS (
    SELECT theirs.event_id, mine.key, mine.attribute_id,
           row_number() OVER (PARTITION BY theirs.event_id ORDER BY mine.attribute_id) AS place
    FROM theirs JOIN mine ON mine.key = theirs.key
)
SELECT r.event_id, r.key, a.type, a.value1, a.value2
FROM ranked r JOIN attribute a ON a.id = r.attribute_id
WHERE r.place <= %(each)s ORDER BY r.event_id, r.place
"""
