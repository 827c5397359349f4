"""A batch of rows to insert into one event: collected in memory, written by COPY.

Everything is resolved before the first COPY starts: ids come from the sequences in one query each, tags and
sharing groups in one query each. Writing 100,000 attributes is then a handful of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import psycopg

from vardkase.core.sql import cursor, reserve_ids
from vardkase.intel.hooks import (
    PartsStored,
    StoredAttribute,
    attributes_stored,
    objects_stored,
    references_stored,
)

ATTRIBUTE_COLUMNS = (
    "id",
    "uuid",
    "event_id",
    "object_id",
    "object_relation",
    "type",
    "category",
    "value1",
    "value2",
    "to_ids",
    "distribution",
    "sharing_group_id",
    "timestamp",
    "comment",
    "deleted",
    "disable_correlation",
    "first_seen",
    "last_seen",
    "data_sha256",
)
OBJECT_COLUMNS = (
    "id",
    "uuid",
    "event_id",
    "name",
    "meta_category",
    "description",
    "template_uuid",
    "template_version",
    "timestamp",
    "distribution",
    "sharing_group_id",
    "comment",
    "deleted",
    "first_seen",
    "last_seen",
)
REFERENCE_COLUMNS = (
    "uuid",
    "event_id",
    "object_id",
    "source_uuid",
    "referenced_uuid",
    "referenced_id",
    "referenced_type",
    "relationship_type",
    "comment",
    "timestamp",
    "deleted",
)
EVENT_OF_REFERENCE = REFERENCE_COLUMNS.index("event_id")
ATTRIBUTE_TAG_COLUMNS = ("attribute_id", "event_id", "tag_id", "local", "relationship_type")


@dataclass(slots=True)
class NewAttribute:
    """A new attribute, column by column; ids of `tags` are not resolved yet."""

    uuid: str
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
    object_relation: str | None = None
    data_sha256: str | None = None
    tags: Sequence[dict[str, Any]] = ()
    id: int = 0
    event_id: int = 0
    object_id: int | None = None

    @property
    def value(self) -> str:
        return self.value1 if self.value2 is None else f"{self.value1}|{self.value2}"


@dataclass(slots=True)
class NewObject:
    uuid: str
    name: str
    meta_category: str
    description: str | None
    template_uuid: str | None
    template_version: int
    timestamp: int
    distribution: int
    sharing_group_id: int | None
    comment: str
    deleted: bool
    first_seen: int | None
    last_seen: int | None
    attributes: list[NewAttribute] = field(default_factory=list)
    references: list[dict[str, Any]] = field(default_factory=list)
    id: int = 0
    event_id: int = 0


@dataclass(frozen=True, slots=True)
class TagLink:
    tag_id: int
    local: bool
    relationship_type: str


type TagResolver = Callable[[Sequence[dict[str, Any]]], list[TagLink]]


def write_attributes(
    event_id: int, rows: Sequence[NewAttribute], *, event_correlates: bool, link_tags: TagResolver
) -> None:
    """Assign ids to `rows` and write them, their tags and, through the hook, derived data."""
    if not rows:
        return
    for row, new_id in zip(rows, reserve_ids("attribute", len(rows)), strict=True):
        row.id = new_id
        row.event_id = event_id
    _copy("attribute", ATTRIBUTE_COLUMNS, map(attrgetter(*ATTRIBUTE_COLUMNS), rows))
    _copy("attribute_tag", ATTRIBUTE_TAG_COLUMNS, _tag_rows(rows, link_tags))
    attributes_stored.emit([_stored(row, event_correlates) for row in rows])


def write_objects(event_id: int, rows: Sequence[NewObject]) -> None:
    if not rows:
        return
    for row, new_id in zip(rows, reserve_ids("object", len(rows)), strict=True):
        row.id = new_id
        row.event_id = event_id
        for attribute in row.attributes:
            attribute.object_id = new_id
    _copy("object", OBJECT_COLUMNS, map(attrgetter(*OBJECT_COLUMNS), rows))
    objects_stored.emit(PartsStored(event_id, tuple(row.id for row in rows)))


def write_references(rows: Iterable[tuple[Any, ...]]) -> None:
    if not (rows := list(rows)):
        return
    ids = reserve_ids("object_reference", len(rows))
    numbered = ((new_id, *row) for new_id, row in zip(ids, rows, strict=True))
    _copy("object_reference", ("id", *REFERENCE_COLUMNS), numbered)
    references_stored.emit(PartsStored(rows[0][EVENT_OF_REFERENCE], tuple(ids)))


def _tag_rows(rows: Sequence[NewAttribute], link_tags: TagResolver) -> Iterable[tuple[Any, ...]]:
    return [
        (row.id, row.event_id, link.tag_id, link.local, link.relationship_type)
        for row in rows
        if row.tags
        for link in link_tags(row.tags)
    ]


def _stored(row: NewAttribute, event_correlates: bool) -> StoredAttribute:
    return StoredAttribute(
        row.id,
        row.event_id,
        row.object_id,
        row.type,
        row.value1,
        row.value2,
        row.distribution,
        row.sharing_group_id,
        event_correlates and not row.deleted and not row.disable_correlation,
    )


def _copy(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(table), psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    )
    with cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
