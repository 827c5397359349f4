"""Parts of a document that are in other events already, as far as the actor may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)


@dataclass(frozen=True, slots=True)
class KnownParts:
    """How many of the parts asked for are in one event."""

    event_id: int
    attributes: int
    objects: int


def events_with(actor: Actor, uuids: Sequence[str], *, without: int, most: int = 3) -> list[KnownParts]:
    """The events that have attributes and objects of these UUIDs, but one; those with the most first."""
    sql = KNOWN.format(
        event=event_predicate(actor),
        attribute=f"{attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}",
        object=f"{object_predicate(actor, 'o')} AND {deleted_predicate(actor, 'o')}",
    )
    parameters = {"uuids": list(uuids), "without": without, "most": most, **reader_parameters(actor)}
    return [KnownParts(*row) for row in cursor().execute(sql, parameters).fetchall()]


KNOWN = """
SELECT event_id, sum(attributes)::int, sum(objects)::int FROM (
    SELECT a.event_id, 1 AS attributes, 0 AS objects FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.uuid = ANY(%(uuids)s::uuid[]) AND {event} AND {attribute}
    UNION ALL
    SELECT o.event_id, 0, 1 FROM object o JOIN event e ON e.id = o.event_id
    WHERE o.uuid = ANY(%(uuids)s::uuid[]) AND {event} AND {object}
) AS known WHERE event_id <> %(without)s
GROUP BY event_id ORDER BY count(*) DESC, event_id LIMIT %(most)s
"""
