"""A page of what a search finds, in a chosen order, with the number found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.sql import ALIASES, select_attributes, select_found
from vardkase.analysis.search.statement import Statement
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

COUNTED = 10_000
"""Results are counted, and can be sorted by everything, up to this many."""

type Sorts = dict[str, tuple[str, str]]
"""Name of an order → what it sorts by and the type of that; then always by id."""
SORTS: dict[Scope, Sorts] = {
    Scope.EVENTS: {
        "changed": ("e.timestamp", "bigint"),
        "published": ("e.publish_timestamp", "bigint"),
        "date": ("e.date", "date"),
        "threat": ("e.threat_level_id", "smallint"),
        "title": ("left(lower(e.info), 200)", "text"),
    },
    Scope.ATTRIBUTES: {
        "changed": ("a.timestamp", "bigint"),
        "type": ("a.type", "text"),
        "category": ("a.category", "text"),
        "value": ("left(lower(a.value1), 200)", "text"),
        "event": ("a.event_id", "bigint"),
    },
    Scope.OBJECTS: {
        "changed": ("o.timestamp", "bigint"),
        "name": ("o.name", "text"),
        "event": ("o.event_id", "bigint"),
    },
}
DEFAULT = "-changed"
TABLES = {Scope.EVENTS: "event", Scope.ATTRIBUTES: "attribute", Scope.OBJECTS: "object"}


@dataclass(frozen=True, slots=True)
class Results:
    """`page` has the ids in order. `count` is at most COUNTED + 1, which means more than that."""

    page: Page[int]
    count: int
    sort: str

    @property
    def are_many(self) -> bool:
        return self.count > COUNTED


def results(actor: Actor, search: Search, sort: str, place: PagePosition | None, size: int) -> Results:
    """The results in the order `sort` (a name of SORTS, with a leading - for descending); more than COUNTED always
    by DEFAULT, since sorting them would take seconds."""
    sort = sort if sort.removeprefix("-") in SORTS[search.scope] else DEFAULT
    count, rows = _few(actor, search, sort, place, size)
    if count > COUNTED:
        sort = DEFAULT
        rows = _many(actor, search, place, size)
    _key, cast = SORTS[search.scope][sort.removeprefix("-")]
    page = page_of(rows, sound(place, cast), size, lambda row: (row[1], row[0]))
    return Results(Page([row[0] for row in page.rows], page.before, page.after), count, sort)


def _few(
    actor: Actor, search: Search, sort: str, place: PagePosition | None, size: int
) -> tuple[int, list[Any]]:
    """The number of results, and the rows of the page if all of them are among the first COUNTED."""
    statement = Statement(actor)
    every = statement.fence(f"{select_found(statement, search)} LIMIT {COUNTED + 1}")
    alias = ALIASES[search.scope]
    key, order, condition, parameters = _place(search, sort, place)
    page = (
        f"SELECT {alias}.id, ({key})::text AS key FROM {every} f JOIN {TABLES[search.scope]} {alias} "
        f"ON {alias}.id = f.id WHERE {condition} ORDER BY {order} LIMIT {statement.bind(size + 1, 'bigint')}"
    )
    # The outer join keeps the count where the page is empty.
    query = statement.query(
        f"SELECT counted.number, page.id, page.key FROM (SELECT count(*) AS number FROM {every}) counted "
        f"LEFT JOIN ({page}) page ON TRUE"
    )
    rows = cursor().execute(query.sql, {**query.parameters, **parameters}).fetchall()
    return rows[0][0], [row[1:] for row in rows if row[1] is not None]


def _many(actor: Actor, search: Search, place: PagePosition | None, size: int) -> list[Any]:
    """The rows of the page, read from the end of the index of the default order."""
    statement = Statement(actor, in_order=search.scope is Scope.ATTRIBUTES)
    key, order, condition, parameters = _place(search, DEFAULT, place)
    columns = f"{ALIASES[search.scope]}.id, ({key})::text"
    if search.scope is Scope.ATTRIBUTES:

        def beyond_place(_: Statement) -> Iterator[str]:
            yield condition

        select = select_attributes(statement, replace(search, restriction=beyond_place), columns)
    else:
        alias, table = ALIASES[search.scope], TABLES[search.scope]
        inside = f"{alias}.id IN ({select_found(statement, search)})"
        select = f"SELECT {columns} FROM {table} {alias} WHERE {condition} AND {inside}"
    query = statement.query(f"{select} ORDER BY {order} LIMIT {statement.bind(size + 1, 'bigint')}")
    return cursor().execute(query.sql, {**query.parameters, **parameters}).fetchall()


def _place(search: Search, sort: str, place: PagePosition | None) -> tuple[str, str, str, dict[str, Any]]:
    key, cast = SORTS[search.scope][sort.removeprefix("-")]
    place = sound(place, cast)
    id_column = f"{ALIASES[search.scope]}.id"
    condition, order = beyond(key, id_column, cast, place, descending=sort.startswith("-"))
    return key, order, condition, place_parameters(place)
