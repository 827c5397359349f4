"""Queries for the home page: an organisation's open tasks, and a reader's new events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.conf import settings

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import arrived_since, event_arrival
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.queries.event_index import IndexRow, index_rows

MOST = 1000
"""New events are counted up to this number; above it the page says "more than"."""


class ArrivalReason(StrEnum):
    OWN = "own"
    GROUP = "group"
    HUB = "hub"
    COMMUNITIES = "communities"
    ALL = "all"
    ADMINISTRATOR = "administrator"
    DELEGATED = "delegated"


REASONS = {1: ArrivalReason.HUB, 2: ArrivalReason.COMMUNITIES, 3: ArrivalReason.ALL}


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """Own events not yet shared, or shared without their last changes; `oldest` is Unix seconds."""

    drafts: int
    changed: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class EventNews:
    """Events that came since a point in time, the latest of them as rows; `count` is capped at MOST."""

    count: int
    rows: list[IndexRow]


def own_waiting(actor: Actor) -> WaitingWork:
    row = cursor().execute(WAITING, {"org": actor.organisation_id}).fetchone()
    return WaitingWork(*row) if row else WaitingWork(0, 0, None)


def news_since(actor: Actor, since: int, limit: int) -> EventNews:
    parameters = reader_parameters(actor) | {"since": since, "limit": limit, "most": MOST}
    came = _came(actor, "%(since)s")
    newest = NEWEST.format(came=came, arrival=event_arrival(actor))
    ids = [row[0] for row in cursor().execute(newest, parameters)]
    row = cursor().execute(COUNT.format(came=came), parameters).fetchone()
    return EventNews(int(row[0]) if row else 0, index_rows(actor, ids))


def events_by_day(actor: Actor, days: int) -> list[tuple[date, int]]:
    parameters = reader_parameters(actor) | {"days": days, "zone": settings.TIME_ZONE}
    by_day = BY_DAY.format(came=_came(actor, DAYS_AGO), arrival=event_arrival(actor))
    rows = cursor().execute(by_day, parameters)
    return [(day, int(count)) for day, count in rows]


def busiest_creators(actor: Actor, days: int, limit: int) -> list[tuple[int, str, int]]:
    parameters = reader_parameters(actor) | {"days": days, "limit": limit}
    rows = cursor().execute(CREATORS.format(came=_came(actor, DAYS_AGO)), parameters)
    return [(int(pk), str(name), int(count)) for pk, name, count in rows]


def _came(actor: Actor, bound: str) -> str:
    return f"{event_predicate(actor)} AND {arrived_since(actor, bound)}"


def reason_for(actor: Actor, row: IndexRow) -> ArrivalReason:
    if row.org_id == actor.organisation_id:
        return ArrivalReason.OWN
    if row.distribution == 4 and row.sharing_group_id in actor.sharing_group_ids:
        return ArrivalReason.GROUP
    # What is neither one's own nor shared can be read by administrators, and by those asked to take it over.
    other = ArrivalReason.ADMINISTRATOR if actor.is_site_admin else ArrivalReason.DELEGATED
    return REASONS.get(row.distribution, other)


WAITING = """
SELECT count(*) FILTER (WHERE e.publish_timestamp = 0), count(*) FILTER (WHERE e.publish_timestamp > 0),
       min(e.timestamp)
FROM event e
WHERE e.org_id = %(org)s AND e.orgc_id = %(org)s AND (NOT e.published OR e.group_changes_unpublished)
"""

NEWEST = """
SELECT e.id FROM event e
WHERE {came}
ORDER BY {arrival} DESC, e.id DESC LIMIT %(limit)s
"""

COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM event e WHERE {came} LIMIT %(most)s
) news
"""

DAYS_AGO = "(extract(epoch FROM now())::bigint - %(days)s::int * 86400)"

# Days without a new event are listed too, with 0.
BY_DAY = """
WITH days AS (
    SELECT generate_series(
        (now() AT TIME ZONE %(zone)s)::date - (%(days)s::int - 1), (now() AT TIME ZONE %(zone)s)::date, '1 day'
    )::date AS day
), changed AS (
    SELECT (to_timestamp({arrival}) AT TIME ZONE %(zone)s)::date AS day, count(*) AS events
    FROM event e
    WHERE {came}
    GROUP BY 1
)
SELECT days.day, coalesce(changed.events, 0) FROM days LEFT JOIN changed USING (day) ORDER BY days.day
"""

CREATORS = """
SELECT o.id, o.name, count(*) AS events
FROM event e JOIN organisation o ON o.id = e.orgc_id
WHERE {came}
GROUP BY o.id, o.name ORDER BY events DESC, o.name LIMIT %(limit)s
"""
