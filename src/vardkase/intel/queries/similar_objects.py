"""Objects of an event that share values with one about to be saved."""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)

type Value = tuple[str, str, str]
"""Relation, and both parts of the value; the second empty unless the type is composite."""


def similar_objects(
    actor: Actor, event_id: int, name: str, values: Iterable[Value], *, but: int = 0, limit: int
) -> dict[int, int]:
    """Ids of readable live objects of this name, other than `but` → how many of `values` each holds; most
    first."""
    columns = [list(column) for column in zip(*set(values), strict=True)] or [[], [], []]
    arrays = dict(zip(("relations", "firsts", "seconds"), columns, strict=True))
    sql = SIMILAR.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    chosen = {"event": event_id, "name": name, "but": but, "limit": limit}
    return dict(cursor().execute(sql, {**arrays, **chosen, **reader_parameters(actor)}).fetchall())


# NULL equals nothing, also within a row: hence the empty text in place of a missing second part.
SIMILAR = """
SELECT o.id, count(DISTINCT (a.object_relation, a.value1, a.value2))
FROM object o JOIN event e ON e.id = o.event_id JOIN attribute a ON a.object_id = o.id
JOIN unnest(%(relations)s::text[], %(firsts)s::text[], %(seconds)s::text[]) AS given (relation, value1, value2)
  ON (a.object_relation, a.value1, COALESCE(a.value2, '')) = (given.relation, given.value1, given.value2)
WHERE o.event_id = %(event)s AND o.name = %(name)s AND o.id <> %(but)s AND NOT o.deleted AND NOT a.deleted
  AND {event} AND {object} AND {attribute}
GROUP BY o.id ORDER BY 2 DESC, o.id LIMIT %(limit)s
"""
