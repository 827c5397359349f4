"""SQL fragments for sightings that an actor may read. Renderers add their columns.

Aliases: s sighting, a its attribute, e its event, org the organisation that is shown (none, or another, where
sightings are anonymised).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    reader_parameters,
    sighting_predicate,
)
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.problems import SightingProblem
from vardkase.intel.queries.find import Reference, matches
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.settings import ANONYMISE, ANONYMISE_AS, EVERYONE, HOST, POLICY, REPORTERS

DAY = 24 * 3600
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class ReadableSightings:
    source: str
    condition: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoundSighting:
    """A sighting and its organisation; `org_id` is None if it is anonymised."""

    id: int
    uuid: str
    attribute_id: int
    org_id: int | None


@dataclass(frozen=True, slots=True)
class SightingLine:
    """A sighting as its readers see it; `organisation` is None if it is anonymised."""

    id: int
    type: int
    date_sighting: int
    source: str
    organisation: str | None
    is_own: bool

    @property
    def when(self) -> datetime:
        return datetime.fromtimestamp(self.date_sighting, UTC)


def readable_sightings(actor: Actor) -> ReadableSightings:
    condition = " AND ".join(
        (
            event_predicate(actor),
            attribute_predicate(actor),
            deleted_predicate(actor, "a"),
            _policy(actor),
        )
    )
    shown = "s.org_id"
    if ANONYMISE.value and not actor.is_site_admin:
        # A reader's own sightings show its own organisation.
        shown = "CASE WHEN s.org_id = %(reader_org)s THEN s.org_id ELSE %(shown_as)s::bigint END"
    parameters = {**reader_parameters(actor), "shown_as": ANONYMISE_AS.value or None}
    return ReadableSightings(SOURCE.format(shown=shown), condition, parameters)


def find_sighting(actor: Actor, reference: Reference) -> FoundSighting:
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.id, s.uuid::text, s.attribute_id, s.org_id {readable.source} "
        f"WHERE {matches('s', reference)} AND {readable.condition}"
    )
    row = cursor().execute(sql, {**readable.parameters, "reference": reference}).fetchone()
    if row is None:
        raise NotFound(SightingProblem.NOT_FOUND())
    return FoundSighting(*row)


def attribute_sightings(
    actor: Actor, attribute_id: int, place: PagePosition | None, size: int
) -> Page[SightingLine]:
    """A page of an attribute's sightings, newest first."""
    place = sound(place, "bigint")
    readable = readable_sightings(actor)
    condition, order = beyond("s.date_sighting", "s.id", "bigint", place, descending=True)
    sql = (
        "SELECT s.id, s.type, s.date_sighting, s.source, org.name, "
        f"coalesce(s.org_id = %(reader_org)s, FALSE) {readable.source} "
        f"WHERE s.attribute_id = %(attribute)s AND {readable.condition} AND {condition} "
        f"ORDER BY {order} LIMIT %(limit)s"
    )
    parameters = {**readable.parameters, **place_parameters(place), "attribute": attribute_id}
    lines = [SightingLine(*row) for row in cursor().execute(sql, {**parameters, "limit": size + 1})]
    return page_of(lines, place, size, lambda line: (line.date_sighting, line.id))


def last_sighted(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, int]:
    """Attribute id → last sighting in Unix seconds, if any; false positives do not count."""
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.attribute_id, max(s.date_sighting) {readable.source} "
        f"WHERE s.attribute_id = ANY(%(ids)s) AND s.type = {SightingType.SEEN.value} "
        f"AND {readable.condition} GROUP BY s.attribute_id"
    )
    return dict(cursor().execute(sql, {**readable.parameters, "ids": list(attribute_ids)}).fetchall())


