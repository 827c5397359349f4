"""Queries for an event's attribute table: grouped by object or flat, paginated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    reader_parameters,
)
from vardkase.intel.columns import read_row, readable_columns
from vardkase.intel.models import Attribute

LOOSE = 10**18 - 1
"""The sort value of attributes outside objects in the grouped order: they come after all objects."""


class Layout(StrEnum):
    OBJECTS = "objects"
    FLAT = "flat"


ORDERS = {
    Layout.OBJECTS: (f"coalesce(a.object_id, {LOOSE})", False),
    Layout.FLAT: ("a.timestamp", True),
}


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Filter for an event's attributes.

    `pattern` is a LIKE pattern for value, type, category, relation and comment; `uuid` names one attribute.
    """

    pattern: str = ""
    uuid: UUID | None = None
    layout: Layout = Layout.OBJECTS
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LineTag:
    name: str
    local: bool


if TYPE_CHECKING:

    class AttributeLine(Attribute):
        """`place` is its sort value."""

        sharing_group_name: str | None
        place: int
        tags: list[LineTag]

else:
    AttributeLine = read_row(Attribute, ("sharing_group_name", "place", "tags"))


def attribute_lines(
    actor: Actor, event_id: int, wanted: LineFilter, place: PagePosition | None, size: int
) -> Page[AttributeLine]:
    place = sound(place, "bigint")
    key, descending = ORDERS[wanted.layout]
    condition, order = beyond(key, "a.id", "bigint", place, descending=descending)
    sql = LINES.format(key=key, order=order, conditions=f"{_conditions(actor, wanted)} AND {condition}")
    # One row more than the page has, which tells whether there is another page.
    parameters = {**_parameters(actor, event_id, wanted), **place_parameters(place), "limit": size + 1}
    lines = [AttributeLine(*row, []) for row in cursor().execute(sql, parameters).fetchall()]
    page = page_of(lines, place, size, lambda line: (line.place, line.id))
    by_id = {line.id: line for line in page.rows}
    for attribute_id, name, local in cursor().execute(TAGS, {"ids": list(by_id)}).fetchall():
        by_id[attribute_id].tags.append(LineTag(name, local))
    return page


def count_lines(actor: Actor, event_id: int, wanted: LineFilter) -> int:
    sql = f"SELECT count(*) {FROM} WHERE {_conditions(actor, wanted)}"
    row = cursor().execute(sql, _parameters(actor, event_id, wanted)).fetchone()
    return int(row[0]) if row else 0


def changed_since(actor: Actor, event_id: int, moment: int) -> int:
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    sql = f"SELECT count(*) {FROM} WHERE a.event_id = %(event)s AND a.timestamp > %(moment)s AND {visible}"
    parameters = {"event": event_id, "moment": moment, **reader_parameters(actor)}
    row = cursor().execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def _conditions(actor: Actor, wanted: LineFilter) -> str:
    conditions = ["a.event_id = %(event)s", event_predicate(actor), attribute_predicate(actor)]
    conditions.append(deleted_predicate(actor, "a") if wanted.deleted else "NOT a.deleted")
    if wanted.uuid:
        conditions.append("a.uuid = %(uuid)s")
    if wanted.pattern:
        columns = ("a.value1", "a.value2", "a.type", "a.category", "a.comment", "a.object_relation")
        conditions.append("(" + " OR ".join(f"{column} ILIKE %(pattern)s" for column in columns) + ")")
    return " AND ".join(conditions)


def _parameters(actor: Actor, event_id: int, wanted: LineFilter) -> dict[str, Any]:
    return {"event": event_id, "pattern": wanted.pattern, "uuid": wanted.uuid, **reader_parameters(actor)}


FROM = "FROM attribute a JOIN event e ON e.id = a.event_id"

LINES = f"""
SELECT {", ".join(f"a.{name}" for name in readable_columns(Attribute))}, g.name, {{key}}
FROM attribute a JOIN event e ON e.id = a.event_id
LEFT JOIN sharing_group g ON g.id = a.sharing_group_id AND a.distribution = 4
WHERE {{conditions}}
ORDER BY {{order}}
LIMIT %(limit)s
"""

TAGS = """
SELECT at.attribute_id, t.name, at.local FROM attribute_tag at JOIN tag t ON t.id = at.tag_id
WHERE at.attribute_id = ANY(%(ids)s::bigint[]) ORDER BY at.id
"""
