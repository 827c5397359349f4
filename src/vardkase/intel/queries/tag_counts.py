"""Counts of events and attributes with a tag, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    numbers_written_in,
    reader_parameters,
)


def tag_counts(actor: Actor, tag_ids: Sequence[int], most: int | None = None) -> dict[int, tuple[int, int]]:
    """Tag id → (events, attributes); counting ends at `most` attributes."""
    parameters = reader_parameters(actor) | {"tags": list(tag_ids), "most": most}
    sql = COUNTS.format(event_visible=event_predicate(actor), attribute_visible=attribute_predicate(actor))
    rows = cursor().execute(sql, parameters).fetchall()
    return {tag: (events, attributes) for tag, events, attributes in rows}


def is_used(actor: Actor) -> RawSQL:
    """Of a queryset of tags: whether any event that the actor may read has the tag."""
    sql = USED.format(visible=numbers_written_in(event_predicate(actor), actor))
    return RawSQL(sql, (), output_field=BooleanField())  # noqa: S611 - it contains no input


def event_tag_counts(actor: Actor) -> dict[str, int]:
    sql = EVENTS.format(visible=event_predicate(actor))
    return dict(cursor().execute(sql, reader_parameters(actor)).fetchall())


EVENTS = """
SELECT t.name, count(*) FROM event_tag l JOIN tag t ON t.id = l.tag_id JOIN event e ON e.id = l.event_id
WHERE {visible} GROUP BY t.id, t.name ORDER BY count(*) DESC, t.id
"""

USED = """
EXISTS (SELECT FROM event_tag l JOIN event e ON e.id = l.event_id WHERE l.tag_id = tag.id AND {visible})
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
