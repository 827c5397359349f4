"""The rows of a list of objects that a search has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.analysis.search.statement import NOT_DELETED, Statement
from vardkase.identity.access.actor import Actor

VALUES_SHOWN = 3
"""Values that are shown of each object."""


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object with the number of its attributes that the reader may see, and the types and values of the first."""

    id: int
    event_id: int
    name: str
    meta_category: str
    comment: str
    timestamp: int
    attributes: int
    shown: Sequence[Sequence[str]] | None

    @property
    def values(self) -> list[tuple[str, str]]:
        return [(type, text) for type, text in self.shown or ()]


def objects_by_id(actor: Actor, ids: Sequence[int], deleted: frozenset[bool]) -> list[FoundObject]:
    """In the order of `ids`."""
    statement = Statement(actor)
    sql = FOUND.format(
        ids=statement.bind(list(ids), "bigint[]"),
        visible=f"{statement.event()} AND {statement.object(deleted)}",
        attribute=statement.attribute(NOT_DELETED if deleted == NOT_DELETED else frozenset((True, False))),
        most=VALUES_SHOWN,
    )
    return [FoundObject(*row) for row in statement.rows(sql)]


# A value may have megabytes, and a row of the list shows its beginning.
FOUND = """
SELECT o.id, o.event_id, o.name, o.meta_category, o.comment, o.timestamp, inside.number, inside.shown
FROM unnest({ids}) WITH ORDINALITY AS chosen (id, place)
JOIN object o ON o.id = chosen.id JOIN event e ON e.id = o.event_id
CROSS JOIN LATERAL (
    SELECT count(*) AS number,
           (array_agg(ARRAY[a.type, concat_ws('|', left(a.value1, 300), left(a.value2, 300))] ORDER BY a.id))
               [1:{most}] AS shown
    FROM attribute a WHERE a.object_id = o.id AND {attribute}
) inside
WHERE {visible}
ORDER BY chosen.place
"""
