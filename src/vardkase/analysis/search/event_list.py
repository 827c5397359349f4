"""The event list: filtered, sorted and paginated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vardkase.analysis.search.resolve import ids_in, is_common, uuids_in
from vardkase.analysis.search.statement import NOT_DELETED, ONE_BY_ONE, Statement, containing
from vardkase.core.paging import Page, PagePosition, beyond, page_of, sound
from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import arrived_since, event_arrival, event_published
from vardkase.intel.queries.event_index import IndexRow, index_rows
from vardkase.knowledge.galaxies.queries import cluster_tag_ids

COUNTED = 100_000
"""A list is counted this far: what is beyond is "more than"."""


class EventListView(StrEnum):
    ALL = ""
    OURS = "ours"
    WAITING = "waiting"


class EventState(StrEnum):
    """Publication state: never published, changed since publication, or published."""

    DRAFT = "draft"
    CHANGED = "changed"
    PUBLISHED = "published"


TLPS = ("red", "amber+strict", "amber", "green", "clear", "white")
"""The levels that the list can be filtered by."""

STATES = {
    EventState.DRAFT: "NOT {published} AND e.publish_timestamp = 0",
    EventState.CHANGED: "NOT {published} AND e.publish_timestamp > 0",
    EventState.PUBLISHED: "{published}",
}

SORTS = {
    "changed": ("e.timestamp", "bigint"),
    "arrived": ("{arrival}", "bigint"),
    "date": ("e.date", "date"),
    "threat": ("e.threat_level_id", "smallint"),
    "organisation": ("lower(orgc.name)", "text"),
}
"""Name of an order → what it sorts by and the type of that; then always by id."""


@dataclass(frozen=True, slots=True)
class EventFilters:
    """The filters of the event list; empty values do not filter.

    `sort` is a name of SORTS, with a leading - for descending order. `text` is matched against titles and
    tags, and may be an id or a uuid. `type` is that of some attribute; `cluster` is in the name or a synonym of a
    galaxy cluster that the reader sees, on the event or an attribute. `since` and `until` apply to the event's date,
    `arrived` (Unix seconds) to when it came or changed here.
    """

    view: EventListView = EventListView.ALL
    text: str = ""
    organisation: str = ""
    tlp: str = ""
    type: str = ""
    cluster: str = ""
    reach: int | None = None
    threat: int | None = None
    state: EventState | None = None
    since: date | None = None
    until: date | None = None
    arrived: int | None = None
    sort: str = "-changed"

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    def sorted_by(self, actor: Actor) -> tuple[str, str]:
        key, cast = SORTS.get(self.sort.removeprefix("-"), SORTS["changed"])
        return key.format(arrival=event_arrival(actor)), cast


def event_page(actor: Actor, filters: EventFilters, place: PagePosition | None, size: int) -> Page[IndexRow]:
    key, cast = filters.sorted_by(actor)
    place = sound(place, cast)
    condition, order = beyond(key, "e.id", cast, place, descending=filters.is_descending)
    statement = Statement(actor)
    # The sort key as text: it goes into the address of the next page.
    select = _select(statement, filters, f"e.id, ({key})::text", condition, order)
    rows = statement.rows(f"{select} LIMIT {statement.bind(size + 1, 'bigint')}", place)
    page = page_of(rows, place, size, lambda row: (row[1], row[0]))
    return Page(index_rows(actor, [row[0] for row in page.rows]), page.before, page.after)


def count_events(actor: Actor, filters: EventFilters) -> int:
    """The number of events in the list, counted up to COUNTED + 1."""
    statement = Statement(actor)
    select = _select(statement, filters, "1", "TRUE", "")
    # The limit is inside, so that counting stops there.
    counted = f"SELECT count(*) FROM ({select} LIMIT {COUNTED + 1}) every"
    return int(statement.rows(counted)[0][0])


def every_event(actor: Actor, filters: EventFilters) -> SqlQuery:
    key, cast = filters.sorted_by(actor)
    _, order = beyond(key, "e.id", cast, None, descending=filters.is_descending)
    statement = Statement(actor)
    return statement.query(_select(statement, filters, "e.id", "TRUE", order))


def events_listed(statement: Statement, filters: EventFilters) -> str:
    """A SELECT of the ids (`id`) of the events in the list, in no order."""
    return _select(statement, filters, "e.id", "TRUE", "")


def _select(statement: Statement, filters: EventFilters, columns: str, beyond_place: str, order: str) -> str:
    conditions = " AND ".join([statement.event(), beyond_place, *_conditions(statement, filters)])
    ordered = f" ORDER BY {order}" if order else ""
    return (
        f"SELECT {columns} FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id "
        f"WHERE {conditions}{ordered}"
    )


def _conditions(statement: Statement, filters: EventFilters) -> Iterator[str]:
    if filters.view is not EventListView.ALL:
        yield "e.orgc_id = %(reader_org)s"
    if filters.view is EventListView.WAITING:
        yield f"NOT {event_published(statement.actor)}"
    if filters.text:
        found = WITH_TEXT.format(
            pattern=statement.bind(containing(filters.text), "text"),
            ids=statement.bind(ids_in([filters.text]), "bigint[]"),
            uuids=statement.bind(uuids_in([filters.text]), "uuid[]"),
        )
        yield f"e.id IN (SELECT id FROM {statement.fence(found)})"
    if filters.organisation:
        # The ids first: joined, each event would be read for its organisation until a page is full.
        ids = [row[0] for row in cursor().execute(NAMED, {"name": containing(filters.organisation)})]
        yield f"e.orgc_id = ANY({statement.bind(ids, 'bigint[]')})"
    yield from _with_tags(statement, filters)
    if filters.type:
        one_by_one = ONE_BY_ONE if is_common("type", [filters.type]) else ""
        has_type = f"a.type = {statement.bind(filters.type, 'text')} AND {statement.attribute(NOT_DELETED)}"
        yield f"EXISTS (SELECT 1 FROM attribute a WHERE a.event_id = e.id AND {has_type}{one_by_one})"
    for comparison, wanted, cast in (
        ("e.distribution =", filters.reach, "smallint"),
        ("e.threat_level_id =", filters.threat, "smallint"),
        ("e.date >=", filters.since, "date"),
        ("e.date <=", filters.until, "date"),
    ):
        if wanted is not None:
            yield f"{comparison} {statement.bind(wanted, cast)}"
    if filters.arrived is not None:
        yield arrived_since(statement.actor, statement.bind(filters.arrived, "bigint"))
    if filters.state is not None:
        yield STATES[filters.state].format(published=event_published(statement.actor))


def _with_tags(statement: Statement, filters: EventFilters) -> Iterator[str]:
    if filters.tlp:
        tags = [row[0] for row in cursor().execute(TAGS, {"name": f"tlp:{filters.tlp}".lower()})]
        yield TAGGED.format(tags=statement.bind(tags, "bigint[]"))
    if filters.cluster:
        clusters = statement.bind(cluster_tag_ids(statement.actor, filters.cluster), "bigint[]")
        found = WITH_CLUSTER.format(tags=clusters, visible=statement.attribute(NOT_DELETED, "a", "v"))
        yield f"e.id IN (SELECT id FROM {statement.fence(found)})"


NAMED = "SELECT id FROM organisation WHERE name ILIKE %(name)s"
TAGS = "SELECT id FROM tag WHERE lower(name) = %(name)s"
TAGGED = "e.id IN (SELECT et.event_id FROM event_tag et WHERE et.tag_id = ANY({tags}))"
WITH_CLUSTER = """
SELECT et.event_id AS id FROM event_tag et WHERE et.tag_id = ANY({tags})
UNION SELECT a.event_id FROM attribute_tag at
JOIN attribute a ON a.id = at.attribute_id JOIN event v ON v.id = a.event_id
WHERE at.tag_id = ANY({tags}) AND {visible}
"""

# UNION instead of OR: each branch uses an index of its own.
WITH_TEXT = """
SELECT id FROM event WHERE info ILIKE {pattern}
UNION SELECT id FROM event WHERE id = ANY({ids})
UNION SELECT id FROM event WHERE uuid = ANY({uuids})
UNION SELECT et.event_id FROM event_tag et JOIN tag t ON t.id = et.tag_id WHERE t.name ILIKE {pattern}
"""
