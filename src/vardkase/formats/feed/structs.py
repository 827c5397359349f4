"""Feed structs: parsed from the full event document and written with fewer members.

Members equal to their default are left out, as PyMISP does; `distribution` and `sharing_group_id` are read
by `FeedReach` and cleared before writing.
"""

from __future__ import annotations

from msgspec import Struct


class FeedTag(Struct, gc=False):
    colour: str
    local: bool
    name: str
    relationship_type: str | None

    def __post_init__(self) -> None:
        # An event document writes null, a feed an empty text.
        self.relationship_type = self.relationship_type or ""


class FeedAttribute(Struct, gc=False, omit_defaults=True):
    category: str
    comment: str
    deleted: bool
    disable_correlation: bool
    timestamp: str
    to_ids: bool
    type: str
    uuid: str
    value: str
    data: str = ""
    first_seen: str | None = None
    last_seen: str | None = None
    object_relation: str | None = None
    Tag: list[FeedTag] = []
    distribution: str = ""
    sharing_group_id: str = ""


class FeedReference(Struct, gc=False, omit_defaults=True):
    comment: str
    referenced_uuid: str
    relationship_type: str
    timestamp: str
    uuid: str
    deleted: bool = False
    object_uuid: str = ""


class FeedObject(Struct, gc=False, omit_defaults=True, rename={"meta_category": "meta-category"}):
    comment: str
    deleted: bool
    description: str | None
    meta_category: str
    name: str
    template_uuid: str | None
    template_version: str
    timestamp: str
    uuid: str
    Attribute: list[FeedAttribute]
    first_seen: str | None = None
    last_seen: str | None = None
    ObjectReference: list[FeedReference] = []
    distribution: str = ""
    sharing_group_id: str = ""


class FeedReport(Struct, gc=False, omit_defaults=True):
    content: str
    deleted: bool
    name: str
    timestamp: str
    uuid: str
    distribution: str = ""
    sharing_group_id: str = ""


class FeedOrganisation(Struct, gc=False):
    name: str
    uuid: str


class Event(Struct, gc=False):
    analysis: str
    date: str
    extends_uuid: str
    info: str
    protected: bool
    publish_timestamp: str
    published: bool
    threat_level_id: str
    timestamp: str
    uuid: str
    Orgc: FeedOrganisation


class FeedCryptographicKey(Struct, gc=False):
    """A key that signs a protected event."""

    uuid: str
    type: str
    timestamp: str
    parent_type: str
    key_data: str
    revoked: bool
    fingerprint: str


class Announcement(Struct, gc=False):
    """An event's manifest entry, in which numbers are JSON numbers."""

    Orgc: FeedOrganisation
    Tag: list[FeedTag]
    info: str
    date: str
    analysis: int
    threat_level_id: int
    timestamp: int
