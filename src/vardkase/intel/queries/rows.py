"""Row types returned by look-ups: the columns that services and interfaces need, never a live model."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event's own columns; times are Unix seconds, `timestamp` as far as the reader may know it."""

    id: int
    uuid: UUID
    org_id: int
    orgc_id: int
    user_id: int
    info: str
    distribution: int
    sharing_group_id: int | None
    timestamp: int
    publish_timestamp: int
    published: bool
    locked: bool
    disable_correlation: bool
    extends_uuid: UUID | None
    attribute_count: int
    protected: bool | None
    withheld: bool


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """An attribute and its event; `first_seen` and `last_seen` are µs since 1970."""

    id: int
    uuid: UUID
    event_id: int
    object_id: int | None
    object_relation: str | None
    type: str
    category: str
    value1: str
    value2: str | None
    to_ids: bool
    distribution: int
    sharing_group_id: int | None
    timestamp: int
    comment: str
    deleted: bool
    disable_correlation: bool
    first_seen: int | None
    last_seen: int | None
    data_sha256: str | None
    event: EventRow

    @property
    def value(self) -> str:
        return self.value1 if self.value2 is None else f"{self.value1}|{self.value2}"


@dataclass(frozen=True, slots=True)
class ObjectRow:
    id: int
    uuid: UUID
    event_id: int
    name: str
    meta_category: str
    template_uuid: str | None
    template_version: int
    timestamp: int
    distribution: int
    sharing_group_id: int | None
    comment: str
    deleted: bool
    first_seen: int | None
    last_seen: int | None
    event: EventRow


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """An object's reference and its event; `referenced_type` 0 attribute, 1 object."""

    id: int
    uuid: UUID
    event_id: int
    object_id: int
    source_uuid: UUID
    referenced_uuid: UUID
    referenced_id: int
    referenced_type: int
    relationship_type: str
    comment: str
    timestamp: int
    deleted: bool
    event: EventRow


@dataclass(frozen=True, slots=True)
class ReportRow:
    id: int
    uuid: UUID
    event_id: int
    name: str
    content: str
    distribution: int
    sharing_group_id: int | None
    timestamp: int
    deleted: bool
    event: EventRow
