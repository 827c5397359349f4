"""The list of sightings that a reader may see: filtered, newest first, in pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_search import exact_ids
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.sightings.queries import readable_sightings
from vardkase.intel.sightings.settings import ANONYMISE

AT_ONCE = 5_000
"""Rows read at a time where all of them are wanted."""


@dataclass(frozen=True, slots=True)
class SightingListFilters:
    """None and empty do not filter. `organisation` is part of the name that is shown, `since` and `until` are Unix
    seconds (`until` itself is not included)."""

    type: int | None = None
    organisation: str = ""
    event_id: int | None = None
    value: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class ListedSighting:
    """`organisation` is None if it is not disclosed."""

    id: int
    uuid: str
    type: int
    date_sighting: int
    source: str
    organisation: str | None
    is_own: bool
    attribute_id: int
    attribute_type: str
    value: str
    event_id: int
    event_uuid: str
    info: str
    owner: str

    @property
    def when(self) -> datetime:
        return datetime.fromtimestamp(self.date_sighting, UTC)


def sighting_list(
    actor: Actor, filters: SightingListFilters, place: PagePosition | None, size: int
) -> Page[ListedSighting]:
    place = sound(place, "bigint")
    readable = readable_sightings(actor)
    statement = Statement(actor)
    condition, order = beyond("s.date_sighting", "s.id", "bigint", place, descending=True)
    among = ""
    if filters.value:
        among = f"JOIN {statement.fence(exact_ids(statement, (filters.value,)))} w ON w.id = s.attribute_id"
    conditions = [readable.condition, condition, *_conditions(filters, statement)]
    sql = LIST.format(
        source=readable.source, among=among, conditions=" AND ".join(conditions), order=order, limit=size + 1
    )
    query = statement.query(sql)
    rows = cursor().execute(query.sql, {**query.parameters, **readable.parameters, **place_parameters(place)})
    lines = [ListedSighting(*row) for row in rows.fetchall()]
    return page_of(lines, place, size, lambda line: (line.date_sighting, line.id))


def every_sighting(actor: Actor, filters: SightingListFilters) -> Iterator[list[ListedSighting]]:
    """All of them, in pages."""
    place: PagePosition | None = None
    while True:
        found = sighting_list(actor, filters, place, AT_ONCE)
        yield list(found.rows)
        if (place := found.after) is None:
            return


def _conditions(filters: SightingListFilters, statement: Statement) -> Iterator[str]:
    if filters.organisation:
        named = Organisation.objects.filter(name__icontains=filters.organisation).values_list("pk", flat=True)
        chosen = statement.bind(list(named), "bigint[]")
        # What is shown, so that a filter does not tell whose an anonymised one is.
        yield f"org.id = ANY({chosen})"
        if not ANONYMISE.value:
            yield f"s.org_id = ANY({chosen})"  # The same, and has an index.
    for sql, kind, value in (
        ("s.type =", "smallint", filters.type),
        ("s.event_id =", "bigint", filters.event_id),
        ("s.date_sighting >=", "bigint", filters.since),
        ("s.date_sighting <", "bigint", filters.until),
    ):
        if value is not None:
            yield f"{sql} {statement.bind(value, kind)}"


LIST = """
SELECT s.id, s.uuid::text, s.type, s.date_sighting, s.source, org.name, coalesce(s.org_id = %(reader_org)s, FALSE),
    a.id, a.type, concat_ws('|', a.value1, a.value2), e.id, e.uuid::text, e.info, orgc.name
{source} JOIN organisation orgc ON orgc.id = e.orgc_id {among}
WHERE {conditions} ORDER BY {order} LIMIT {limit}
"""
