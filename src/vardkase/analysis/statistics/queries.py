"""Statistics of the instance. Users and organisations are counted in full, intelligence only as far as visible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import organisations


@dataclass(frozen=True, slots=True)
class Totals:
    """Usage of the instance; `…_month` counts since the first of the month."""

    events: int
    events_month: int
    contributing_organisations: int
    attributes: int
    attributes_month: int
    correlations: int
    users: int
    users_with_key: int
    organisations: int
    local_organisations: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """The contributions of one organisation.

    `attributes_by_day`: day of last change → attributes of its events.
    """

    organisation: Organisation
    users: int
    events: int
    attributes: int
    attributes_by_day: dict[date, int]


@dataclass(frozen=True, slots=True)
class Growth:
    """A total, and the growth since the first of the month and of the year."""

    total: int
    month: int
    year: int


def totals(actor: Actor, month: int) -> Totals:
    return Totals(
        *_row(actor, EVENT_TOTALS, month=month),
        *_row(actor, ATTRIBUTE_TOTALS, month=month),
        *_row(actor, CORRELATION_TOTAL),
        *_row(actor, PEOPLE_TOTALS),
    )


def contributions(actor: Actor, scope: str, since: date) -> list[Contribution]:
    counted = {orgc: (events, attributes) for orgc, events, attributes in _rows(actor, CONTRIBUTIONS)}
    members = dict(cursor().execute("SELECT org_id, count(*) FROM account GROUP BY org_id").fetchall())
    days: dict[int, dict[date, int]] = {}
    for org_id, day, attributes in _rows(actor, DAYS, since=since):
        days.setdefault(org_id, {})[day] = attributes
    ordered = sorted(organisations(scope), key=lambda organisation: organisation.name.lower())
    return [
        Contribution(one, members.get(one.pk, 0), *counted.get(one.pk, (0, 0)), days.get(one.pk, {}))
        for one in ordered
    ]


def growth(actor: Actor, month: date, year: date) -> dict[str, Growth]:
    """Growth of accounts ("user"), local ("org_local") and external ("org_external") organisations."""
    rows = cursor().execute(GROWTH, {"month": month, "year": year}).fetchall()
    return {name: Growth(*counts) for name, *counts in rows}


def event_tags(actor: Actor) -> dict[str, dict[str, int]]:
    """Taxonomy (or "custom") → tag → number of tagged events."""
    counts: dict[str, dict[str, int]] = {}
    for taxonomy, name, count in _rows(actor, EVENT_TAGS):
        counts.setdefault(taxonomy, {})[name] = count
    return counts


def attribute_histogram(actor: Actor) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for organisation, kind, count in _rows(actor, HISTOGRAM):
        counts.setdefault(organisation, {})[kind] = count
    return dict(sorted(counts.items(), key=lambda item: -sum(item[1].values())))


def _row(actor: Actor, sql: str, **parameters: Any) -> tuple[Any, ...]:
    return _rows(actor, sql, **parameters)[0]


def _rows(actor: Actor, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    visible = sql.format(
        event=event_predicate(actor),
        attribute=attribute_predicate(actor),
        key=attribute_predicate(actor, "k", key="attribute_id"),
    )
    return cursor().execute(visible, {**reader_parameters(actor), **parameters}).fetchall()


EVENT_TOTALS = """
SELECT count(*), count(*) FILTER (WHERE e.timestamp >= %(month)s), count(DISTINCT e.orgc_id)
FROM event e WHERE {event}
"""

ATTRIBUTE_TOTALS = """
SELECT count(*), count(*) FILTER (WHERE a.timestamp >= %(month)s)
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE NOT a.deleted AND {event} AND {attribute}
"""

# Pairs of attributes of different events with a part in common: of n occurrences all n² ordered pairs, less those
# within one event, and each pair once.
CORRELATION_TOTAL = """
SELECT coalesce(sum((n * n - same) / 2), 0)::bigint FROM (
    SELECT sum(m) AS n, sum(m * m) AS same FROM (
        SELECT k.key, k.event_id, count(*) AS m
        FROM attribute_key k JOIN event e ON e.id = k.event_id
        WHERE k.correlates AND {event} AND {key} GROUP BY k.key, k.event_id
    ) of_events GROUP BY key HAVING count(*) > 1
) of_keys
"""

PEOPLE_TOTALS = """
SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM account WHERE gpgkey <> ''),
       (SELECT count(*) FROM organisation), (SELECT count(*) FROM organisation WHERE local)
"""

CONTRIBUTIONS = """
SELECT e.orgc_id, count(DISTINCT e.id), count(a.id)
FROM event e LEFT JOIN attribute a ON a.event_id = e.id AND NOT a.deleted AND {attribute}
WHERE {event} GROUP BY e.orgc_id
"""

DAYS = """
SELECT e.orgc_id, (to_timestamp(e.timestamp) AT TIME ZONE 'UTC')::date, count(a.id)
FROM event e LEFT JOIN attribute a ON a.event_id = e.id AND NOT a.deleted AND {attribute}
WHERE e.timestamp >= extract(epoch FROM %(since)s::date) AND {event}
GROUP BY 1, 2 ORDER BY 1, 2
"""

GROWTH = """
SELECT 'user', count(*), count(*) FILTER (WHERE date_created >= %(month)s),
       count(*) FILTER (WHERE date_created >= %(year)s) FROM account
UNION ALL
SELECT 'org_local', count(*), count(*) FILTER (WHERE date_created >= %(month)s),
       count(*) FILTER (WHERE date_created >= %(year)s) FROM organisation WHERE local
UNION ALL
SELECT 'org_external', count(*), count(*) FILTER (WHERE date_created >= %(month)s),
       count(*) FILTER (WHERE date_created >= %(year)s) FROM organisation WHERE NOT local
"""

EVENT_TAGS = """
SELECT coalesce((SELECT x.namespace FROM taxonomy x WHERE x.namespace = split_part(t.name, ':', 1)), 'custom'),
       t.name, count(*)
FROM event_tag et JOIN tag t ON t.id = et.tag_id JOIN event e ON e.id = et.event_id
WHERE NOT t.is_galaxy AND {event} GROUP BY t.id, t.name ORDER BY t.name
"""

HISTOGRAM = """
SELECT o.name, a.type, count(*)
FROM attribute a JOIN event e ON e.id = a.event_id JOIN organisation o ON o.id = e.orgc_id
WHERE NOT a.deleted AND {event} AND {attribute}
GROUP BY o.name, a.type ORDER BY o.name, a.type
"""
