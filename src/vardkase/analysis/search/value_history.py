"""A value over time: who has had it in which month, and when it was sighted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_page import EXAMINED, FIRST_SEEN, LAST_SEEN
from vardkase.analysis.search.value_search import exact_ids
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import readable_sightings

MONTHS = 12
ORGANISATIONS = 20


@dataclass(frozen=True, slots=True)
class OrganisationUse:
    """An organisation's events that contain a value; times are in Unix seconds."""

    organisation: str
    events: int
    detected: int
    first_seen: int
    last_seen: int


@dataclass(frozen=True, slots=True)
class SightingMonth:
    month: date
    seen: int
    false_positives: int


@dataclass(frozen=True, slots=True)
class SightingHistory:
    """Sightings that the reader may see: all of them, and by month for the last year. Times are Unix seconds."""

    seen: int
    false_positives: int
    expirations: int
    last_seen: int | None
    last_expired: int | None
    months: list[SightingMonth]


def uses_by_organisation(actor: Actor, value: str) -> list[OrganisationUse]:
    """The organisations whose events the reader may see, the last to have the value first."""
    statement = Statement(actor)
    sql = ORGANISATION_USES.format(
        ids=exact_ids(statement, (value,)), visible=statement.visible(), limit=ORGANISATIONS
    )
    rows = statement.rows(sql)
    return [OrganisationUse(*row) for row in rows]


def occurrences_by_month(actor: Actor, value: str) -> list[tuple[date, int]]:
    """The number of events of each of the last months in which the value was added to or changed."""
    statement = Statement(actor)
    zone = statement.bind(settings.TIME_ZONE, "text")
    sql = OCCURRENCES.format(ids=exact_ids(statement, (value,)), visible=statement.visible(), zone=zone)
    counts = dict(statement.rows(sql))
    return [(month, counts.get(month, 0)) for month in last_months()]


def sightings_of(actor: Actor, value: str) -> SightingHistory | None:
    """The sightings of a value's attributes; None if there are none."""
    statement = Statement(actor)
    readable = readable_sightings(actor)
    wanted = statement.fence(exact_ids(statement, (value,)))
    zone = statement.bind(settings.TIME_ZONE, "text")
    query = statement.query(
        SIGHTINGS.format(wanted=wanted, source=readable.source, condition=readable.condition, zone=zone)
    )
    rows = cursor().execute(query.sql, {**query.parameters, **readable.parameters}).fetchall()
    counts = {(month, kind): number for month, kind, number, _last in rows}
    last = {
        wanted: max((latest for _month, kind, _number, latest in rows if kind == wanted), default=None)
        for wanted in SightingType
    }
    if not counts:
        return None
    return SightingHistory(
        _total(counts, SightingType.SEEN),
        _total(counts, SightingType.FALSE_POSITIVE),
        _total(counts, SightingType.EXPIRATION),
        last[SightingType.SEEN],
        last[SightingType.EXPIRATION],
        [
            SightingMonth(
                month,
                counts.get((month, SightingType.SEEN), 0),
                counts.get((month, SightingType.FALSE_POSITIVE), 0),
            )
            for month in last_months()
        ],
    )


def last_months(today: date | None = None) -> list[date]:
    """The first days of the last months, the present one last."""
    now = today or timezone.localdate()
    numbers: Iterable[int] = range(now.year * 12 + now.month - MONTHS, now.year * 12 + now.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _total(counts: Mapping[tuple[date, int], int], wanted: SightingType) -> int:
    return sum(number for (_month, kind), number in counts.items() if kind == wanted)


# Limited as on the rest of the page: a common value may have a hundred thousand occurrences.
SEEN = f"""
WITH seen AS MATERIALIZED (
    SELECT a.event_id, e.orgc_id, a.to_ids, {FIRST_SEEN} AS first_seen, {LAST_SEEN} AS last_seen, a.timestamp
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.id IN ({{ids}}) AND {{visible}} LIMIT {EXAMINED}
)
"""

ORGANISATION_USES = f"""{SEEN}
SELECT o.name, count(DISTINCT event_id), count(DISTINCT event_id) FILTER (WHERE to_ids), min(first_seen),
       max(last_seen)
FROM seen JOIN organisation o ON o.id = seen.orgc_id
GROUP BY o.id, o.name ORDER BY max(last_seen) DESC, o.name LIMIT {{limit}}
"""

OCCURRENCES = f"""{SEEN}
SELECT date_trunc('month', to_timestamp(timestamp) AT TIME ZONE {{zone}})::date, count(DISTINCT event_id)
FROM seen GROUP BY 1
"""

SIGHTINGS = """
SELECT date_trunc('month', to_timestamp(s.date_sighting) AT TIME ZONE {zone})::date, s.type, count(*),
       max(s.date_sighting)
{source} JOIN {wanted} w ON w.id = s.attribute_id
WHERE {condition} GROUP BY 1, 2
"""
