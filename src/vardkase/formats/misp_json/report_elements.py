"""Elements that a report can refer to in its editor: event_reports/getProxyMISPElements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Raw, Struct

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.attributes import CarriedParts, Page, event_attributes
from vardkase.formats.misp_json.document_context import DocumentContext, context_of
from vardkase.formats.misp_json.objects import event_objects
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.misp_json.stream import in_chunks, joined
from vardkase.formats.misp_json.structs import EMPTY, AttributeColumns, encoder
from vardkase.formats.misp_json.tags import whole_tag
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import galaxy_predicate, reader_parameters


class ProxyAttribute(AttributeColumns, gc=False):
    """An attribute as the report editor receives it."""

    AttributeTag: list[Raw] | Raw = EMPTY
    Galaxy: list[Raw] | Raw = EMPTY


class _Named(Struct):
    uuid: str
    template_uuid: str | None = None
    template_version: str | None = None


@in_chunks
def report_elements(actor: Actor, event_id: int) -> Iterator[bytes]:
    """Attributes, objects and tags of an event that the actor may read, object templates and galaxy matrices.

    Each is a map; MISP writes an empty one as a list.
    """
    context = context_of(actor, EventOptions(flatten=True))
    yield b'{"attribute":'
    yield from _map(
        member
        for page in event_attributes(context, event_id, CarriedParts(tags=True))
        for member in _attributes(context, page)
    )
    templates: dict[str, _Named] = {}
    yield b',"object":'
    yield from _map(_objects(context_of(actor, EventOptions()), event_id, templates))
    used = {"uuids": [each.template_uuid for each in templates.values()]}
    known = {
        f"{row[1]}.{row[4]}": dict(zip(TEMPLATE_MEMBERS, row, strict=True))
        for row in cursor().execute(TEMPLATES, used).fetchall()
    }
    yield b',"objectTemplates":' + encoder.encode(known or [])
    sql = MATRICES.format(visible=galaxy_predicate(actor))
    matrices = {
        row[1]: dict(zip(MATRIX_MEMBERS, row, strict=True))
        for row in cursor().execute(sql, reader_parameters(actor)).fetchall()
    }
    yield b',"galaxymatrix":' + encoder.encode(matrices or [])
    tags = [
        context.tags.facts(attachment) for attachment in context.tags.of_events([event_id]).get(event_id, ())
    ]
    yield b',"tagname":' + encoder.encode({tag.name: whole_tag(tag) for tag in tags} or []) + b"}"


def _attributes(context: DocumentContext, page: Page) -> Iterator[bytes]:
    attached = context.tags.of_attributes(attribute.id for attribute in page)
    for attribute in page:
        proxy = ProxyAttribute(*(getattr(attribute, name) for name in AttributeColumns.__struct_fields__))
        proxy.Galaxy = attribute.Galaxy
        proxy.AttributeTag = [
            context.tags.attribute_tag(attachment, attribute.id, attribute.event_id)
            for attachment in attached.get(int(attribute.id), ())
        ]
        yield _member(attribute.uuid, proxy)


def _objects(context: DocumentContext, event_id: int, templates: dict[str, _Named]) -> Iterator[bytes]:
    for document in event_objects(context, event_id, CarriedParts(tags=True)):
        named = msgspec.json.decode(document, type=_Named)
        templates[f"{named.template_uuid}.{named.template_version}"] = named
        yield _member(named.uuid, Raw(document))


def _map(members: Iterator[bytes]) -> Iterator[bytes]:
    # PHP writes an empty map as a list, and MISP's clients expect it.
    first = next(members, None)
    if first is None:
        yield b"[]"
        return
    yield b"{"
    yield from joined(chain([first], members))
    yield b"}"


def _member(name: str, value: Any) -> bytes:
    return encoder.encode(name) + b":" + encoder.encode(value)


TEMPLATE_MEMBERS = ("id", "uuid", "name", "description", "version", "meta-category", "requiredOneOf")

TEMPLATES = """
SELECT id::text, uuid::text, name, description, version::text, meta_category,
       coalesce(definition -> 'requiredOneOf', '[]')
FROM object_template WHERE uuid::text = ANY(%(uuids)s)
"""

MATRIX_MEMBERS = (
    "id", "uuid", "name", "type", "description", "version", "icon", "namespace", "enabled", "local_only",
    "kill_chain_order",
)  # fmt: skip

MATRICES = """
SELECT g.id::text, g.uuid::text, g.name, g.type, g.description, g.version, g.icon, g.namespace, g.enabled,
       g.local_only, g.kill_chain_order
FROM galaxy g WHERE g.enabled AND jsonb_typeof(g.kill_chain_order) = 'object' AND {visible} ORDER BY g.id
"""
