"""Compiles a `Search` into one SQL statement that returns ids and includes the visibility rule."""

from __future__ import annotations

from collections.abc import Iterator

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
from vardkase.analysis.search.statement import ONE_BY_ONE, Statement
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

JOINS = {"e": "JOIN event e ON e.id = a.event_id", "o": "LEFT JOIN object o ON o.id = a.object_id"}


def query(actor: Actor, search: Search) -> SqlQuery:
    statement = Statement(actor)
    select = SELECTS[search.scope](statement, search)
    return statement.query(select + _in_order(search) + _page(statement, search))


def attribute_query(actor: Actor, search: Search, columns: str) -> SqlQuery:
    """Like `query`, but selects `columns` of the attributes (`a`), their events (`e`) and, if any, objects (`o`)."""
    statement = Statement(actor)
    select = _attributes(statement, search, columns, ("a", "e", "o"))
    return statement.query(select + _in_order(search) + _page(statement, search))


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
    statement: Statement, search: Search, columns: str = "a.id", aliases: tuple[str, ...] = ("a", "e")
) -> str:
    filters = list(attribute_filters(statement, search))
    if search.uuid:
        filters.append(uuid_filter(statement, search.uuid))
    conditions = [
        *event_conditions(statement, search),
        statement.attribute(search.deleted),
        *own_columns(statement, search),
        *undisputed(search),
        *(each.condition for each in filters),
        *(search.restriction(statement) if search.restriction else ()),
    ]
    sources = [each.source for each in filters if each.source]
    joins = " ".join(JOINS[alias] for alias in aliases[1:])
    rows = "attribute a"
    if sources:
        rows = f"{sources[0].name} f JOIN attribute a ON a.{sources[0].column} = f.{sources[0].column}"
        conditions.append(sources[0].check.format(found="f"))
        conditions.extend(
            f"EXISTS (SELECT 1 FROM {other.name} g WHERE g.{other.column} = a.{other.column} "
            f"AND {other.check.format(found='g')})"
            for other in sources[1:]
        )
    elif not statement.in_order and (branches := tag_branches(statement, search)):
        rows = f"{_tagged(statement, search, conditions, branches)} f JOIN attribute a ON a.id = f.id"
        return f"SELECT {columns} FROM {rows} {joins}"
    conditions.extend(tag_conditions(statement, search))
    once = (
        f" GROUP BY {', '.join(f'{alias}.id' for alias in aliases)}" if sources and sources[0].repeats else ""
    )
    return f"SELECT {columns} FROM {rows} {joins} WHERE {' AND '.join(conditions)}{once}"


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


def _in_order(search: Search) -> str:
    alias = ALIASES[search.scope]
    columns = [column for order in search.order for column in _ordered(order, search.scope, alias)]
    ranges = (search.timestamp, search.event_timestamp, search.publish_timestamp, search.date)
    is_recent = search.scope is not Scope.EVENTS and any(ranges)
    # Results at the recent end of the table: scanning by id until the limit is reached would read nearly all rows
    # before them. `+ 0` keeps PostgreSQL from it.
    own_id = f"{alias}.id + 0" if is_recent else f"{alias}.id"
    return f" ORDER BY {', '.join([*columns, own_id])}"


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
