"""Tags of one event or attribute, with the properties of the link."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.knowledge.taxonomies.queries import (
    ExclusiveConflict,
    carried_tags,
    exclusive_conflicts_in,
)


def links_of(actor: Actor, kind: str, id: int) -> QuerySet[EventTag] | QuerySet[AttributeTag]:
    """The tag associations of an "event" or "attribute" that the caller has found, in their order, if the
    actor may see the tag."""
    if kind == "event":
        links = EventTag.objects.filter(event=id, tag__in=carried_tags(actor))
        return links.select_related("tag").order_by("pk")
    attached = AttributeTag.objects.filter(attribute=id, tag__in=carried_tags(actor))
    return attached.select_related("tag").order_by("pk")


def exclusiveness_of_event(actor: Actor, event_id: int) -> dict[int | None, list[ExclusiveConflict]]:
    """Attribute id (None for the event itself) → its mutually exclusive tags, in a readable event."""
    sql = TOGETHER.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    rows = cursor().execute(sql, {"event": event_id, **reader_parameters(actor)}).fetchall()
    conflicts = exclusive_conflicts_in(dict(rows))
    return {attribute_id: tags for attribute_id, tags in conflicts.items() if tags}


# An attribute with a single tag cannot have a conflict.
TOGETHER = """
SELECT NULL::bigint, array_agg(t.name ORDER BY t.id) FROM event_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = %(event)s
UNION ALL
SELECT a.id, array_agg(t.name ORDER BY t.id)
FROM attribute_tag l JOIN tag t ON t.id = l.tag_id JOIN attribute a ON a.id = l.attribute_id
JOIN event e ON e.id = a.event_id
WHERE l.event_id = %(event)s AND NOT a.deleted AND {event} AND {attribute}
GROUP BY a.id HAVING count(*) > 1
"""
