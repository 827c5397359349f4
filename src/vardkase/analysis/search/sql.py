"""Compiles a `Search` into one SQL statement that returns ids and includes the visibility rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vardkase.analysis.search import resolve
from vardkase.analysis.search.attribute_conditions import (
    RowFilter,
    attribute_filters,
    own_columns,
    undisputed,
    uuid_filter,
)
from vardkase.analysis.search.event_conditions import (
    changed_condition,
    event_conditions,
    range_condition,
    text_condition,
)
from vardkase.analysis.search.filters import Order, Scope, Search, Terms
from vardkase.analysis.search.search_all import events_with_pattern
from vardkase.analysis.search.statement import ONE_BY_ONE, Statement, split_items
from vardkase.analysis.search.tag_conditions import tag_branches, tag_conditions
from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor

COLUMNS = {
    Scope.EVENTS: {},
    Scope.ATTRIBUTES: {
        "value": ("lower(a.value1)", "lower(a.value2)"),
        "Event.publish_timestamp": ("e.publish_timestamp",),
    },
    Scope.OBJECTS: {},
}
"""Names of the order that are not simply a column of the scope's own table."""

ALL_ROWS = ("a", "e", "o")
WALKED = 100_000
"""Attributes that are compared one by one, where so many of them are wanted that the first ones are an answer."""

PLACES = "a.ctid AS attribute, e.ctid AS event"
# Where the rows are (valid within a statement) is the quickest way back to them.
COLUMNS_OF_CHOSEN = """
SELECT {columns}
FROM (SELECT array_agg(page.attribute) AS attributes, array_agg(page.event) AS events FROM ({chosen}) page) found
CROSS JOIN unnest(found.attributes, found.events) WITH ORDINALITY AS chosen (attribute, event, place)
JOIN attribute a ON a.ctid = chosen.attribute JOIN event e ON e.ctid = chosen.event
LEFT JOIN object o ON o.id = a.object_id
ORDER BY chosen.place
"""

JOINS = {"e": "JOIN event e ON e.id = a.event_id", "o": "LEFT JOIN object o ON o.id = a.object_id"}


def query(actor: Actor, search: Search) -> SqlQuery:
    statement = Statement(actor)
    select = SELECTS[search.scope](statement, search)
    return statement.query(select + _in_order(statement, search) + _page(statement, search))


def attribute_query(actor: Actor, search: Search, columns: str, *, by_time: bool = False) -> SqlQuery:
    """Like `query`, but selects `columns` of the attributes (`a`), their events (`e`) and, if any, objects (`o`).

    `by_time`: for searches by `timestamp` alone that are in the order of ids and find few.
    """
    statement = Statement(actor, by_time=by_time)
    if by_time or not _skips_rows(search):
        select = _attributes(statement, search, columns, ALL_ROWS)
        return statement.query(select + _in_order(statement, search) + _page(statement, search))
    chosen = _attributes(statement, search, PLACES) + _in_order(statement, search) + _page(statement, search)
    return _with_columns(statement, chosen, columns)


def walking_query(actor: Actor, search: Search, columns: str) -> SqlQuery:
    """Like `attribute_query`, of the first WALKED attributes of the store (or after `after_id`) alone."""
    statement = Statement(actor, in_order=True)
    after = statement.bind(search.after_id or 0, "bigint")
    first = f"attribute x WHERE x.id > {after} ORDER BY x.id LIMIT {WALKED}"
    chosen = _attributes(statement, search, PLACES, rows=f"(SELECT x.*, x.ctid FROM {first}) a")
    return _with_columns(statement, f"{chosen} ORDER BY a.id{_page(statement, search)}", columns)


def sampling_query(actor: Actor, search: Search, percent: float) -> SqlQuery:
    """How many of the attributes on that many of the table's pages, chosen at random, the search finds."""
    statement = Statement(actor, in_order=True)
    share = statement.bind(percent, "real")
    rows = f"(SELECT * FROM attribute TABLESAMPLE SYSTEM ({share})) a"
    found = _attributes(statement, replace(search, after_id=None), rows=rows)
    return statement.query(f"SELECT count(*) FROM ({found}) matching")


def values_of(search: Search) -> tuple[Terms | None, ...]:
    return search.value, search.value1, search.value2


def _with_columns(statement: Statement, chosen: str, columns: str) -> SqlQuery:
    return statement.query(COLUMNS_OF_CHOSEN.format(chosen=chosen, columns=columns))


def _skips_rows(search: Search) -> bool:
    """Whether more rows are read than the answer has: their columns are not worth reading."""
    if search.page > 1:
        return True
    by_pattern = any(terms and split_items(terms.wanted)[1] for terms in values_of(search))
    return by_pattern or search.tags is not None or _is_recent(search)


def select_found(statement: Statement, search: Search) -> str:
    """A SELECT of the ids (`id`) in the search's scope, in no order."""
    return SELECTS[search.scope](statement, search)


