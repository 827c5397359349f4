"""MISP XML export of a search: the same members as in MISP JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Search
from vardkase.formats.misp_json import EventOptions, attribute_pages, event_parts
from vardkase.formats.misp_json.events import Section
from vardkase.formats.misp_json.stream import in_chunks
from vardkase.formats.misp_json.structs import EventHeader, encoder
from vardkase.formats.search_options import attribute_options, event_options
from vardkase.formats.xml.element import END, START, document, element, text
from vardkase.identity.access.actor import Actor

__all__ = ["attributes", "document", "element", "events", "text", "whole_events"]

SHOWN_EMPTY = ("Attribute", "Object", "ShadowAttribute", "RelatedEvent")
# MISP's XML drops these members of an event; its JSON has them.
NOT_EXPORTED = ("attribute_count", "proposal_email_lock", "locked")


def events(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return whole_events(actor, ids, event_options(actor, search))


@in_chunks
def whole_events(actor: Actor, ids: Sequence[int], options: EventOptions) -> Iterator[bytes]:
    yield START.encode()
    for header, sections in event_parts(actor, ids, options):
        yield b"<Event>"
        yield from _event_content(header, sections)
        yield b"</Event>"
    yield END.encode()


def attributes(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """Attributes, one per line; with their events only for `includeContext`."""
    options = attribute_options(search)
    left_out = () if options.include_context else ("Event",)
    yield START.encode()
    for page in attribute_pages(actor, ids, options):
        rows = msgspec.json.decode(encoder.encode(page))
        yield "".join(f"{element('Attribute', _without(row, left_out))}\n" for row in rows).encode()
    yield END.encode()


def _event_content(header: EventHeader, sections: Iterator[Section]) -> Iterator[bytes]:
    members = _without(msgspec.json.decode(encoder.encode(header)), NOT_EXPORTED)
    yield "".join(element(name, value) for name, value in members.items()).encode()
    for name, pieces in sections:
        empty = True
        for piece in filter(None, pieces):
            empty = False
            yield element(name, msgspec.json.decode(b"[" + piece + b"]")).encode()
        # MISP writes these lists even if they are empty.
        if empty and name in SHOWN_EMPTY:
            yield f"<{name}/>".encode()


def _without(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
