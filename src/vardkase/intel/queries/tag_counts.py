"""Counts of events and attributes with a tag, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


def tag_counts(actor: Actor, tag_ids: Sequence[int], most: int | None = None) -> dict[int, tuple[int, int]]:
    """Tag id → (events, attributes); counting ends at `most` attributes."""
    parameters = reader_parameters(actor) | {"tags": list(tag_ids), "most": most}
    sql = COUNTS.format(event_visible=event_predicate(actor), attribute_visible=attribute_predicate(actor))
    rows = cursor().execute(sql, parameters).fetchall()
    return {tag: (events, attributes) for tag, events, attributes in rows}


def event_tag_counts(actor: Actor) -> dict[str, int]:
    sql = EVENTS.format(visible=event_predicate(actor))
    return dict(cursor().execute(sql, reader_parameters(actor)).fetchall())


EVENTS = """
SELECT t.name, count(*) FROM event_tag l JOIN tag t ON t.id = l.tag_id JOIN event e ON e.id = l.event_id
WHERE {visible} GROUP BY t.id, t.name ORDER BY count(*) DESC, t.id
"""

# LIMIT NULL means no limit.
COUNTS = """
SELECT wanted.id, (
    SELECT count(*) FROM event_tag t JOIN event e ON e.id = t.event_id
    WHERE t.tag_id = wanted.id AND {event_visible}
), (
    SELECT count(*) FROM (
        SELECT FROM attribute_tag t JOIN attribute a ON a.id = t.attribute_id JOIN event e ON e.id = a.event_id
        WHERE t.tag_id = wanted.id AND NOT a.deleted AND {event_visible} AND {attribute_visible}
        LIMIT %(most)s::bigint
    ) counted
)
FROM unnest(%(tags)s::bigint[]) wanted (id)
"""
