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
    """Told the MD5 of every value that goes out, as `hashes.csv` lists them."""
    tags: list[structs.FeedTag] = field(default_factory=list)

    @property
    def uuid(self) -> str:
        return self.header.uuid

    def document(self) -> Iterator[bytes]:
        writers = {"Attribute": self._attributes, "Object": self._objects, "EventReport": self._reports}
        if self.header.protected:
            writers["CryptographicKey"] = _keys
        yield b'{"Event":' + encoder.encode(self._event())[:-1]
        for name, pieces in self.sections:
            if name == "Tag":
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

    def _event(self) -> structs.Event:
        header = self.header
        return structs.Event(
            header.analysis, header.date, header.extends_uuid, header.info, bool(header.protected),
            header.publish_timestamp, header.published, header.threat_level_id, header.timestamp, header.uuid,
            self._creator(),
        )  # fmt: skip

    def _creator(self) -> structs.FeedOrganisation:
        creator = self.header.Orgc
        if isinstance(creator, msgspec.UnsetType):
            raise TypeError("an event without its creator was rendered")
        return structs.FeedOrganisation(creator.name, creator.uuid)

    def _attributes(self, piece: bytes) -> bytes:
        return _inside(self._kept(ATTRIBUTES.decode(b"[" + piece + b"]")))

    def _objects(self, piece: bytes) -> bytes:
        kept = [each for each in OBJECTS.decode(b"[" + piece + b"]") if _shed(self.reach, each)]
        for each in kept:
            each.Attribute = self._kept(each.Attribute)
            each.template_uuid = each.template_uuid or str(uuid5(NO_TEMPLATE, each.name))
            each.description = each.description or "<unknown>"
            each.ObjectReference = [ref for ref in each.ObjectReference if not ref.deleted]
            for reference in each.ObjectReference:
                reference.object_uuid = each.uuid
        return _inside([each for each in kept if each.Attribute])

    def _reports(self, piece: bytes) -> bytes:
        every = REPORTS.decode(b"[" + piece + b"]")
        return _inside([each for each in every if not each.deleted and _shed(self.reach, each)])

    def _kept(self, attributes: Iterable[structs.FeedAttribute]) -> list[structs.FeedAttribute]:
        kept = [each for each in attributes if _shed(self.reach, each)]
        for each in kept:
            for part in parts_of(each.type, each.value):
                self.keep_hash(hashlib.md5(part.encode(), usedforsecurity=False).hexdigest())
        return kept


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


def _shed(reach: FeedReach, part: structs.FeedAttribute | structs.FeedObject | structs.FeedReport) -> bool:
    """True if the part is included; clears its distribution, which is not written."""
    held = reach.holds(part)
    part.distribution = part.sharing_group_id = ""
    return held


def _section(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A member that is a list; left out when nothing is in it."""
    start = f',"{name}":['.encode()
    for piece in joined(pieces):
        yield start + piece
        start = b""
    if not start:
        yield b"]"


def _keys(piece: bytes) -> bytes:
    return _inside(KEYS.decode(b"[" + piece + b"]"))


def _inside(items: object) -> bytes:
    return encoder.encode(items)[1:-1]