def select_attributes(statement: Statement, search: Search, columns: str) -> str:
    """A SELECT of `columns` of the attributes (`a`) and their events (`e`), in no order."""
    return _attributes(statement, search, columns)


def events_found(statement: Statement, search: Search) -> str:
    """A SELECT of the ids (`id`) of the events that the search finds, or finds something in; some repeat."""
    match search.scope:
        case Scope.EVENTS:
            return select_events(statement, search)
        case Scope.ATTRIBUTES:
            return _attributes(statement, search, "a.event_id AS id")
        case Scope.OBJECTS:
            return select_objects(statement, search, "o.event_id AS id")


def total_query(actor: Actor, search: Search) -> SqlQuery:
    statement = Statement(actor)
    return statement.query(f"SELECT count(*) AS id FROM ({select_found(statement, search)}) every")


def select_events(statement: Statement, search: Search) -> str:
    if search.pattern is not None:
        found = statement.fence(events_with_pattern(statement, search.pattern))
        conditions = [statement.event(), f"e.id IN (SELECT id FROM {found})"]
    else:
        conditions = [
            *event_conditions(statement, search),
            *changed_condition(statement, search.timestamp),
            *_of_events(statement, search),
            *tag_conditions(statement, search),
        ]
    return f"SELECT e.id FROM event e WHERE {' AND '.join(conditions)}"


def _of_events(statement: Statement, search: Search) -> Iterator[str]:
    if search.sharing_group is not None:
        yield f"e.sharing_group_id = ANY({statement.bind(list(search.sharing_group), 'bigint[]')})"
    if search.uuid:
        yield from _event_uuid(statement, search, search.uuid)
    filters = list(attribute_filters(statement, search))
    if False not in search.deleted:
        filters.append(RowFilter())
    for each in filters:
        yield _some_attribute(statement, search, each, "a.event_id", "e.id")


def _event_uuid(statement: Statement, search: Search, terms: Terms) -> Iterator[str]:
    if terms.wanted:
        wanted = statement.bind(resolve.uuids_in(terms.wanted), "uuid[]")
        visible = statement.attribute(search.deleted, "a", "v")
        yield (
            f"e.id IN (SELECT id FROM event WHERE uuid = ANY({wanted}) UNION ALL SELECT a.event_id "
            f"FROM attribute a JOIN event v ON v.id = a.event_id WHERE a.uuid = ANY({wanted}) AND {visible})"
        )
    if terms.none_of:
        none = statement.bind(resolve.uuids_in(terms.none_of), "uuid[]")
        visible = statement.attribute(search.deleted, "a", "v")
        yield (
            f"e.uuid <> ALL({none}) AND e.id NOT IN (SELECT a.event_id FROM attribute a "
            f"JOIN event v ON v.id = a.event_id WHERE a.uuid = ANY({none}) AND {visible})"
        )


def _attributes(
    statement: Statement,
    search: Search,
    columns: str = "a.id",
    aliases: tuple[str, ...] = ("a", "e"),
    rows: str = "attribute a",
) -> str:
    filters = list(attribute_filters(statement, search))
    if search.uuid:
        filters.append(uuid_filter(statement, search.uuid))
    of_event = list(event_conditions(statement, search))
    conditions = [
        *of_event,
        statement.attribute(search.deleted),
        *own_columns(statement, search),
        *undisputed(search),
        *(each.condition for each in filters),
        *(search.restriction(statement) if search.restriction else ()),
    ]
    sources = [each.source for each in filters if each.source]
    joins = " ".join(JOINS[alias] for alias in aliases[1:])
    if sources:
        first = sources[0].name
        if sources[0].has_ids:
            # In the order of the answer, so that only the rows of the page are read.
            first, statement.found_id = f"(SELECT * FROM {first} ORDER BY id OFFSET 0)", "f.id"
        rows = f"{first} f JOIN attribute a ON a.{sources[0].column} = f.{sources[0].column}"
        conditions.append(sources[0].check.format(found="f"))
        conditions.extend(
            f"EXISTS (SELECT 1 FROM {other.name} g WHERE g.{other.column} = a.{other.column} "
            f"AND {other.check.format(found='g')})"
            for other in sources[1:]
        )
    elif statement.by_time:
        conditions.append(_changed(statement, search))
    elif not statement.in_order and (branches := tag_branches(statement, search, of_event)):
        rows = f"{_tagged(statement, search, conditions, branches)} f JOIN attribute a ON a.id = f.id"
        return f"SELECT {columns} FROM {rows} {joins}"
    conditions.extend(tag_conditions(statement, search))
    once = (
        f" GROUP BY {', '.join(f'{alias}.id' for alias in aliases)}" if sources and sources[0].repeats else ""
    )
    return f"SELECT {columns} FROM {rows} {joins} WHERE {' AND '.join(conditions)}{once}"


def _changed(statement: Statement, search: Search) -> str:
    """Attributes that changed in a time: ids from an index, by which rows are read in order until there are enough."""
    within = " AND ".join(range_condition(statement, "x.timestamp", search.timestamp))
    return f"a.id = ANY(ARRAY(SELECT x.id FROM attribute x WHERE {within}))"


