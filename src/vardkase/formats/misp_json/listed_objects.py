"""Objects outside their event: objects/restSearch and objects/view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.attachments import encoded_data
from vardkase.formats.misp_json.columns import OBJECT, SPLIT_ATTRIBUTE, members_of
from vardkase.formats.misp_json.document_context import DocumentContext, context_of
from vardkase.formats.misp_json.options import Deleted, EventOptions, ObjectOptions
from vardkase.formats.misp_json.selection import PAGE, Chosen, pages_of
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import Object, SplitAttribute, encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import object_timestamp
from vardkase.intel.problems import ObjectProblem

OBJECT_WIDTH = len(members_of(Object))
ATTRIBUTE_WIDTH = len(members_of(SplitAttribute))
OBJECTS_AT_ONCE = 100
ATTACHMENTS_AT_ONCE = 10


def objects_document(actor: Actor, chosen: Chosen, options: ObjectOptions | None = None) -> Iterator[bytes]:
    """Objects as ``{"response": [{"Object": {…}}, …]}``, in the order chosen."""
    yield b'{"response": ['
    yield from _objects_of(actor, chosen, options or ObjectOptions())
    yield b"]}\n"


def object_list(actor: Actor, chosen: Chosen, options: ObjectOptions | None = None) -> Iterator[bytes]:
    yield b"["
    yield from _objects_of(actor, chosen, options or ObjectOptions())
    yield b"]"


def _objects_of(actor: Actor, chosen: Chosen, options: ObjectOptions) -> Iterator[bytes]:
    context = _scope(actor, options)
    size = ATTACHMENTS_AT_ONCE if options.include_attachments else OBJECTS_AT_ONCE
    return joined(_rendered(context, ids, options) for ids in pages_of(chosen, size))


def object_dict(actor: Actor, object_id: int) -> dict[str, Any]:
    """One object as in objects/view, deleted or not. Raises NotFound."""
    context = _scope(actor, ObjectOptions(deleted=Deleted.BOTH))
    found = _objects(context, [object_id])
    if not found:
        raise NotFound(ObjectProblem.NOT_FOUND())
    head, event = found[0]
    # A deleted object can be viewed, deleted attributes cannot.
    living = _scope(actor, ObjectOptions())
    attributes = [] if head.deleted else list(_attributes(living, [object_id], data=False))
    row: dict[str, Any] = msgspec.json.decode(encoder.encode(head))
    row["Event"] = event
    if attributes:
        row["Attribute"] = msgspec.json.decode(encoder.encode(attributes))
    return row


def _scope(actor: Actor, options: ObjectOptions) -> DocumentContext:
    return context_of(actor, EventOptions(deleted=options.deleted, include_all_tags=options.include_all_tags))


def _rendered(context: DocumentContext, ids: Sequence[int], options: ObjectOptions) -> bytes:
    objects = _objects(context, ids)
    attributes: dict[str, list[SplitAttribute]] = {}
    if not options.metadata:
        for attribute in _attributes(context, ids, data=options.include_attachments):
            attributes.setdefault(attribute.object_id, []).append(attribute)
    documents = []
    for head, event in objects:
        inside = encoder.encode(attributes.get(head.id, []))
        inner = b"" if options.metadata else b',"Attribute":' + inside
        document = encoder.encode(head)[:-1] + inner + b',"Event":' + encoder.encode(event)
        documents.append(b'{"Object":' + document + b"}}")
    return b",".join(documents)


def _objects(context: DocumentContext, ids: Sequence[int]) -> list[tuple[Object, dict[str, str]]]:
    sql = OBJECTS.format(
        columns=OBJECT.format(object_timestamp=object_timestamp(context.actor)),
        visible=f"{context.event} AND {context.object('o')}",
    )
    return [
        (Object(*row[:OBJECT_WIDTH]), dict(zip(EVENT_MEMBERS, row[OBJECT_WIDTH:], strict=True)))
        for row in context.rows(sql, ids=list(ids))
    ]


def _attributes(
    context: DocumentContext, object_ids: Sequence[int], *, data: bool
) -> Iterator[SplitAttribute]:
    sql = ATTRIBUTES.format(columns=SPLIT_ATTRIBUTE, visible=f"{context.event} AND {context.attribute}")
    last = 0
    while rows := context.rows(sql, objects=list(object_ids), last=last, limit=PAGE):
        page = [SplitAttribute(*row[:ATTRIBUTE_WIDTH]) for row in rows]
        _add_tags(context, page)
        for attribute, row in zip(page, rows, strict=True):
            if data:
                attribute.data = encoded_data(row[ATTRIBUTE_WIDTH], attribute.type)
        yield from page
        last = int(page[-1].id)


def _add_tags(context: DocumentContext, page: list[SplitAttribute]) -> None:
    attached = context.tags.of_attributes(attribute.id for attribute in page)
    for attribute in page:
        attribute.AttributeTag = [
            context.tags.attribute_tag(each, attribute.id, attribute.event_id)
            for each in attached.get(int(attribute.id), ())
        ]


EVENT_MEMBERS = ("id", "info", "org_id", "orgc_id")

OBJECTS = """
SELECT {columns}, e.id::text, e.info, e.org_id::text, e.orgc_id::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN object o ON o.id = chosen.id
JOIN event e ON e.id = o.event_id
WHERE {visible}
ORDER BY chosen.place
"""

ATTRIBUTES = """
SELECT {columns}, a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.object_id = ANY(%(objects)s) AND a.id > %(last)s AND {visible}
ORDER BY a.id LIMIT %(limit)s
"""
