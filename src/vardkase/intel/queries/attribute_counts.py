"""How many attributes of an event its reader may see, without reading them all.

The event stores how many living attributes it has; from that are taken the few that this reader may not see.
A number that counted hidden ones would tell of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    reader_parameters,
    restricted,
    ruled_out,
)


def attribute_counts(actor: Actor, event_ids: Sequence[int]) -> dict[int, int]:
    """Event id → the number of its living attributes that the actor may read; unreadable events are left out."""
    sql = COUNTS.format(
        event=event_predicate(actor),
        visible=attribute_predicate(actor, "p"),
        attribute=restricted(actor, "a"),
        object=restricted(actor, "o"),
        ruled_out=ruled_out(actor, "a"),
    )
    parameters = {"ids": list(event_ids), **reader_parameters(actor)}
    return dict(cursor().execute(sql, parameters).fetchall())


COUNTS = """
WITH wanted AS (SELECT e.* FROM event e WHERE e.id = ANY(%(ids)s::bigint[]) AND {event}),
parts AS (
    SELECT a.id, a.event_id, a.object_id, a.distribution, a.sharing_group_id
    FROM attribute a
    WHERE a.event_id = ANY(%(ids)s::bigint[]) AND ({attribute} OR {ruled_out}) AND NOT a.deleted
    UNION
    SELECT a.id, a.event_id, a.object_id, a.distribution, a.sharing_group_id
    FROM object o JOIN attribute a ON a.object_id = o.id
    WHERE o.event_id = ANY(%(ids)s::bigint[]) AND {object} AND NOT a.deleted
),
hidden AS (
    SELECT e.id, count(*) AS number FROM parts p JOIN wanted e ON e.id = p.event_id
    WHERE NOT {visible} GROUP BY e.id
)
SELECT e.id, greatest(e.attribute_count - coalesce(hidden.number, 0), 0)
FROM wanted e LEFT JOIN hidden ON hidden.id = e.id
"""
