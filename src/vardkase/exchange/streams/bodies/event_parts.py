"""Changes of events and their parts, in MISP's format: ``{"Attribute": {…}, "Event": {…}, "action": "edit"}``.

A whole batch of entries of one topic is written at once. What the reader may not see now is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from vardkase.exchange.outbox.models import Entry
from vardkase.exchange.streams import topics
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.formats.misp_json import (
    AttributeOptions,
    Deleted,
    EventOptions,
    ObjectOptions,
    SightingOptions,
    attributes_document,
    events_document,
    objects_document,
    proposal_rows,
    reference_rows,
    sighting_rows,
)

type Document = dict[str, Any]

METADATA = EventOptions(metadata=True, include_event_correlations=False, exclude_galaxy=True)
BESIDE = ("Event", "Object")
"""What a listed attribute carries inside, and a message beside it."""


@dataclass(frozen=True, slots=True)
class PartKind:
    """How to read the rows of a topic: the member that holds one, and a reader of all visible ones by id."""

    noun: str
    read: Callable[[StreamReader, Sequence[int]], Iterable[Document]]


def part_bodies(reader: StreamReader, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """The message of each entry that may be sent; all entries have the same topic."""
    kind = KINDS[entries[0].topic]
    ids = list(dict.fromkeys(_row_id(entry) for entry in entries))
    found = {int(document[kind.noun]["id"]): document for document in kind.read(reader, ids)}
    passing = _passing_filters(reader, kind.noun, found)
    for entry in entries:
        if (document := found.get(_row_id(entry))) is not None:
            if _row_id(entry) in passing:
                # An attribute is deleted by a flag: the row is still there, and MISP calls that a deletion.
                deleted = document[kind.noun].get("deleted") is True
                yield entry, encoded({**document, "action": "delete" if deleted else entry.act})
        elif entry.act == "delete" and _may_learn_of_deletion(reader, entry):
            gone = {"id": str(_row_id(entry)), "uuid": entry.about.get("uuid", ""), "deleted": True}
            if entry.topic != topics.EVENT and entry.event_id:
                gone["event_id"] = str(entry.event_id)
            yield entry, encoded({kind.noun: gone, "action": "delete"})


def encoded(document: Document) -> bytes:
    return msgspec.json.encode(document)


def _row_id(entry: Entry) -> int:
    return entry.subject_id or entry.event_id or 0


def _passing_filters(reader: StreamReader, noun: str, found: dict[int, Document]) -> set[int]:
    if not reader.stream.filters:
        return set(found)
    events = {
        number: int(document[noun]["id" if noun == "Event" else "event_id"])
        for number, document in found.items()
    }
    if noun == "Attribute":
        return reader.attributes(list(found), set(events.values()))
    readable = reader.events(set(events.values()))
    return {number for number, event in events.items() if event in readable}


def _may_learn_of_deletion(reader: StreamReader, entry: Entry) -> bool:
    # Whether the reader might have read the row can no longer be checked: only receivers that got the event from
    # us learn of its deletion.
    if reader.sees_everything:
        return not reader.stream.filters
    return entry.topic == topics.EVENT and reader.has_sent(entry.about.get("uuid", ""))


def read_events(reader: StreamReader, ids: Sequence[int]) -> Iterator[Document]:
    yield from _decoded_response(events_document(reader.actor, ids, METADATA))


def read_attributes(reader: StreamReader, ids: Sequence[int]) -> Iterator[Document]:
    options = AttributeOptions(deleted=Deleted.BOTH, include_context=True)
    for attribute in _decoded_response(attributes_document(reader.actor, ids, options))["Attribute"]:
        beside = {name: attribute.pop(name) for name in BESIDE if name in attribute}
        yield {"Attribute": attribute, **beside}


def read_objects(reader: StreamReader, ids: Sequence[int]) -> Iterator[Document]:
    yield from _decoded_response(
        objects_document(reader.actor, ids, ObjectOptions(deleted=Deleted.BOTH, metadata=True))
    )


def read_sightings(reader: StreamReader, ids: Sequence[int]) -> Iterator[Document]:
    options = SightingOptions(attribute_uuid=True, event_uuid=True, value=True)
    return map(msgspec.json.decode, sighting_rows(reader.actor, ids, options))


def _decoded_response(pieces: Iterable[bytes]) -> Any:
    return msgspec.json.decode(b"".join(pieces))["response"]


KINDS = {
    topics.EVENT: PartKind("Event", read_events),
    topics.ATTRIBUTE: PartKind("Attribute", read_attributes),
    topics.OBJECT: PartKind("Object", read_objects),
    topics.REFERENCE: PartKind(
        "ObjectReference", lambda reader, ids: map(msgspec.json.decode, reference_rows(reader.actor, ids))
    ),
    topics.SIGHTING: PartKind("Sighting", read_sightings),
    topics.PROPOSAL: PartKind(
        "ShadowAttribute", lambda reader, ids: map(msgspec.json.decode, proposal_rows(reader.actor, ids))
    ),
}
