"""Columns of an entity in the wire's form, as SQL and for rows in memory: numbers as text, times in ISO 8601."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from vardkase.formats.misp_json import structs
from vardkase.intel.columns import Column, Entity, columns_of
from vardkase.intel.models import Attribute, Event, EventReport, Object, ObjectReference
from vardkase.misp.time import render_seen

MICROSECONDS = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'
SEEN = frozenset({"first_seen", "last_seen"})
ABSENT = {"sharing_group_id": "0", "object_id": "0", "value2": "", "extends_uuid": ""}
"""What the wire has instead of null, where that is not null as well."""


def moment(column: str) -> str:
    """SQL for a time in µs since 1970 as ISO 8601 with microseconds; null stays null."""
    return f"to_char(timestamp 'epoch' + {column} * interval '1 microsecond', '{MICROSECONDS}')"


def value(alias: str) -> str:
    """SQL for an attribute's value in the wire format."""
    return f"{alias}.value1 || coalesce('|' || {alias}.value2, '')"


def members_of(struct: type[Struct]) -> tuple[str, ...]:
    """The members that a row fills, in order: all that have no default."""
    return tuple(
        field.name
        for field in fields(struct)
        if field.default is NODEFAULT and field.default_factory is NODEFAULT
    )


def wire(entity: Entity, alias: str, members: Sequence[str], **given: str) -> str:
    """The SELECT list for `members` of `entity`; `given` is the SQL of those that are no column, or not as it is."""
    columns = columns_of(entity)
    return ", ".join(given.get(name) or _cast(alias, name, columns.get(name)) for name in members)


def _cast(alias: str, name: str, column: Column | None) -> str:
    if column is None:
        if name != "value":
            raise LookupError(f"{name} is no column")
        return value(alias)
    sql = f"{alias}.{name}"
    if name in SEEN:
        return moment(sql)
    if column.sql_type not in ("text", "boolean") and not column.sql_type.startswith("varchar"):
        sql += "::text"
    return f"coalesce({sql}, '{ABSENT[name]}')" if column.null and name in ABSENT else sql


def written(row: Any, members: Sequence[str]) -> dict[str, Any]:
    """`members` of a row in memory as `wire` has them."""
    return {name: _written(name, getattr(row, name)) for name in members}


def _written(name: str, item: Any) -> Any:
    if item is None:
        return ABSENT.get(name)
    if name in SEEN:
        return render_seen(item)
    return str(item) if isinstance(item, int | UUID) and not isinstance(item, bool) else item


EVENT = wire(
    Event,
    "e",
    members_of(structs.EventHeader),
    published="{published}",
    attribute_count="({attribute_count})::text",
    timestamp="({timestamp})::text",
    proposal_email_lock="{proposals_are_waiting}",
    publish_timestamp="({publish_timestamp})::text",
)
ATTRIBUTE = wire(Attribute, "a", members_of(structs.Attribute))
LISTED_ATTRIBUTE = wire(Attribute, "a", members_of(structs.ListedAttribute))
SPLIT_ATTRIBUTE = wire(Attribute, "a", members_of(structs.SplitAttribute))
OBJECT = wire(Object, "o", members_of(structs.Object), timestamp="({object_timestamp})::text")
REFERENCE = wire(ObjectReference, "r", members_of(structs.ObjectReference))
REPORT = wire(EventReport, "p", members_of(structs.EventReport))
