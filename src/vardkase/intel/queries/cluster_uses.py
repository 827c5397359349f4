"""Where galaxies and clusters are used: events and organisations, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.queries.event_index import IndexRow, index_rows

MOST_ORGANISATIONS = 100


@dataclass(frozen=True, slots=True)
class OrganisationUse:
    """How many events of an organisation, and attributes in them, have a tag."""

    id: int
    name: str
    events: int
    attributes: int


@dataclass(frozen=True, slots=True)
class Creator:
    id: int
    name: str
    sector: str


def creators(actor: Actor) -> list[Creator]:
    """The organisations that created an event the actor may read."""
    sql = CREATORS.format(visible=event_predicate(actor))
    return [Creator(*row) for row in cursor().execute(sql, reader_parameters(actor))]


def events_created(
    *, since: date | None, until: date | None, organisation: int | None, sector: str
) -> SqlQuery:
    """Ids of events by their date and who created them; not by who may read them, which `cluster_scores` asks."""
    values = {"since": since, "until": until, "organisation": organisation, "sector": sector}
    return SqlQuery(CREATED, values)


def galaxy_uses(actor: Actor) -> dict[str, int]:
    """Type of a galaxy → how many events have one of its clusters. Attributes are left out: there may be
    millions with tags, and this is counted for every galaxy at once."""
    sql = USES.format(visible=event_predicate(actor))
    return dict(cursor().execute(sql, reader_parameters(actor)).fetchall())


def organisations_using(actor: Actor, tag_ids: Sequence[int]) -> list[OrganisationUse]:
    """The creators of the readable events that have one of the tags, the most frequent first."""
    parameters = reader_parameters(actor) | {"tags": list(tag_ids), "most": MOST_ORGANISATIONS}
    sql = ORGANISATIONS.format(
        event_visible=event_predicate(actor), attribute_visible=attribute_predicate(actor)
    )
    return [OrganisationUse(*row) for row in cursor().execute(sql, parameters)]


def events_with_tags(
    actor: Actor, tag_ids: Sequence[int], place: PagePosition | None, size: int
) -> Page[IndexRow]:
    """The readable events that have one of the tags, or an attribute with one that is readable; latest first."""
    place = sound(place, "date")
    condition, order = beyond("e.date", "e.id", "date", place, descending=True)
    sql = EVENTS.format(
        event_visible=event_predicate(actor),
        attribute_visible=attribute_predicate(actor, "a", "within"),
        condition=condition,
        order=order,
    )
    parameters = reader_parameters(actor) | {"tags": list(tag_ids), "size": size + 1}
    rows = cursor().execute(sql, parameters | place_parameters(place)).fetchall()
    found = page_of(rows, place, size, lambda row: (row[1], row[0]))
    return Page(index_rows(actor, [row[0] for row in found.rows]), found.before, found.after)


CREATORS = """
SELECT o.id, o.name, coalesce(o.sector, '') FROM organisation o
WHERE EXISTS (SELECT 1 FROM event e WHERE e.orgc_id = o.id AND {visible}) ORDER BY lower(o.name)
"""

CREATED = """
SELECT made.id FROM event made JOIN organisation creator ON creator.id = made.orgc_id
WHERE (%(since)s::date IS NULL OR made.date >= %(since)s::date)
  AND (%(until)s::date IS NULL OR made.date <= %(until)s::date)
  AND (%(organisation)s::bigint IS NULL OR creator.id = %(organisation)s::bigint)
  AND (%(sector)s::text = '' OR creator.sector = %(sector)s::text)
"""

USES = """
SELECT substring(t.name FROM '^[^:]+:([^:="]+)='), count(DISTINCT e.id)
FROM event_tag l JOIN tag t ON t.id = l.tag_id JOIN event e ON e.id = l.event_id
WHERE t.is_galaxy AND {visible} GROUP BY 1
"""

ORGANISATIONS = """
WITH carried AS (
    SELECT e.id, e.orgc_id, 0 AS attributes FROM event_tag l JOIN event e ON e.id = l.event_id
    WHERE l.tag_id = ANY(%(tags)s) AND {event_visible}
    UNION ALL
    SELECT e.id, e.orgc_id, 1 FROM attribute_tag l
    JOIN attribute a ON a.id = l.attribute_id JOIN event e ON e.id = a.event_id
    WHERE l.tag_id = ANY(%(tags)s) AND NOT a.deleted AND {event_visible} AND {attribute_visible}
)
SELECT o.id, o.name, count(DISTINCT c.id), sum(c.attributes)
FROM carried c JOIN organisation o ON o.id = c.orgc_id
GROUP BY o.id ORDER BY 3 DESC, lower(o.name) LIMIT %(most)s
"""

EVENTS = """
WITH carrying AS (
    SELECT l.event_id FROM event_tag l WHERE l.tag_id = ANY(%(tags)s)
    UNION
    SELECT a.event_id FROM attribute_tag l
    JOIN attribute a ON a.id = l.attribute_id JOIN event within ON within.id = a.event_id
    WHERE l.tag_id = ANY(%(tags)s) AND NOT a.deleted AND {attribute_visible}
)
SELECT e.id, e.date::text FROM event e JOIN carrying ON carrying.event_id = e.id
WHERE {event_visible} AND {condition} ORDER BY {order} LIMIT %(size)s
"""