def _tagged(statement: Statement, search: Search, conditions: list[str], branches: tuple[str, str]) -> str:
    rows = "attribute a JOIN event e ON e.id = a.event_id"
    everything = [*conditions, *tag_conditions(statement, search)]
    of_events, of_attributes = branches
    # UNION ALL of what is different, so that a limit is reached without reading everything.
    found = " UNION ALL ".join(
        f"SELECT a.id FROM {rows} WHERE {' AND '.join([*everything, branch])}"
        for branch in (of_events, f"{of_attributes} AND NOT {of_events}")
    )
    return statement.fence(found)


def select_objects(statement: Statement, search: Search, columns: str = "o.id") -> str:
    conditions = [
        *event_conditions(statement, search),
        statement.object(search.deleted),
        *_of_objects(statement, search),
        *tag_conditions(statement, search),
    ]
    rows = "object o JOIN event e ON e.id = o.event_id"
    return f"SELECT {columns} FROM {rows} WHERE {' AND '.join(conditions)}"


def _of_objects(statement: Statement, search: Search) -> Iterator[str]:
    for column, terms in (
        ("o.name", search.object_name),
        ("o.template_uuid", search.object_template_uuid),
        ("o.template_version::text", search.object_template_version),
    ):
        if terms:
            yield text_condition(statement, column, terms, fold=False)
    yield from range_condition(statement, "o.first_seen", search.first_seen)
    yield from range_condition(statement, "o.last_seen", search.last_seen)
    if search.uuid:
        yield from _object_uuid(statement, search.uuid)
    for each in attribute_filters(statement, search):
        yield _some_attribute(statement, search, each, "a.object_id", "o.id")


def _object_uuid(statement: Statement, terms: Terms) -> Iterator[str]:
    visible = statement.attribute(frozenset((True, False)), "a", "v")
    for uuids, wanted in ((terms.wanted, True), (terms.none_of, False)):
        if uuids:
            bound = statement.bind(resolve.uuids_in(uuids), "uuid[]")
            inside = (
                "SELECT a.object_id FROM attribute a JOIN event v ON v.id = a.event_id "
                f"WHERE a.object_id IS NOT NULL AND a.uuid = ANY({bound}) AND {visible}"
            )
            found = f"(o.uuid = ANY({bound}) OR e.uuid = ANY({bound}) OR o.id IN ({inside}))"
            yield found if wanted else f"NOT {found}"


def _some_attribute(statement: Statement, search: Search, each: RowFilter, column: str, target: str) -> str:
    deleted = search.deleted if search.scope is Scope.EVENTS else frozenset((False,))
    if each.source is None:
        visible = statement.attribute(deleted, "a", "e")
        rows = f"SELECT 1 FROM attribute a WHERE {column} = {target} AND {each.condition} AND {visible}"
        return f"EXISTS ({rows}{ONE_BY_ONE if each.is_common else ''})"
    visible = statement.attribute(deleted, "a", "v")
    check = each.source.check.format(found="f")
    same = f"a.{each.source.column} = f.{each.source.column}"
    return (
        f"{target} IN (SELECT {column} FROM {each.source.name} f JOIN attribute a ON {same} "
        f"JOIN event v ON v.id = a.event_id WHERE {check} AND {each.condition} AND {visible})"
    )


def _in_order(statement: Statement, search: Search) -> str:
    alias = ALIASES[search.scope]
    columns = [column for order in search.order for column in _ordered(order, search.scope, alias)]
    # Results at the recent end of the table: scanning by id until the limit is reached would read nearly all rows
    # before them. `+ 0` keeps PostgreSQL from it.
    own_id = f"{alias}.id + 0" if _is_recent(search) and not statement.by_time else f"{alias}.id"
    own_id = statement.found_id or own_id
    return f" ORDER BY {', '.join([*columns, own_id])}"


def _is_recent(search: Search) -> bool:
    ranges = (search.timestamp, search.event_timestamp, search.publish_timestamp, search.date)
    return search.scope is not Scope.EVENTS and any(ranges)


def _ordered(order: Order, scope: Scope, alias: str) -> list[str]:
    names = COLUMNS[scope].get(order.column, (f"{alias}.{order.column}",))
    return [f"{name} DESC NULLS LAST" if order.descending else name for name in names]


def _page(statement: Statement, search: Search) -> str:
    if search.limit is None:
        return ""
    page = f" LIMIT {statement.bind(search.limit, 'bigint')}"
    offset = (search.page - 1) * search.limit
    return page + (f" OFFSET {statement.bind(offset, 'bigint')}" if offset else "")


SELECTS = {Scope.EVENTS: select_events, Scope.ATTRIBUTES: _attributes, Scope.OBJECTS: select_objects}
ALIASES = {Scope.EVENTS: "e", Scope.ATTRIBUTES: "a", Scope.OBJECTS: "o"}
