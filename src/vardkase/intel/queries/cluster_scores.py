"""Number of events per cluster, for a matrix heat map."""

from __future__ import annotations

from collections.abc import Sequence

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
