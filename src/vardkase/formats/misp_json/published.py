"""A published version of an event as MISP JSON: whole for the readers of its history, in part for others.

Only the members declared here are read from a snapshot, which holds what the owner saw: what others said of the event,
the members of sharing groups and the author's address are not among them. Local tags and deleted parts are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from vardkase.core.errors import Conflict, NotFound
from vardkase.formats.misp_json.snapshots import read_snapshot, size_of_snapshot
from vardkase.formats.misp_json.structs import AttributeColumns
from vardkase.formats.problems import ExportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.last_version import (
    LastVersion,
    Limits,
    readable_attributes,
    readable_objects,
    readable_reports,
    withheld_parts,
)
from vardkase.intel.queries.versions import event_versions
from vardkase.knowledge.taxonomies.queries import hidden_tag_names
from vardkase.misp.distribution import Distribution

MOST_BYTES = 64 * 2**20
"""Of a version that is read for a page: about 130,000 attributes."""


class PublishedTag(Struct, omit_defaults=True):
    name: str
    colour: str = ""
    local: bool = False
    relationship_type: str | None = None


class PublishedGroup(Struct):
    id: str
    uuid: str
    name: str


class PublishedOrganisation(Struct):
    id: str
    name: str
    uuid: str


class PublishedAttribute(AttributeColumns, kw_only=True):
    SharingGroup: PublishedGroup | None = None
    Tag: list[PublishedTag] = []


class PublishedReference(Struct):
    id: str
    uuid: str
    timestamp: str
    object_id: str
    referenced_uuid: str
    referenced_id: str
    referenced_type: str
    relationship_type: str
    comment: str
    deleted: bool
    event_id: str
    source_uuid: str


class PublishedObject(Struct, kw_only=True, rename={"meta_category": "meta-category"}):
    id: str
    name: str
    meta_category: str
    description: str | None
    template_uuid: str | None
    template_version: str
    event_id: str
    uuid: str
    timestamp: str
    distribution: str
    sharing_group_id: str
    comment: str
    deleted: bool
    first_seen: str | None
    last_seen: str | None
    SharingGroup: PublishedGroup | None = None
    ObjectReference: list[PublishedReference] = []
    Attribute: list[PublishedAttribute] = []


class PublishedReport(Struct, kw_only=True):
    id: str
    uuid: str
    event_id: str
    name: str
    content: str | None
    distribution: str
    sharing_group_id: str
    timestamp: str
    deleted: bool
    SharingGroup: PublishedGroup | None = None
    Tag: list[PublishedTag] = []


class PublishedEvent(Struct, kw_only=True):
    id: str
    orgc_id: str
    org_id: str
    date: str
    threat_level_id: str
    info: str
    published: bool
    uuid: str
    attribute_count: str
    analysis: str
    timestamp: str
    distribution: str
    publish_timestamp: str
    sharing_group_id: str
    disable_correlation: bool
    extends_uuid: str
    Org: PublishedOrganisation
    Orgc: PublishedOrganisation
    SharingGroup: PublishedGroup | None = None
    Tag: list[PublishedTag] = []
    Attribute: list[PublishedAttribute] = []
    Object: list[PublishedObject] = []
    EventReport: list[PublishedReport] = []

    @property
    def attributes(self) -> list[PublishedAttribute]:
        return [*self.Attribute, *(one for each in self.Object for one in each.Attribute)]

    @property
    def named(self) -> dict[str, str]:
        return {one.uuid: one.value for one in self.attributes} | {one.uuid: one.name for one in self.Object}


class _Published(Struct):
    Event: PublishedEvent


def published_event(actor: Actor, event: EventRow, version: int) -> PublishedEvent:
    """A version for the readers of the event's history. Raises NotFound, and Conflict if it is too large."""
    if version not in (line.version for line in event_versions(actor, event)):
        raise NotFound(ExportProblem.VERSION_NOT_FOUND())
    return _counted(_stored(event.uuid, version))


def last_published_event(actor: Actor, last: LastVersion) -> PublishedEvent:
    """What the actor may read of it: what it let them read, as far as the event as it is lets them still.

    Raises Conflict if it is too large.
    """
    event = _stored(last.event_uuid, last.version)
    withheld = {part for _, part in withheld_parts(actor, [(last.event_uuid, last.version)])}
    _keep(
        event,
        objects=readable_objects(actor, last.event_id, map(limits_of, event.Object)) - withheld,
        attributes=readable_attributes(actor, last.event_id, map(limits_of, event.attributes)) - withheld,
        reports=readable_reports(actor, last.event_id, map(limits_of, event.EventReport)) - withheld,
    )
    _without_hidden_tags(actor, event)
    event.timestamp = event.publish_timestamp = str(last.published_at)
    return _counted(event)


