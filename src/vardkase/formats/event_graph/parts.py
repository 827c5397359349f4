"""Parts of an event visible to the reader, fetched in four queries and bounded for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from vardkase.formats.misp_json import EventOptions
from vardkase.formats.misp_json.columns import ATTRIBUTE, OBJECT, REFERENCE
from vardkase.formats.misp_json.document_context import context_of
from vardkase.formats.misp_json.structs import Attribute, ObjectReference
from vardkase.formats.misp_json.tags import Attachment, TagLoader
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import object_timestamp

MOST_NODES = 5_000
"""Objects, and attributes, of one drawing: no page shows more, and none is drawn in reasonable time."""


class DrawnObject(msgspec.Struct, gc=False):
    id: str
    name: str
    meta_category: str
    description: str
    template_uuid: str
    template_version: str
    event_id: str
    uuid: str
    timestamp: str
    distribution: str
    sharing_group_id: str
    comment: str
    deleted: bool
    first_seen: str | None
    last_seen: str | None


@dataclass(slots=True)
class GraphParts:
    """The parts, except deleted ones, of one or several events that a reader may see."""

    objects: list[DrawnObject]
    attributes: list[Attribute]
    references: list[ObjectReference]
    tags: dict[int, list[Attachment]]
    """Attribute id → what is attached to it."""
    book: TagLoader
    inside: dict[str, list[Attribute]] = field(init=False)
    """Object id → the attributes in it."""

    def __post_init__(self) -> None:
        self.inside = {item.id: [] for item in self.objects}
        for attribute in self.attributes:
            if attribute.object_id in self.inside:
                self.inside[attribute.object_id].append(attribute)

    @property
    def outside(self) -> list[Attribute]:
        return [attribute for attribute in self.attributes if attribute.object_id == "0"]


def event_parts(actor: Actor, event_ids: Sequence[int]) -> GraphParts:
    """The parts of the readable events, the oldest MOST_NODES of each kind."""
    context = context_of(actor, EventOptions())
    chosen = {"events": list(event_ids), "most": MOST_NODES}
    object_columns = OBJECT.format(object_timestamp=object_timestamp(context.actor))
    sql = OBJECTS.format(columns=object_columns, event=context.event, part=context.object("o"))
    objects = [DrawnObject(*row) for row in context.rows(sql, **chosen)]
    sql = ATTRIBUTES.format(columns=ATTRIBUTE, event=context.event, part=context.attribute)
    attributes = [Attribute(*row) for row in context.rows(sql, **chosen)]
    sql = REFERENCES.format(columns=REFERENCE, event=context.event, part=context.object("o"))
    references = [ObjectReference(*row) for row in context.rows(sql, **chosen)]
    # A reference to a part that the reader may not see would show that it exists.
    drawn = {*(item.uuid for item in objects), *(attribute.uuid for attribute in attributes)}
    return GraphParts(
        objects,
        attributes,
        [row for row in references if row.source_uuid in drawn and row.referenced_uuid in drawn],
        context.tags.of_attributes(attribute.id for attribute in attributes),
        context.tags,
    )


OBJECTS = """
SELECT {columns} FROM object o JOIN event e ON e.id = o.event_id
WHERE o.event_id = ANY(%(events)s) AND {event} AND {part} ORDER BY o.id LIMIT %(most)s
"""
ATTRIBUTES = """
SELECT {columns} FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = ANY(%(events)s) AND {event} AND {part} ORDER BY a.id LIMIT %(most)s
"""
REFERENCES = """
SELECT {columns} FROM object_reference r JOIN object o ON o.id = r.object_id JOIN event e ON e.id = o.event_id
WHERE r.event_id = ANY(%(events)s) AND NOT r.deleted AND {event} AND {part} ORDER BY r.id LIMIT %(most)s
"""
