"""Writes the files of a feed, event by event, from the pages of each event document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import msgspec

from vardkase.formats.feed import structs
from vardkase.formats.feed.reach import FeedReach
from vardkase.formats.misp_json import Chosen, Deleted, EventOptions, event_parts
from vardkase.formats.misp_json.events import Section
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import EventHeader, encoder
from vardkase.identity.access.actor import Actor

NO_TEMPLATE = UUID("9319371e-2504-4128-8410-3741cebbcfd3")
"""PyMISP's namespace for objects that name no template: readers ask for one."""

type Keep = Callable[[str], object]

ATTRIBUTES = msgspec.json.Decoder(list[structs.FeedAttribute])
OBJECTS = msgspec.json.Decoder(list[structs.FeedObject])
REPORTS = msgspec.json.Decoder(list[structs.FeedReport])
KEYS = msgspec.json.Decoder(list[structs.FeedCryptographicKey])
TAGS = msgspec.json.Decoder(list[structs.FeedTag])


@dataclass(slots=True)
class FeedEvent:
    """An event as its feed file and manifest entry; consume `document` before `announcement`."""

    header: EventHeader
    sections: Iterator[Section]
    reach: FeedReach
    keep_hash: Keep
    """Called with the MD5 of every exported value, as `hashes.csv` lists them."""
    tags: list[structs.FeedTag] = field(default_factory=list)

    @property
    def uuid(self) -> str:
        return self.header.uuid

    def document(self) -> Iterator[bytes]:
        header = self.header
        writers: dict[str, Callable[[bytes], bytes]] = {
            "Attribute": lambda piece: _list_content(self._included(ATTRIBUTES.decode(b"[" + piece + b"]"))),
            "Object": self._objects,
            "EventReport": self._reports,
        }
        if header.protected:
            writers["CryptographicKey"] = lambda piece: _list_content(KEYS.decode(b"[" + piece + b"]"))
        event = structs.Event(
            header.analysis, header.date, header.extends_uuid, header.info, bool(header.protected),
            header.publish_timestamp, header.published, header.threat_level_id, header.timestamp, header.uuid,
            self._creator(),
        )  # fmt: skip
        yield b'{"Event":' + encoder.encode(event)[:-1]
        # Sections come as pieces of their lists, so that no event is ever in memory as a whole.
        for name, pieces in self.sections:
            if name == "Tag":  # Written last: the manifest needs the tags as well.
                self.tags = TAGS.decode(b"[" + b",".join(pieces) + b"]")
            elif written := writers.get(name):
                yield from _section(name, (written(piece) for piece in pieces if piece))
        yield b',"Tag":' + encoder.encode(self.tags) + b"}}"

    def announcement(self) -> structs.Announcement:
        header = self.header
        return structs.Announcement(
            self._creator(), self.tags, header.info, header.date, int(header.analysis),
            int(header.threat_level_id), int(header.timestamp),
        )  # fmt: skip

    def _creator(self) -> structs.FeedOrganisation:
        creator = self.header.Orgc
        if isinstance(creator, msgspec.UnsetType):
            raise TypeError("an event without its creator was rendered")
        return structs.FeedOrganisation(creator.name, creator.uuid)

    def _objects(self, piece: bytes) -> bytes:
        decoded = OBJECTS.decode(b"[" + piece + b"]")
        objects = [item for item in decoded if _includes_and_clears(self.reach, item)]
        for item in objects:
            item.Attribute = self._included(item.Attribute)
            # Derived from the name, so that the same kind of object has the same template in every export.
            item.template_uuid = item.template_uuid or str(uuid5(NO_TEMPLATE, item.name))
            item.description = item.description or "<unknown>"
            item.ObjectReference = [ref for ref in item.ObjectReference if not ref.deleted]
            for reference in item.ObjectReference:
                reference.object_uuid = item.uuid
        # An object whose attributes are all excluded says nothing.
        return _list_content([item for item in objects if item.Attribute])

    def _reports(self, piece: bytes) -> bytes:
        reports = REPORTS.decode(b"[" + piece + b"]")
        return _list_content(
            [report for report in reports if not report.deleted and _includes_and_clears(self.reach, report)]
        )

    def _included(self, attributes: Iterable[structs.FeedAttribute]) -> list[structs.FeedAttribute]:
        included = [attribute for attribute in attributes if _includes_and_clears(self.reach, attribute)]
        for attribute in included:
            for part in parts_of(attribute.type, attribute.value):
                # MD5 because `hashes.csv` is MISP's format; marked so that a Python in FIPS mode allows it.
                self.keep_hash(hashlib.md5(part.encode(), usedforsecurity=False).hexdigest())
        return included


def feed_events(
    actor: Actor, chosen: Chosen, reach: FeedReach, keep_hash: Keep, *, local_tags: bool = False
) -> Iterator[FeedEvent]:
    """The chosen published events within the reader's rights and the reach. Write each before requesting the
    next."""
    options = EventOptions(
        deleted=Deleted.NO,
        exclude_galaxy=True,
        exclude_local_tags=not local_tags,
        include_attachments=True,
        include_event_correlations=False,
        no_shadow_attributes=True,
        no_sightings=True,
    )
    for header, sections in event_parts(actor, chosen, options):
        if header.published and reach.holds(header):
            yield FeedEvent(header, sections, reach, keep_hash)


def parts_of(kind: str, value: str) -> list[str]:
    return value.split("|") if "|" in kind or kind == "malware-sample" else [value]


def _includes_and_clears(
    reach: FeedReach, part: structs.FeedAttribute | structs.FeedObject | structs.FeedReport
) -> bool:
    """True if the part is included; clears its distribution, which is not written."""
    is_included = reach.holds(part)
    part.distribution = part.sharing_group_id = ""
    return is_included


def _section(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A list member; left out if it is empty."""
    start = f',"{name}":['.encode()
    for piece in joined(pieces):
        yield start + piece
        start = b""
    if not start:
        yield b"]"


def _list_content(items: object) -> bytes:
    return encoder.encode(items)[1:-1]