def received_event(
    reader: Actor, uuid: UUID, version: int, published_at: int, *, owns: bool
) -> PublishedEvent:
    """What a version let the reader read, with the sharing groups that `reader` has; `owns`: it published it.

    The caller checks that the version was for the reader. Personal data on offences are left out as they are now.
    Raises NotFound, also if its content has been deleted, and Conflict if it is too large.
    """
    try:
        event = _stored(uuid, version)
    except msgspec.ValidationError:  # Its content has been deleted.
        raise NotFound(ExportProblem.VERSION_NOT_FOUND()) from None
    withheld = {part for _, part in withheld_parts(reader, [(uuid, version)])}

    def shown(parts: Iterable[Shared]) -> set[str]:
        return {
            part.uuid
            for part in parts
            if owns or (part.uuid not in withheld and _is_shared(reader, *limits_of(part)[1:]))
        }

    _keep(
        event,
        objects=shown(event.Object),
        attributes=shown(event.attributes),
        reports=shown(event.EventReport),
    )
    _without_hidden_tags(reader, event)
    event.timestamp = event.publish_timestamp = str(published_at)
    return _counted(event)


def _is_shared(reader: Actor, distribution: int, group: int | None) -> bool:
    if distribution == Distribution.SHARING_GROUP:
        return group in reader.sharing_group_ids
    return distribution != Distribution.ORGANISATION


def _keep(event: PublishedEvent, *, objects: set[str], attributes: set[str], reports: set[str]) -> None:
    """Leave out all parts but these."""
    event.Object = [one for one in event.Object if one.uuid in objects]
    event.Attribute = [one for one in event.Attribute if one.uuid in attributes]
    for each in event.Object:
        each.Attribute = [one for one in each.Attribute if one.uuid in attributes]
        # The stored time may be that of a change that only others know of.
        each.timestamp = max((one.timestamp for one in each.Attribute), key=int, default="0")
    # As everywhere else, an object is there for those who may read something in it.
    event.Object = [each for each in event.Object if each.Attribute]
    _keep_known_references(event)
    event.EventReport = [one for one in event.EventReport if one.uuid in reports]


def as_misp_json(event: PublishedEvent) -> bytes:
    return msgspec.json.encode(_Published(event))


def _stored(uuid: UUID, version: int) -> PublishedEvent:
    if size_of_snapshot(str(uuid), version) > MOST_BYTES:
        raise Conflict(ExportProblem.VERSION_TOO_LARGE())
    return decoded(read_snapshot(str(uuid), version))


def decoded(document: bytes) -> PublishedEvent:
    """What was published of a snapshot. It contains everything the event's own organisation saw."""
    event = msgspec.json.decode(document, type=_Published).Event
    event.Object = [one for one in event.Object if not one.deleted]
    event.EventReport = [one for one in event.EventReport if not one.deleted]
    event.Attribute = [one for one in event.Attribute if not one.deleted]
    for each in event.Object:
        each.Attribute = [one for one in each.Attribute if not one.deleted]
        each.ObjectReference = [one for one in each.ObjectReference if not one.deleted]
    for tagged in _tagged(event):
        tagged.Tag = [tag for tag in tagged.Tag if not tag.local]
    event.published = True
    return event


def _counted(event: PublishedEvent) -> PublishedEvent:
    event.attribute_count = str(len(event.attributes))
    return event


class _Tagged(Protocol):
    Tag: list[PublishedTag]


def _tagged(event: PublishedEvent) -> list[_Tagged]:
    return [event, *event.attributes, *event.EventReport]


class Shared(Protocol):
    uuid: str
    distribution: str
    sharing_group_id: str


def limits_of(part: Shared) -> Limits:
    distribution = int(part.distribution)
    group = int(part.sharing_group_id) if distribution == Distribution.SHARING_GROUP else None
    return part.uuid, distribution, group


def _keep_known_references(event: PublishedEvent) -> None:
    shown = {one.uuid for one in event.attributes} | {one.uuid for one in event.Object}
    for each in event.Object:
        each.ObjectReference = [one for one in each.ObjectReference if one.referenced_uuid in shown]


def _without_hidden_tags(actor: Actor, event: PublishedEvent) -> None:
    tagged = _tagged(event)
    hidden = hidden_tag_names(actor, {tag.name for one in tagged for tag in one.Tag})
    if hidden:
        for one in tagged:
            one.Tag = [tag for tag in one.Tag if tag.name not in hidden]
