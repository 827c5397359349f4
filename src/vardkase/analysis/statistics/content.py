"""Statistics of content over a period, of the events whose date is in it, as far as the actor may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.sightings.queries import readable_sightings
from vardkase.knowledge.taxonomies.queries import hidden_tag_ids

MOST = 30
"""Lines of a list; the rest is counted together."""
MOST_MONTHS = 600
"""Days as well, where days are counted."""
COMPARED = 10
"""Clusters whose use is shown month by month."""

EVER = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Counted:
    """A name with its count, and the number of the organisation that it names, if it does."""

    name: str
    count: int
    number: int = 0


class Step(StrEnum):
    """What is counted together over time."""

    DAY = "day"
    MONTH = "month"


def events_over_time(actor: Actor, since: date, step: Step) -> list[tuple[date, int]]:
    """The months or days that have events, oldest first; the latest MOST_MONTHS of them."""
    return list(reversed(_rows(actor, OVER_TIME, since=since, step=step, most=MOST_MONTHS)))


def attributes_by_type(actor: Actor, since: date) -> list[Counted]:
    return [Counted(*row) for row in _rows(actor, BY_TYPE, since=since, most=MOST)]


def events_by_organisation(actor: Actor, since: date) -> list[Counted]:
    return [Counted(*row) for row in _rows(actor, BY_ORGANISATION, since=since, most=MOST)]


def events_by_tag(actor: Actor, since: date, *, galaxies: bool = False) -> list[Counted]:
    """Events by tag, or by galaxy cluster."""
    parameters = {"since": since, "most": MOST, "galaxies": galaxies, "hidden": hidden_tag_ids(actor)}
    return [Counted(*row) for row in _rows(actor, BY_TAG, **parameters)]


def tags_by_month(actor: Actor, since: date, names: list[str]) -> dict[tuple[str, date], int]:
    """Tag and month → events."""
    rows = _rows(actor, TAGS_BY_MONTH, since=since, names=names[:COMPARED])
    return {(name, month): count for name, month, count in rows}


def sightings_over_time(actor: Actor, since: date, step: Step) -> list[tuple[date, int, int]]:
    """Month or day, type and number of the sightings that the actor may read, by when the value was seen."""
    readable = readable_sightings(actor)
    sql = SIGHTINGS.format(source=readable.source, condition=readable.condition)
    parameters = {"since": since, "step": step, "zone": settings.TIME_ZONE, "most": 3 * MOST_MONTHS}
    return cursor().execute(sql, {**readable.parameters, **parameters}).fetchall()


def _rows(actor: Actor, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    visible = sql.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    return cursor().execute(visible, {**reader_parameters(actor), **parameters}).fetchall()


OVER_TIME = """
SELECT date_trunc(%(step)s, e.date)::date, count(*) FROM event e
WHERE e.date >= %(since)s AND {event} GROUP BY 1 ORDER BY 1 DESC LIMIT %(most)s
"""

BY_TYPE = """
SELECT a.type, count(*) FROM attribute a JOIN event e ON e.id = a.event_id
WHERE e.date >= %(since)s AND NOT a.deleted AND {event} AND {attribute}
GROUP BY a.type ORDER BY 2 DESC, 1 LIMIT %(most)s
"""

BY_ORGANISATION = """
SELECT o.name, count(*), o.id FROM event e JOIN organisation o ON o.id = e.orgc_id
WHERE e.date >= %(since)s AND {event} GROUP BY o.id, o.name ORDER BY 2 DESC, 1 LIMIT %(most)s
"""

BY_TAG = """
SELECT t.name, count(DISTINCT e.id)
FROM event e JOIN event_tag et ON et.event_id = e.id JOIN tag t ON t.id = et.tag_id
WHERE e.date >= %(since)s AND t.is_galaxy = %(galaxies)s AND t.id <> ALL(%(hidden)s::bigint[]) AND {event}
GROUP BY t.name ORDER BY 2 DESC, 1 LIMIT %(most)s
"""

TAGS_BY_MONTH = """
SELECT t.name, date_trunc('month', e.date)::date, count(DISTINCT e.id)
FROM event e JOIN event_tag et ON et.event_id = e.id JOIN tag t ON t.id = et.tag_id
WHERE e.date >= %(since)s AND t.name = ANY(%(names)s::text[]) AND {event} GROUP BY 1, 2
"""

# In the hub's time zone, as the months that the page lists: else the first hour of a month would be missing.
SIGHTINGS = """
SELECT date_trunc(%(step)s, to_timestamp(s.date_sighting) AT TIME ZONE %(zone)s)::date, s.type, count(*)
{source} WHERE {condition} AND s.date_sighting >= extract(epoch FROM %(since)s::timestamp AT TIME ZONE %(zone)s)
GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT %(most)s
"""
