"""Whole events as MISP JSON, streamed: never more than about a page of attributes, never a query per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Raw

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.chosen import Chosen, pages_of
from vardkase.formats.misp_json.contents import Contents
from vardkase.formats.misp_json.headers import batches, extend, headers
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.formats.misp_json.related import related_event_blocks
from vardkase.formats.misp_json.scope import Scope, scope_of
from vardkase.formats.misp_json.stream import coalesced, joined
from vardkase.formats.misp_json.structs import EventHeader, encoder
from vardkase.formats.misp_json.tags import Attachment
from vardkase.identity.access.actor import Actor

EXPORT = EventOptions(
    deleted=Deleted.BOTH, include_attachments=True, include_all_tags=True, include_event_correlations=False
)


def event_document(actor: Actor, event_id: int, options: EventOptions | None = None) -> Iterator[bytes]:
    """One event as ``{"Event": {…}}``. Raises NotFound, before the first byte, when it may not be read."""
    scope = scope_of(actor, options or EventOptions())
    found = headers(scope, [event_id])
    if not found:
        raise NotFound("Invalid event")
    return coalesced(_batch(scope, found))


def events_document(actor: Actor, chosen: Chosen, options: EventOptions | None = None) -> Iterator[bytes]:
    """Events as ``{"response": [{"Event": {…}}, …]}``; what may not be read is left out."""
    return coalesced(_response(actor, chosen, options or EventOptions()))


def export_events(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    """Events for a file that is to be imported elsewhere: with deleted parts and attachments."""
    return events_document(actor, chosen, EXPORT)


def _response(actor: Actor, chosen: Chosen, options: EventOptions) -> Iterator[bytes]:
    scope = scope_of(actor, options)
    separator = b""
    yield b'{"response": ['
    for ids in pages_of(chosen):
        for batch in batches(headers(scope, ids)):
            yield separator
            yield from _batch(scope, batch)
            separator = b","
    yield b"]}\n"


def _batch(scope: Scope, batch: Sequence[EventHeader]) -> Iterator[bytes]:
    """The events of a batch with commas between."""
    members = {header.id: [int(header.id), *extend(scope, header)] for header in batch}
    contents = Contents(scope, [member for merged in members.values() for member in merged])
    separator = b""
    for header in batch:
        yield separator + b'{"Event":' + encoder.encode(header)[:-1]
        yield from _sections(scope, contents, members[header.id])
        yield b"}}"
        separator = b","


def _sections(scope: Scope, contents: Contents, members: list[int]) -> Iterator[bytes]:
    """What stands below the header, in MISP's order; `members` are the event and those merged into it."""
    options = scope.options
    whole = not options.metadata
    if whole:
        yield from _array("Attribute", (encoder.encode(page)[1:-1] for page in contents.attributes(members)))
        if not options.no_shadow_attributes:
            yield b',"ShadowAttribute":[]'
    attachments = contents.tags(members)
    yield from _context(scope, members[0], attachments)
    if whole and not options.flatten:
        yield from _array("Object", contents.objects(members))
    if whole and not options.no_event_reports:
        yield _member("EventReport", contents.reports(members))
    yield b',"CryptographicKey":[]'
    if attachments:
        yield _member("Tag", [scope.tags.tag(attachment) for attachment in attachments])


def _context(scope: Scope, event_id: int, attachments: list[Attachment]) -> Iterator[bytes]:
    if scope.options.include_event_correlations:
        related = related_event_blocks(scope.actor, event_id)
        if scope.options.include_analyst_data:
            related = [{**block, "RelationshipInbound": []} for block in related]
        yield _member("RelatedEvent", related)
    galaxies: list[Raw] = []
    if attachments and not scope.options.exclude_galaxy:
        scope.galaxies.learn([attachments])
        galaxies = scope.galaxies.blocks(attachments, "event_tag_id")
    yield _member("Galaxy", galaxies)


def _array(name: str, items: Iterator[bytes]) -> Iterator[bytes]:
    yield f',"{name}":['.encode()
    yield from joined(items)
    yield b"]"


def _member(name: str, value: Any) -> bytes:
    return f',"{name}":'.encode() + encoder.encode(value)
