"""Queries for an event's table of attributes: which match, in which order, and the rows of one window of them.

A window is read in two steps. The first orders ids alone, which a scan of the event's rows does for 350,000 in tenths
of a second wherever the window lies; the second reads the columns of the few that are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

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
from vardkase.misp.types import CATEGORIES, TYPES

ENOUGH = 500
"""Matches up to which a filter of a very large event counts them together with the first rows."""


class Layout(StrEnum):
    OBJECTS = "objects"
    FLAT = "flat"


SORTS = {
    "type": ("a.type",),
    # Byte order: a locale's takes several times as long, and no alphabet orders addresses and hashes better.
    "value": ('a.value1 COLLATE "C"', "a.value2"),
    "category": ("a.category", "a.type"),
    "updated": ("a.timestamp",),
}
"""Columns by which the flat list can be sorted."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which attributes of an event; empty members do not filter.

    `pattern` is a LIKE pattern for value, type, category, relation and comment, of which the first 2,000 characters
    are searched, and `text` is what it was made of; `opening` is one for how a value or comment begins; `uuid` names
    one attribute.
    `among`: only these ids, for what another part of the hub knows of attributes. `deleted` includes the deleted ones.
    """

    pattern: str = ""
    text: str = ""
    opening: str = ""
    uuid: UUID | None = None
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    detection: tuple[bool, ...] = ()
    among: frozenset[int] | None = None
    deleted: bool = False

    def names(self, word: str) -> bool:
        """Whether the text sought is in this name of a type or category."""
        return bool(self.pattern) and self.text.lower() in word.lower()


@dataclass(frozen=True, slots=True)
class LineOrder:
    """`sort` is one of SORTS, with "-" before it if descending; it applies to the flat list.

    In the other layout attributes stand below their object. `folded`: objects hide theirs, except those in `toggled`;
    without it the ones in `toggled` do.
    """

    layout: Layout = Layout.OBJECTS
    sort: str = ""
    folded: bool = False
    toggled: tuple[int, ...] = ()

    @property
    def is_flat(self) -> bool:
        return self.layout is Layout.FLAT or bool(self.sort)

    def hides_parts_of(self, object_id: int) -> bool:
        return (object_id in self.toggled) != self.folded


class Entry(NamedTuple):
    """A row of the table: an attribute, or an object above its attributes (`attribute_id` is None)."""

    object_id: int | None
    attribute_id: int | None


class Extent(NamedTuple):
    """How many attributes match, how many objects they are in, how many rows all of it takes, and a hash of their
    ids."""

    attributes: int
    objects: int
    rows: int
    digest: int

    @property
    def mark(self) -> str:
        """Names exactly these attributes, to tell later whether the same ones match."""
        return f"{self.attributes}.{self.digest & 0xFFFFFFFFFFFFFFFF:x}"


class LineTag(NamedTuple):
    name: str
    local: bool


if TYPE_CHECKING:

    class AttributeLine(Attribute):
        sharing_group_name: str | None
        tags: list[LineTag]

else:
    AttributeLine = read_row(Attribute, ("sharing_group_name", "tags"))


def extent(actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder) -> Extent:
    sql = f"SELECT {EXTENT.format(shown=SHOWN)} {_matching(actor, wanted)}"
    row = cursor().execute(sql, _parameters(actor, event_id, wanted, order)).fetchone()
    return _extent(row or (0, 0, 0, 0), order)


def opening(
    actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder, size: int
) -> tuple[Extent, list[Entry]]:
    """The extent and the first rows, for which a table grouped by objects reads the attributes once."""
    if order.is_flat:
        found = entries(actor, event_id, wanted, order, 0, size)
        return extent(actor, event_id, wanted, order), found
    return _grouped(actor, event_id, wanted, order, size)


def first_entries(
    actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder, size: int
) -> tuple[Extent | None, list[Entry]]:
    """The first rows grouped by objects, and their extent unless more than ENOUGH attributes outside objects match.

    Many matches are found in their order soon; counting them all takes longer than a person who types should wait.
    """
    inside, found = _grouped(actor, event_id, wanted, order, size, f"AND {IN_OBJECTS}")
    sql = f"SELECT a.id {_matching(actor, wanted)} AND a.object_id IS NULL ORDER BY a.id LIMIT {ENOUGH + 1}"
    ids = [row[0] for row in cursor().execute(sql, _parameters(actor, event_id, wanted, order))]
    first = [*found, *(Entry(None, number) for number in ids)][:size]
    if len(ids) > ENOUGH:
        return None, first
    row = cursor().execute(DIGEST, {"ids": ids}).fetchone()
    count, digest = len(ids), row[0] if row else 0
    return Extent(
        inside.attributes + count, inside.objects, inside.rows + count, inside.digest ^ digest
    ), first


def entries(
    actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder, start: int, size: int
) -> list[Entry]:
    """The rows from `start` (0 is the first) on."""
    matching = _matching(actor, wanted)
    if order.is_flat:
        sql = FLAT.format(matching=matching, order=_flat_order(order.sort or "-updated"))
    else:
        sql = (
            GROUPED.format(matching=matching, shown=SHOWN.replace("a.", ""))
            + "SELECT object_id, id FROM window_rows"
        )
    window = {"start": start, "size": size}
    rows = cursor().execute(sql, {**_parameters(actor, event_id, wanted, order), **window}).fetchall()
    return [Entry(*row) for row in rows]


def attribute_lines(
    actor: Actor, event_id: int, attribute_ids: Sequence[int], *, deleted: bool
) -> dict[int, AttributeLine]:
    """Those of the attributes that the actor may read, by id."""
    sql = LINES.format(conditions=_conditions(actor, LineFilter(deleted=deleted)))
    parameters = {"ids": list(attribute_ids), "event": event_id, **reader_parameters(actor)}
    rows = cursor().execute(sql, parameters).fetchall()
    by_id = {line.id: line for line in (AttributeLine(*row, []) for row in rows)}
    for attribute_id, name, local in cursor().execute(TAGS, {"ids": list(by_id)}).fetchall():
        by_id[attribute_id].tags.append(LineTag(name, local))
    return by_id


def matching_ids(actor: Actor, event_id: int, wanted: LineFilter) -> list[int]:
    sql = f"SELECT a.id {_matching(actor, wanted)} ORDER BY a.id"
    rows = cursor().execute(sql, _parameters(actor, event_id, wanted, LineOrder())).fetchall()
    return [row[0] for row in rows]


def changed_since(actor: Actor, event_id: int, moment: int) -> int:
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    sql = f"SELECT count(*) {FROM} WHERE a.event_id = %(event)s AND a.timestamp > %(moment)s AND {visible}"
    parameters = {"event": event_id, "moment": moment, **reader_parameters(actor)}
    row = cursor().execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def count_by(actor: Actor, event_id: int, wanted: LineFilter, columns: str) -> list[tuple[Any, ...]]:
    """The matching attributes counted by `columns` (SQL over alias a)."""
    sql = f"SELECT {columns}, count(*) {_matching(actor, wanted)} GROUP BY {columns}"
    return cursor().execute(sql, _parameters(actor, event_id, wanted, LineOrder())).fetchall()


def count_by_tag(actor: Actor, event_id: int, wanted: LineFilter) -> dict[str, int]:
    sql = TAG_COUNTS.format(matching=_matching(actor, wanted))
    return dict(cursor().execute(sql, _parameters(actor, event_id, wanted, LineOrder())).fetchall())


def filled_columns(actor: Actor, event_id: int) -> set[str]:
    """Which of tags, reach (a distribution of its own), comment and seen (first or last) any attribute has."""
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    row = (
        cursor()
        .execute(FILLED.format(visible=visible), {"event": event_id, **reader_parameters(actor)})
        .fetchone()
    )
    return {
        name
        for name, is_filled in zip(("reach", "comment", "seen", "tags"), row or (), strict=False)
        if is_filled
    }


def _grouped(
    actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder, size: int, further: str = ""
) -> tuple[Extent, list[Entry]]:
    """The extent and the first rows of what `further` (SQL) leaves."""
    shown = SHOWN.replace("a.", "")
    sql = GROUPED_WITH_EXTENT.format(
        grouped=GROUPED.format(matching=f"{_matching(actor, wanted)} {further}", shown=shown),
        extent=EXTENT.format(shown=shown).replace("a.", ""),
    )
    window = {"start": 0, "size": size}
    rows = cursor().execute(sql, {**_parameters(actor, event_id, wanted, order), **window}).fetchall()
    return _extent(rows[0][:4], order), [Entry(*row[4:]) for row in rows if row[4:] != (None, None)]


def _extent(row: Sequence[int], order: LineOrder) -> Extent:
    attributes, objects, shown, digest = row
    return Extent(attributes, objects, attributes if order.is_flat else objects + shown, digest)


def _matching(actor: Actor, wanted: LineFilter) -> str:
    return f"{FROM} WHERE {_conditions(actor, wanted)}"


def _flat_order(sort: str) -> str:
    down = " DESC" if sort.startswith("-") else ""
    return ", ".join(f"{key}{down}" for key in (*SORTS[sort.removeprefix("-")], "a.id"))


def _conditions(actor: Actor, wanted: LineFilter) -> str:
    conditions = ["a.event_id = %(event)s", event_predicate(actor), attribute_predicate(actor)]
    conditions.append(deleted_predicate(actor, "a") if wanted.deleted else "NOT a.deleted")
    conditions += [
        condition
        for condition, is_wanted in (
            ("a.uuid = %(uuid)s", wanted.uuid),
            (f"({CONTAINS})", wanted.pattern),
            (f"({OPENS})", wanted.opening),
            ("a.type = ANY(%(types)s)", wanted.types),
            ("a.category = ANY(%(categories)s)", wanted.categories),
            (f"EXISTS ({TAGGED})", wanted.tags),
            ("a.to_ids = ANY(%(detection)s)", wanted.detection),
            ("a.id = ANY(%(among)s::bigint[])", wanted.among is not None),
        )
        if is_wanted
    ]
    return " AND ".join(conditions)


def _parameters(actor: Actor, event_id: int, wanted: LineFilter, order: LineOrder) -> dict[str, Any]:
    return {
        "event": event_id,
        "pattern": wanted.pattern,
        "named_types": [name for name in TYPES if wanted.names(name)],
        "named_categories": [name for name in CATEGORIES if wanted.names(name)],
        "opening": wanted.opening,
        "uuid": wanted.uuid,
        "types": list(wanted.types),
        "categories": list(wanted.categories),
        "tags": list(wanted.tags),
        "detection": list(wanted.detection),
        "among": list(wanted.among or ()),
        "folded": order.folded,
        "toggled": list(order.toggled),
        **reader_parameters(actor),
    }


FROM = "FROM attribute a JOIN event e ON e.id = a.event_id"

# ILIKE takes the length of the text times that of the pattern, and a value or comment may be megabytes: only their
# beginnings are searched. To cut every text takes twice the time of the search, so only the long ones are; and types
# and categories, which are few, are looked through beforehand.
CONTAINS = " OR ".join(
    [
        "a.type = ANY(%(named_types)s)",
        "a.category = ANY(%(named_categories)s)",
        *(
            f"CASE WHEN octet_length({column}) <= 2000 THEN {column} ELSE left({column}, 2000) END ILIKE %(pattern)s"
            for column in ("a.value1", "a.value2")
        ),
        "(a.comment <> '' AND left(a.comment, 2000) ILIKE %(pattern)s)",
        "a.object_relation ILIKE %(pattern)s",
    ]
)

OPENS = " OR ".join(
    f"left({column}, 500) ILIKE %(opening)s" for column in ("a.value1", "a.value2", "a.comment")
)

TAGGED = """
SELECT 1 FROM attribute_tag at JOIN tag t ON t.id = at.tag_id WHERE at.attribute_id = a.id AND t.name = ANY(%(tags)s)
"""

SHOWN = "(a.object_id IS NULL OR (a.object_id = ANY(%(toggled)s::bigint[])) = %(folded)s)"

FLAT = "SELECT a.object_id, a.id {matching} ORDER BY {order} OFFSET %(start)s LIMIT %(size)s"

# First all objects, each with its attributes, then the attributes outside objects: those, most of a large event, are
# sorted by id alone.
# The line of an object has no id of an attribute, and NULLS FIRST puts it before those of its attributes.
GROUPED = """
WITH found AS MATERIALIZED (SELECT a.id, a.object_id {matching}),
grouped AS MATERIALIZED (
    SELECT object_id, NULL::bigint AS id FROM found WHERE object_id IS NOT NULL GROUP BY object_id
    UNION ALL
    SELECT object_id, id FROM found WHERE object_id IS NOT NULL AND {shown}
),
loose AS (SELECT greatest(%(start)s - count(*), 0) AS start FROM grouped),
window_rows AS (SELECT part, object_id, id FROM (
    (SELECT 0 AS part, object_id, id FROM grouped ORDER BY object_id, id NULLS FIRST
     OFFSET %(start)s LIMIT %(size)s)
    UNION ALL
    (SELECT 1, NULL, id FROM found WHERE object_id IS NULL ORDER BY id
     OFFSET (SELECT start FROM loose) LIMIT %(size)s)
) rows ORDER BY part, object_id, id NULLS FIRST LIMIT %(size)s)
"""

IN_OBJECTS = "a.object_id IN (SELECT id FROM object WHERE event_id = %(event)s)"

DIGEST = "SELECT coalesce(bit_xor(hashint8extended(id, 0)), 0) FROM unnest(%(ids)s::bigint[]) AS f (id)"

EXTENT = """
count(*), count(DISTINCT a.object_id), count(*) FILTER (WHERE {shown}), coalesce(bit_xor(hashint8extended(a.id, 0)), 0)
"""

GROUPED_WITH_EXTENT = """
{grouped}, counted (attributes, objects, shown, digest) AS (SELECT {extent} FROM found)
SELECT c.*, r.object_id, r.id FROM counted c LEFT JOIN window_rows r ON true
ORDER BY r.part, r.object_id, r.id NULLS FIRST
"""

# From a list, and not by `= ANY`: that reads all rows of the event.
LINES = f"""
SELECT {", ".join(f"a.{name}" for name in readable_columns(Attribute))}, g.name
FROM unnest(%(ids)s::bigint[]) AS chosen (id) JOIN attribute a ON a.id = chosen.id JOIN event e ON e.id = a.event_id
LEFT JOIN sharing_group g ON g.id = a.sharing_group_id AND a.distribution = 4
WHERE {{conditions}}
"""

TAGS = """
SELECT at.attribute_id, t.name, at.local FROM attribute_tag at JOIN tag t ON t.id = at.tag_id
WHERE at.attribute_id = ANY(%(ids)s::bigint[]) ORDER BY at.id
"""

FILLED = f"""
SELECT bool_or(a.distribution <> 5), bool_or(a.comment <> ''),
       bool_or(a.first_seen IS NOT NULL OR a.last_seen IS NOT NULL),
       EXISTS (SELECT 1 {FROM} JOIN attribute_tag at ON at.attribute_id = a.id
               WHERE at.event_id = %(event)s AND {{visible}})
{FROM} WHERE a.event_id = %(event)s AND {{visible}}
"""

TAG_COUNTS = """
SELECT t.name, count(DISTINCT at.attribute_id)
FROM attribute_tag at JOIN tag t ON t.id = at.tag_id
WHERE at.event_id = %(event)s AND at.attribute_id IN (SELECT a.id {matching})
GROUP BY t.name ORDER BY 2 DESC, 1 LIMIT 200
"""
