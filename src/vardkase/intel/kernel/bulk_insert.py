"""A batch of rows to insert into one event: collected in memory, written by COPY.

Everything is resolved before the first COPY starts: ids come from the sequences in one query each, tags and
sharing groups in one query each. Writing 100,000 attributes is then a handful of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import psycopg

from vardkase.core.sql import copy_rows, reserve_ids
from vardkase.intel.columns import Entity, NewAttribute, NewObject, NewReference, columns_of
from vardkase.intel.hooks import PartsStored, attributes_stored, objects_stored, references_stored
from vardkase.intel.models import Attribute, Object, ObjectReference

MANY = 500
"""From this many rows on, a thread is worth its start."""
ATTRIBUTE_TAG_COLUMNS = ("attribute_id", "event_id", "tag_id", "local", "relationship_type")


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
        row.correlates = event_correlates and not row.deleted and not row.disable_correlation
    tagged = _tag_rows(rows, link_tags)
    # First, since what is derived asks the database something, and would wait for what is written in the background.
    attributes_stored.emit(rows)
    _copy_entity(Attribute, rows)
    if tagged:
        _copy("attribute_tag", ATTRIBUTE_TAG_COLUMNS, tagged, in_background=len(rows) >= MANY)


def write_objects(event_id: int, rows: Sequence[NewObject]) -> None:
    if not rows:
        return
    for row, new_id in zip(rows, reserve_ids("object", len(rows)), strict=True):
        row.id = new_id
        row.event_id = event_id
        for attribute in row.attributes:
            attribute.object_id = new_id
    _copy_entity(Object, rows)
    objects_stored.emit(PartsStored(event_id, tuple(row.id for row in rows)))


def write_references(event_id: int, rows: Sequence[NewReference]) -> None:
    if not rows:
        return
    for row, new_id in zip(rows, reserve_ids("object_reference", len(rows)), strict=True):
        row.id = new_id
        row.event_id = event_id
    _copy_entity(ObjectReference, rows)
    references_stored.emit(PartsStored(event_id, tuple(row.id for row in rows)))


def _tag_rows(rows: Sequence[NewAttribute], link_tags: TagResolver) -> list[tuple[Any, ...]]:
    return [
        (row.id, row.event_id, link.tag_id, link.local, link.relationship_type)
        for row in rows
        if row.tags
        for link in link_tags(row.tags)
    ]


def _copy_entity(entity: Entity, rows: Sequence[object]) -> None:
    columns = tuple(columns_of(entity))
    table = entity._meta.db_table  # noqa: SLF001 - documented API of Django
    _copy(table, columns, map(attrgetter(*columns), rows), in_background=len(rows) >= MANY)


def _copy(
    table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], *, in_background: bool = False
) -> None:
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(table), psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    )
    copy_rows(statement, rows, in_background=in_background)
