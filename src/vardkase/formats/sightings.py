"""The formats of sightings/restSearch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from vardkase.formats.csv import line
from vardkase.formats.misp_json import SightingOptions, sighting_pages
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import encoder
from vardkase.formats.xml.element import END, START, element
from vardkase.identity.access.actor import Actor

type Renderer = Callable[[Actor, Sequence[int], SightingOptions], Iterator[bytes]]

CSV_COLUMNS = ("id", "attribute_id", "event_id", "org_id", "date_sighting", "uuid", "source", "type")


def as_json(actor: Actor, ids: Sequence[int], options: SightingOptions) -> Iterator[bytes]:
    yield b'{"response": ['
    yield from joined(
        b",".join(b'{"Sighting":' + encoder.encode(sighting) + b"}" for sighting in page)
        for page in sighting_pages(actor, ids, options)
    )
    yield b"]}\n"


def as_csv(actor: Actor, ids: Sequence[int], options: SightingOptions) -> Iterator[bytes]:
    yield (",".join(CSV_COLUMNS) + "\n").encode()
    for page in sighting_pages(actor, ids, options):
        yield "".join(line([getattr(sighting, name) for name in CSV_COLUMNS]) for sighting in page).encode()
    yield b"\n"


def as_xml(actor: Actor, ids: Sequence[int], options: SightingOptions) -> Iterator[bytes]:
    yield START.encode()
    for page in sighting_pages(actor, ids, options):
        rows = msgspec.json.decode(encoder.encode(page))
        yield "".join(f"{element('Sighting', row)}\n" for row in rows).encode()
    yield END.encode()


SIGHTING_FORMATS: dict[str, tuple[Renderer, str, str]] = {
    "json": (as_json, "application/json; charset=UTF-8", "json"),
    "csv": (as_csv, "text/csv; charset=UTF-8", "csv"),
    "xml": (as_xml, "application/xml; charset=UTF-8", "xml"),
}
"""Name → how it is written, its content type, and its X-Response-Format."""
