"""How many events and attributes carry a tag, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


def tag_counts(actor: Actor, tag_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Tag id → (events, attributes); tags that nothing visible carries are left out."""
    parameters = reader_parameters(actor) | {"tags": list(tag_ids)}
    sql = COUNTS.format(event_visible=event_predicate(actor), attribute_visible=attribute_predicate(actor))
    rows = cursor().execute(sql, parameters).fetchall()
    return {tag: (events, attributes) for tag, events, attributes in rows}


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
