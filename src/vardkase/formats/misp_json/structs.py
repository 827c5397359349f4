"""Structs of the wire format, one per MISP entity, members in MISP's order (draft-dulaunoy-misp-core-format).

SQL casts every column to the wire's form (numbers as strings), so a row becomes a struct by position. A
member that is UNSET is left out; `msgspec.Raw` members were rendered before. None is ever part of a
cycle, so the garbage collector does not track them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

EMPTY = Raw(b"[]")

encoder = msgspec.json.Encoder()
"""One encoder for all documents; it keeps no state between calls."""


def raw_object(members: Sequence[str], values: Sequence[Any]) -> Raw:
    return Raw(encoder.encode(dict(zip(members, values, strict=True))))


class Organisation(Struct, gc=False):
    id: str
    name: str
    uuid: str
    local: bool


class EventHeader(Struct, gc=False):
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
    proposal_email_lock: bool
    locked: bool
    publish_timestamp: str
    sharing_group_id: str
    disable_correlation: bool
    extends_uuid: str
    protected: bool | None
    event_creator_email: str | UnsetType = UNSET
    extensionEvents: Raw | UnsetType = UNSET  # noqa: N815 - the wire's spelling
    ExtendedBy: Raw | UnsetType = UNSET
    Org: Organisation | UnsetType = UNSET
    Orgc: Organisation | UnsetType = UNSET
    SharingGroup: Raw | UnsetType = UNSET
    event_scores: Raw | UnsetType = UNSET


class CryptographicKey(Struct, gc=False):
    id: str
    uuid: str
    type: str
    timestamp: str
    parent_id: str
    parent_type: str
    key_data: str
    revoked: bool
    fingerprint: str


class AttributeColumns(Struct, gc=False):
    """An attribute's own members in an event document."""

    id: str
    type: str
    category: str
    to_ids: bool
    uuid: str
    event_id: str
    distribution: str
    timestamp: str
    comment: str
    sharing_group_id: str
    deleted: bool
    disable_correlation: bool
    object_id: str
    object_relation: str | None
    first_seen: str | None
    last_seen: str | None
    value: str


class Attribute(AttributeColumns, gc=False):
    """An attribute inside an event document."""

    warnings: Raw | UnsetType = UNSET
    decay_score: Raw | UnsetType = UNSET
    Galaxy: Raw | list[Raw] = EMPTY
    data: str | UnsetType = UNSET
    SharingGroup: Raw | UnsetType = UNSET
    ShadowAttribute: Raw = EMPTY
    Tag: list[Raw] | UnsetType = UNSET
    Sighting: Raw | UnsetType = UNSET
    RelatedAttribute: Raw | UnsetType = UNSET
    Feed: Raw | UnsetType = UNSET
    Server: Raw | UnsetType = UNSET
    Note: Raw | UnsetType = UNSET
    Opinion: Raw | UnsetType = UNSET
    Relationship: Raw | UnsetType = UNSET


class ListedAttribute(Struct, gc=False):
    """An attribute in a separate list (attributes/restSearch, attributes/view)."""

    id: str
    event_id: str
    object_id: str
    object_relation: str | None
    category: str
    type: str
    to_ids: bool
    uuid: str
    timestamp: str
    distribution: str
    sharing_group_id: str
    comment: str
    deleted: bool
    disable_correlation: bool
    first_seen: str | None
    last_seen: str | None
    value: str
    warnings: Raw | UnsetType = UNSET
    decay_score: Raw | UnsetType = UNSET
    event_uuid: str | UnsetType = UNSET
    data: str | UnsetType = UNSET
    Sighting: Raw | UnsetType = UNSET
    RelatedAttribute: Raw | UnsetType = UNSET
    Event: Raw | UnsetType = UNSET
    Object: Raw | UnsetType = UNSET
    ShadowAttribute: Raw | UnsetType = UNSET
    Tag: list[Raw] | UnsetType = UNSET


class SplitAttribute(Struct, gc=False):
    """An attribute with both value columns, as in attributes/index and objects."""

    id: str
    event_id: str
    object_id: str
    object_relation: str | None
    category: str
    type: str
    value1: str
    value2: str
    to_ids: bool
    uuid: str
    timestamp: str
    distribution: str
    sharing_group_id: str
    comment: str
    deleted: bool
    disable_correlation: bool
    first_seen: str | None
    last_seen: str | None
    value: str
    data: str | UnsetType = UNSET
    AttributeTag: list[Raw] | UnsetType = UNSET


class Object(Struct, gc=False, rename={"meta_category": "meta-category"}):
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
    SharingGroup: Raw | UnsetType = UNSET
    ObjectReference: list[Raw] | UnsetType = UNSET
    Note: Raw | UnsetType = UNSET
    Opinion: Raw | UnsetType = UNSET
    Relationship: Raw | UnsetType = UNSET


class ObjectReference(Struct, gc=False):
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
    Attribute: Raw | UnsetType = UNSET
    Object: Raw | UnsetType = UNSET


class EventReport(Struct, gc=False):
    id: str
    uuid: str
    event_id: str
    name: str
    content: str
    distribution: str
    sharing_group_id: str
    timestamp: str
    deleted: bool
    SharingGroup: Raw | UnsetType = UNSET
    Tag: list[Raw] | UnsetType = UNSET
    Note: Raw | UnsetType = UNSET
    Opinion: Raw | UnsetType = UNSET
    Relationship: Raw | UnsetType = UNSET


class Tag(Struct, gc=False):
    id: str
    name: str
    colour: str
    exportable: bool
    user_id: str
    hide_tag: bool
    numerical_value: str | None
    is_galaxy: bool
    is_custom_galaxy: bool
    local_only: bool
    local: bool
    relationship_type: str | None


class ListedTag(Struct, gc=False):
    id: str
    name: str
    colour: str
    numerical_value: str | None
    is_galaxy: bool
    local: bool


class InheritedTag(Struct, gc=False):
    id: str
    name: str
    colour: str
    numerical_value: str | None
    inherited: int = 1


class ContextTag(Struct, gc=False):
    """A tag of the event, shown on the event of an attribute of a list."""

    local: bool
    id: str
    name: str
    colour: str
    numerical_value: str | None
