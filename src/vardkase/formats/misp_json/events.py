"""Whole events as MISP JSON, streamed: about one page of attributes in memory, no query per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec import Raw

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.analyst_data import WITHIN
from vardkase.formats.misp_json.contents import Contents
from vardkase.formats.misp_json.document_context import DocumentContext, context_of
from vardkase.formats.misp_json.headers import batches, extend, headers
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.formats.misp_json.related import related_event_blocks
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.stream import coalesced, in_chunks, joined
from vardkase.formats.misp_json.structs import EventHeader, encoder
from vardkase.formats.misp_json.tags import Attachment
from vardkase.identity.access.actor import Actor
from vardkase.intel.problems import EventProblem

type Section = tuple[str, Iterator[bytes]]
"""A member of an event that is a list: its name, and its items as JSON; a piece is several with commas, or none."""

type EventParts = tuple[EventHeader, Iterator[Section]]
"""An event in the order in which it is written. Its sections must be used up before the next event is asked for."""

EXPORT = EventOptions(
    deleted=Deleted.BOTH, include_attachments=True, include_all_tags=True, include_event_correlations=False
)


def event_document(actor: Actor, event_id: int, options: EventOptions | None = None) -> Iterator[bytes]:
    """One event as ``{"Event": {…}}``. Raises NotFound before the first byte if it may not be read."""
    context = context_of(actor, options or EventOptions())
    found = headers(context, [event_id])
    if not found:
        raise NotFound(EventProblem.NOT_FOUND())
    return coalesced(piece for event in _batch(context, found) for piece in _rendered(*event))


@in_chunks
def events_document(actor: Actor, chosen: Chosen, options: EventOptions | None = None) -> Iterator[bytes]:
    """Events as ``{"response": [{"Event": {…}}, …]}``; unreadable ones are left out."""
    separator = b""
    yield b'{"response": ['
    for event in event_parts(actor, chosen, options or EventOptions()):
        yield separator
        yield from _rendered(*event)
        separator = b","
    # MISP's answers to a search end with a new line.
    yield b"]}\n"


def separate_events(actor: Actor, chosen: Chosen, options: EventOptions) -> Iterator[tuple[int, bytes]]:
    for header, sections in event_parts(actor, chosen, options):
        yield int(header.id), b"".join(_rendered(header, sections))


def export_events(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    """Events for import on another instance: with deleted parts and attachments."""
    return events_document(actor, chosen, EXPORT)


def event_parts(actor: Actor, chosen: Chosen, options: EventOptions) -> Iterator[EventParts]:
    context = context_of(actor, options)
    for ids in pages_of(chosen):
        for batch in batches(headers(context, ids)):
            yield from _batch(context, batch)


def _rendered(header: EventHeader, sections: Iterator[Section]) -> Iterator[bytes]:
    yield b'{"Event":' + encoder.encode(header)[:-1]
    for name, items in sections:
        yield f',"{name}":['.encode()
        yield from joined(items)
        yield b"]"
    yield b"}}"


def _batch(context: DocumentContext, batch: Sequence[EventHeader]) -> Iterator[EventParts]:
    members = {header.id: [int(header.id), *extend(context, header)] for header in batch}
    contents = Contents(context, [member for merged in members.values() for member in merged])
    said = context.analyst.sections([header.uuid for header in batch]) if context.analyst else {}
    for header in batch:
        yield header, chain(_sections(context, contents, members[header.id]), said.get(header.uuid, ()))


def _sections(context: DocumentContext, contents: Contents, members: list[int]) -> Iterator[Section]:
    options = context.options
    whole = not options.metadata
    if whole:
        yield "Attribute", (encoder.encode(page)[1:-1] for page in contents.attributes(members))
        if not options.no_shadow_attributes:
            yield "ShadowAttribute", contents.proposals(members)
    attachments = contents.tags(members)
    yield from _context(context, members[0], attachments)
    if whole and not options.flatten:
        yield "Object", contents.objects(members)
    if whole and not options.no_event_reports:
        yield _section("EventReport", contents.reports(members))
    if context.elsewhere:
        # After the attributes, because their hits are collected while those are written.
        yield from context.elsewhere.sections(members)
    yield _section("CryptographicKey", contents.keys(members))
    if attachments:
        yield _section("Tag", [context.tags.tag(attachment) for attachment in attachments])


def _context(context: DocumentContext, event_id: int, attachments: list[Attachment]) -> Iterator[Section]:
    if context.options.include_event_correlations:
        related = related_event_blocks(context.actor, event_id)
        if context.analyst:
            uuids = [block["Event"]["uuid"] for block in related]
            said, inbound = context.analyst.of(uuids, start=WITHIN), context.analyst.leading_to(uuids)
            related = [
                {**block, **said.get(uuid, {}), "RelationshipInbound": inbound.get(uuid, [])}
                for uuid, block in zip(uuids, related, strict=True)
            ]
        yield _section("RelatedEvent", related)
    galaxies: list[Raw] = []
    if attachments and not context.options.exclude_galaxy:
        context.galaxies.learn([attachments])
        galaxies = context.galaxies.blocks(attachments, "event_tag_id")
    yield _section("Galaxy", galaxies)


def _section(name: str, items: Sequence[Any]) -> Section:
    return name, iter([encoder.encode(items)[1:-1]])
