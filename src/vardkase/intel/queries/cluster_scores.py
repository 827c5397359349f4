"""Number of events per cluster, for a matrix heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


def cluster_scores(actor: Actor, tag_names: Sequence[str], events: SqlQuery) -> dict[str, int]:
    """Tag name → how many of `events` (a query of event ids) carry it, on the event or an attribute.

    Only readable data counts; unused tags are left out. Set-based: two scans of the tag tables, whatever the
    number of events.
    """
    sql = SCORES.format(
        events=events.sql,
        event_visible=event_predicate(actor),
        attribute_visible=attribute_predicate(actor),
    )
    names = {"names": [name.lower() for name in tag_names]}
    rows = cursor().execute(sql, dict(events.parameters) | reader_parameters(actor) | names).fetchall()
    spelling = {name.lower(): name for name in tag_names}  # Tags are compared without case.
    return {spelling[name]: count for name, count in rows}


@dataclass(frozen=True, slots=True)
class TagPlaces:
    """Where in an event a tag is: on the event itself, perhaps as a local tag, and on how many attributes."""

    on_event: bool
    is_local: bool
    attributes: int

    @property
    def score(self) -> int:
        return self.attributes + self.on_event


def tag_places(actor: Actor, event_id: int, tag_names: Sequence[str]) -> dict[str, TagPlaces]:
    """Tag name → where it is in the event, as far as the actor may read; tags that are nowhere are left out."""
    sql = PLACES.format(event_visible=event_predicate(actor), attribute_visible=attribute_predicate(actor))
    spelling = {name.lower(): name for name in tag_names}
    values = {"event": event_id, "names": list(spelling), **reader_parameters(actor)}
    rows = cursor().execute(sql, values).fetchall()
    return {spelling[name]: TagPlaces(*places) for name, *places in rows}


def attribute_scores(attribute_id: int, tag_names: Sequence[str]) -> dict[str, int]:
    spelling = {name.lower(): name for name in tag_names}
    rows = cursor().execute(ON_ATTRIBUTE, {"attribute": attribute_id, "names": list(spelling)}).fetchall()
    return {spelling[name]: 1 for (name,) in rows}


ON_ATTRIBUTE = """
SELECT DISTINCT lower(t.name) FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.attribute_id = %(attribute)s AND lower(t.name) = ANY(%(names)s)
"""


def galaxy_tags_of(actor: Actor, event_id: int) -> list[str]:
    sql = GALAXY_TAGS.format(attribute_visible=attribute_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"event": event_id}).fetchall()
    return [name for (name,) in rows]


GALAXY_TAGS = """
SELECT t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = %(event)s AND t.is_galaxy
UNION
SELECT t.name FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
JOIN attribute a ON a.id = l.attribute_id JOIN event e ON e.id = a.event_id
WHERE l.event_id = %(event)s AND t.is_galaxy AND NOT a.deleted AND {attribute_visible}
"""

PLACES = """
WITH tags AS (
    SELECT t.id, lower(t.name) AS name FROM tag t WHERE lower(t.name) = ANY(%(names)s)
), carried AS (
    SELECT l.tag_id, TRUE AS on_event, l.local FROM event_tag l JOIN event e ON e.id = l.event_id
    WHERE l.event_id = %(event)s AND {event_visible}
    UNION ALL
    SELECT l.tag_id, FALSE, l.local FROM attribute_tag l
    JOIN attribute a ON a.id = l.attribute_id JOIN event e ON e.id = a.event_id
    WHERE l.event_id = %(event)s AND NOT a.deleted AND {event_visible} AND {attribute_visible}
)
SELECT tags.name, bool_or(on_event), coalesce(bool_and(local) FILTER (WHERE on_event), FALSE),
       count(*) FILTER (WHERE NOT on_event)
FROM carried JOIN tags ON tags.id = carried.tag_id GROUP BY tags.name
"""

SCORES = """
WITH wanted AS MATERIALIZED (
    SELECT e.id, e.org_id FROM event e WHERE e.id IN (SELECT id FROM ({events}) chosen) AND {event_visible}
), tags AS (
    SELECT t.id, lower(t.name) AS name FROM tag t WHERE lower(t.name) = ANY(%(names)s)
)
SELECT name, count(DISTINCT event_id) FROM (
    SELECT tags.name, l.event_id FROM event_tag l
    JOIN tags ON tags.id = l.tag_id JOIN wanted e ON e.id = l.event_id
    UNION
    SELECT tags.name, l.event_id FROM attribute_tag l
    JOIN tags ON tags.id = l.tag_id JOIN wanted e ON e.id = l.event_id
    JOIN attribute a ON a.id = l.attribute_id
    WHERE NOT a.deleted AND {attribute_visible}
) carried
GROUP BY name ORDER BY count(DISTINCT event_id) DESC, name
"""