def sighted_between(actor: Actor, column: str, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Id → Unix seconds of first and last sighting; `column` is attribute_id or event_id."""
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.{column}, min(s.date_sighting), max(s.date_sighting) {readable.source} "
        f"WHERE s.{column} = ANY(%(ids)s) AND s.type = {SightingType.SEEN.value} "
        f"AND {readable.condition} GROUP BY s.{column}"
    )
    rows = cursor().execute(sql, {**readable.parameters, "ids": list(ids)}).fetchall()
    return {id: (first, last) for id, first, last in rows}


def counts_by_type(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.attribute_id, s.type, count(*) {readable.source} "
        f"WHERE s.attribute_id = ANY(%(ids)s) AND {readable.condition} GROUP BY s.attribute_id, s.type"
    )
    counts: dict[int, dict[int, int]] = {}
    for attribute_id, kind, count in cursor().execute(
        sql, {**readable.parameters, "ids": list(attribute_ids)}
    ):
        counts.setdefault(attribute_id, {})[kind] = count
    return counts


def weekly_counts(actor: Actor, attribute_ids: Sequence[int], weeks: int, now: int) -> dict[int, list[int]]:
    """Attribute id → how often it was seen in each of the last `weeks`, the current one last; of those seen in any."""
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.attribute_id, (%(now)s - s.date_sighting) / {WEEK}, count(*) {readable.source} "
        f"WHERE s.attribute_id = ANY(%(ids)s) AND s.type = {SightingType.SEEN.value} "
        "AND s.date_sighting > %(since)s AND s.date_sighting <= %(now)s "
        f"AND {readable.condition} GROUP BY 1, 2"
    )
    parameters = {"ids": list(attribute_ids), "now": now, "since": now - weeks * WEEK}
    counts: dict[int, list[int]] = {}
    for attribute_id, ago, count in cursor().execute(sql, {**readable.parameters, **parameters}):
        counts.setdefault(attribute_id, [0] * weeks)[weeks - 1 - ago] = count
    return counts


def sighting_days(actor: Actor, event_id: int, limit: int = 1000) -> list[tuple[int, int, int]]:
    """Start of a day in UTC (Unix seconds), type, and number of sightings of an event; the latest days."""
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.date_sighting / {DAY} * {DAY} AS day, s.type, count(*) {readable.source} "
        f"WHERE s.event_id = %(event)s AND {readable.condition} "
        "GROUP BY day, s.type ORDER BY day DESC, s.type LIMIT %(limit)s"
    )
    return cursor().execute(sql, {**readable.parameters, "event": event_id, "limit": limit}).fetchall()


def sighted_attributes(actor: Actor, event_id: int) -> set[int]:
    """Ids of the attributes of an event with a sighting of any type that the actor may read."""
    readable = readable_sightings(actor)
    sql = (
        f"SELECT DISTINCT s.attribute_id {readable.source} "
        f"WHERE s.event_id = %(event)s AND {readable.condition}"
    )
    return {row[0] for row in cursor().execute(sql, {**readable.parameters, "event": event_id})}


def counts_by_source(actor: Actor) -> list[tuple[str, int, int, list[int]]]:
    readable = readable_sightings(actor)
    sql = (
        "SELECT coalesce(s.source, ''), s.type, count(*), array_agg(DISTINCT s.event_id ORDER BY s.event_id) "
        f"{readable.source} WHERE {readable.condition} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    return cursor().execute(sql, readable.parameters).fetchall()


def known_uuids(actor: Actor, event_id: int, uuids: Sequence[str]) -> list[str]:
    """Those of `uuids` that are sightings of attributes that the actor reads in the event, oldest first; also of
    sightings that the policy hides from it."""
    visible = f"{attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    parameters = {**reader_parameters(actor), "event": event_id, "uuids": list(uuids)}
    return [row[0] for row in cursor().execute(KNOWN.format(visible=visible), parameters).fetchall()]


def _policy(actor: Actor) -> str:
    policy = POLICY.value
    if policy == EVERYONE:
        return "TRUE"
    host = host_organisation_id() if policy == HOST else None
    return sighting_predicate(actor, reporters=policy == REPORTERS, host_org=host)


KNOWN = """
SELECT s.uuid::text FROM sighting s JOIN attribute a ON a.id = s.attribute_id JOIN event e ON e.id = s.event_id
WHERE s.event_id = %(event)s AND s.uuid = ANY(%(uuids)s::uuid[]) AND {visible} ORDER BY s.id
"""
SOURCE = """
FROM sighting s JOIN attribute a ON a.id = s.attribute_id JOIN event e ON e.id = s.event_id
LEFT JOIN organisation org ON org.id = {shown}
"""
