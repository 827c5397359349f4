"""Counts of events and attributes with a tag, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


def tag_counts(actor: Actor, tag_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Tag id → (events, attributes); tags without visible uses are left out."""
    parameters = reader_parameters(actor) | {"tags": list(tag_ids)}
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

# FULL JOIN, as a tag may be only on events or only on attributes.
COUNTS = """
WITH on_events AS (
    SELECT t.tag_id, count(*) AS number FROM event_tag t JOIN event e ON e.id = t.event_id
    WHERE t.tag_id = ANY(%(tags)s) AND {event_visible} GROUP BY t.tag_id
), on_attributes AS (
    SELECT t.tag_id, count(*) AS number
    FROM attribute_tag t JOIN attribute a ON a.id = t.attribute_id JOIN event e ON e.id = a.event_id
    WHERE t.tag_id = ANY(%(tags)s) AND NOT a.deleted AND {event_visible} AND {attribute_visible}
    GROUP BY t.tag_id
)
SELECT coalesce(e.tag_id, a.tag_id), coalesce(e.number, 0), coalesce(a.number, 0)
FROM on_events e FULL JOIN on_attributes a ON a.tag_id = e.tag_id
"""
