"""Objects of an event document, with their references and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import Raw

from vardkase.formats.misp_json.attributes import CarriedParts, Page, object_attributes
from vardkase.formats.misp_json.columns import OBJECT, REFERENCE, members_of, wire
from vardkase.formats.misp_json.document_context import DocumentContext, add_analyst_data
from vardkase.formats.misp_json.structs import Object, ObjectReference, encoder, raw_object
from vardkase.identity.access.event_times import object_timestamp
from vardkase.intel.models import Attribute
from vardkase.intel.models import Object as StoredObject

OBJECTS_AT_ONCE = 100


def event_objects(context: DocumentContext, event_id: int, carried: CarriedParts) -> Iterator[bytes]:
    """Yield the event's objects; those without a visible attribute are left out."""
    sql = OBJECTS.format(columns=_columns(context), visible=context.object("o"))
    rows: list[tuple[Any, ...]] = []
    while not rows or len(rows) == OBJECTS_AT_ONCE:
        last = int(rows[-1][0]) if rows else 0
        rows = context.rows(sql, event=event_id, last=last, limit=OBJECTS_AT_ONCE)
        if not rows:
            return
        heads = _heads(context, [Object(*row) for row in rows])
        yield from _objects(heads, object_attributes(context, [int(row[0]) for row in rows], carried))


def few_objects(context: DocumentContext, attributes: Page) -> dict[str, list[bytes]]:
    """Event id → its objects, for small events whose attributes are already loaded."""
    # Attributes come by event and id, but an object is written in one piece.
    inside = sorted(
        (each for each in attributes if each.object_id != "0"),
        key=lambda each: (int(each.object_id), int(each.id)),
    )
    if not inside:
        return {}
    ids = [int(object_id) for object_id in dict.fromkeys(each.object_id for each in inside)]
    rows = context.rows(
        FEW_OBJECTS.format(columns=_columns(context), visible=context.object("o")), objects=ids
    )
    objects = [Object(*row) for row in rows]
    events = {each.id: each.event_id for each in objects}
    rendered = _objects(
        _heads(context, objects), iter([[each for each in inside if each.object_id in events]])
    )
    found: dict[str, list[bytes]] = {}
    for each, document in zip(objects, rendered, strict=True):
        found.setdefault(each.event_id, []).append(document)
    return found


def _columns(context: DocumentContext) -> str:
    return OBJECT.format(object_timestamp=object_timestamp(context.actor))


def _heads(context: DocumentContext, objects: Sequence[Object]) -> dict[str, bytes]:
    _complete(context, objects, [int(each.id) for each in objects])
    return {each.id: encoder.encode(each)[:-1] + b',"Attribute":[' for each in objects}


def _objects(heads: dict[str, bytes], pages: Iterator[Page]) -> Iterator[bytes]:
    open_id, parts = "", []
    for page in pages:
        # In the order of the objects; the last one of a page may go on in the next.
        for object_id, group in groupby(page, key=lambda attribute: attribute.object_id):
            attributes = encoder.encode(list(group))[1:-1]
            if object_id == open_id:
                parts.append(b"," + attributes)
                continue
            if parts:
                yield b"".join([*parts, b"]}"])
            open_id, parts = object_id, [heads[object_id] + attributes]
    if parts:
        yield b"".join([*parts, b"]}"])


def _complete(context: DocumentContext, objects: Sequence[Object], ids: list[int]) -> None:
    references = _references(context, ids)
    for each in objects:
        each.ObjectReference = references.get(each.id, [])
    if not context.options.sg_reference_only:
        context.groups.add_to(objects)
    add_analyst_data(context, objects)


def _references(context: DocumentContext, object_ids: list[int]) -> dict[str, list[Raw]]:
    sql = REFERENCES.format(
        columns=REFERENCE, object_visible=context.object("o"), attribute_visible=context.attribute
    )
    found: dict[str, list[Raw]] = {}
    for row in context.rows(sql, objects=object_ids):
        reference = _reference(
            row[:WIDTH], row[WIDTH : WIDTH + len(OBJECT_TARGET)], row[WIDTH + len(OBJECT_TARGET) :]
        )
        found.setdefault(reference.object_id, []).append(Raw(encoder.encode(reference)))
    return found


def _reference(own: Sequence[Any], target: Sequence[Any], attribute: Sequence[Any]) -> ObjectReference:
    reference = ObjectReference(*own)
    if target[0] is not None:
        reference.Object = raw_object(OBJECT_TARGET, target)
    elif attribute[0] is not None:
        reference.Attribute = raw_object(ATTRIBUTE_TARGET, attribute)
    else:
        reference.Object = raw_object(HIDDEN_TARGET, ("", HIDDEN, HIDDEN, "", "", reference.referenced_uuid))
    return reference


WIDTH = len(members_of(ObjectReference))

HIDDEN = "Object from another event"
"""What MISP calls a target that the document does not show."""

OBJECT_TARGET = ("distribution", "sharing_group_id", "uuid", "name", "meta-category")
ATTRIBUTE_TARGET = ("distribution", "sharing_group_id", "uuid", "value", "type", "category", "to_ids")
HIDDEN_TARGET = ("name", "meta-category", "category", "type", "value", "uuid")

OBJECTS = """
SELECT {columns} FROM object o JOIN event e ON e.id = o.event_id
WHERE o.event_id = %(event)s AND o.id > %(last)s AND {visible}
ORDER BY o.id LIMIT %(limit)s
"""

FEW_OBJECTS = """
SELECT {columns} FROM object o JOIN event e ON e.id = o.event_id
WHERE o.id = ANY(%(objects)s) AND {visible}
ORDER BY o.id
"""

REFERENCES = f"""
SELECT {{columns}}, {wire(StoredObject, "o", [name.replace("-", "_") for name in OBJECT_TARGET])},
       {wire(Attribute, "a", ATTRIBUTE_TARGET)}
FROM object_reference r JOIN event e ON e.id = r.event_id
LEFT JOIN object o ON r.referenced_type = 1 AND o.uuid = r.referenced_uuid AND o.event_id = e.id
  AND {{object_visible}}
LEFT JOIN attribute a ON r.referenced_type = 0 AND a.uuid = r.referenced_uuid AND a.event_id = e.id
  AND {{attribute_visible}}
WHERE r.object_id = ANY(%(objects)s) ORDER BY r.id
"""
