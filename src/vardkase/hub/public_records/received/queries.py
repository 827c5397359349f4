"""The register of one authority: the versions that were made available to it, computed from the stored periods."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.published import PublishedEvent, received_event
from vardkase.formats.misp_json.snapshots import owner
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.offence_data import version_without_offence
from vardkase.identity.access.visibility import (
    event_predicate,
    last_version_predicate,
    reader_parameters,
)

MOST = 1_000
"""Versions in one answer of `available_versions`."""
REFERENCE = re.compile(r"([1-9][0-9]{0,17})-([0-9]{14})")


@dataclass(frozen=True, slots=True)
class AvailableVersion:
    """A version that was made available to an authority.

    `version` counts versions that others alone know of: people are shown `reference`. `is_own`: the authority published
    it itself. `is_reconstructed`: from before the register was kept. `info` and `date` are the version's; unless
    `is_open` its content is not shown (withheld, taken down or no longer shared), and both are empty.
    """

    version_id: int
    event_id: int
    event_uuid: UUID
    version: int
    published_at: datetime
    available_at: datetime
    publisher_id: int
    publisher: str
    info: str
    date: date | None
    is_own: bool
    is_reconstructed: bool
    is_open: bool

    @property
    def reference(self) -> str:
        return f"{self.event_id}-{self.published_at.astimezone(UTC):%Y%m%d%H%M%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilter:
    """What is looked for in a register; `since` and `before` are about when a version was made available."""

    text: str = ""
    publisher: str = ""
    since: datetime | None = None
    before: datetime | None = None
    event_ids: Collection[int] | None = None
    event_uuids: Collection[UUID] | None = None
    reference: tuple[int, datetime] | None = None
    direction: str = ""
    """"received", "own", or both."""


def available_versions(
    organisation_id: int,
    at: datetime,
    *,
    text: str = "",
    event_ids: Collection[int] | None = None,
    event_uuids: Collection[UUID] | None = None,
    limit: int = MOST,
    offset: int = 0,
) -> list[AvailableVersion]:
    """What had been made available to this connected authority at that time, newest first; its own publications too.

    For cases: `info` is as published, also of versions that are no longer shared; not of those withheld since. The
    caller has checked that it acts for the authority.
    """
    wanted = RegisterFilter(text=text, event_ids=event_ids, event_uuids=event_uuids)
    conditions, parameters = _conditions(wanted)
    parameters |= {"at": at, "reader_org": organisation_id, "limit": min(limit, MOST), "offset": offset}
    is_open = _is_open(owner(organisation_id))
    conditions += " AND r.available_at <= %(at)s"
    return _found(organisation_id, "TRUE", is_open, conditions, NEWEST_FIRST, parameters)


def register(
    actor: Actor, organisation_id: int, wanted: RegisterFilter, place: PagePosition | None, size: int
) -> Page[AvailableVersion]:
    """A page of the register, newest first, as far as the actor may know of it."""
    place = place if place and _is_moment(place.key) else None
    further, order = beyond("r.available_at", "r.version_id", "timestamptz", place, descending=True)
    rows = _register_rows(actor, organisation_id, wanted, further, order, size + 1, place_parameters(place))
    return page_of(rows, place, size, lambda row: (row.available_at.isoformat(), row.version_id))


def register_list(
    actor: Actor, organisation_id: int, wanted: RegisterFilter, limit: int, offset: int
) -> list[AvailableVersion]:
    """The same rows by their number in the list, for clients that page so."""
    return _register_rows(actor, organisation_id, wanted, "TRUE", NEWEST_FIRST, limit, {"offset": offset})


def register_rows(actor: Actor, organisation_id: int, wanted: RegisterFilter) -> Iterator[AvailableVersion]:
    """The whole register, newest first, read piece by piece."""
    place: PagePosition | None = None
    while True:
        page = register(actor, organisation_id, wanted, place, MOST)
        yield from page.rows
        if page.after is None:
            return
        place = page.after


def find_version(actor: Actor, organisation_id: int, reference: str) -> AvailableVersion:
    """Raises NotFound: also for a version that was never made available to the authority."""
    match = REFERENCE.fullmatch(reference)
    try:
        at = datetime.strptime(match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        at = None
    if match is None or at is None:
        raise NotFound(PublicRecordsProblem.NO_SUCH_VERSION())
    wanted = RegisterFilter(reference=(int(match[1]), at))
    rows = _register_rows(actor, organisation_id, wanted, "TRUE", "r.version_id", 1, {})
    if not rows:
        raise NotFound(PublicRecordsProblem.NO_SUCH_VERSION())
    return rows[0]


def readable_version(organisation_id: int, event_id: int, version: int, at: datetime) -> PublishedEvent:
    """What the authority could read of a version at that time. For cases: the caller acts for the authority.

    Raises NotFound also for a version that is withheld since, and Conflict if it is too large.
    """
    wanted = available_versions(organisation_id, at, event_ids={event_id})
    found = next((row for row in wanted if row.version == version), None)
    if found is None or not found.is_open:
        raise NotFound(PublicRecordsProblem.NO_SUCH_VERSION())
    return _as_received(_reader_of(organisation_id, found, at), found)


def version_content(actor: Actor, row: AvailableVersion, organisation_id: int) -> PublishedEvent:
    """What the register shows of a version: what the authority could read of it, and its reader still may.

    Raises NotFound if its content is not shown.
    """
    if not row.is_open:
        raise NotFound(PublicRecordsProblem.NO_SUCH_VERSION())
    reader = _reader_of(organisation_id, row, timezone.now())
    both = set(reader.sharing_group_ids) & set(actor.sharing_group_ids)
    owns = row.is_own and actor.organisation_id == organisation_id
    return _as_received(replace(reader, sharing_group_ids=tuple(sorted(both))), replace(row, is_own=owns))


def _as_received(reader: Actor, row: AvailableVersion) -> PublishedEvent:
    published = int(row.published_at.timestamp())
    return received_event(reader, row.event_uuid, row.version, published, owns=row.is_own)


def _reader_of(organisation_id: int, row: AvailableVersion, at: datetime) -> Actor:
    """An actor of the organisation with the sharing groups that it was in until then, while the version was there."""
    parameters = {"org": organisation_id, "version": row.version_id, "at": at}
    groups = cursor().execute(GROUPS, parameters).fetchall()
    return replace(owner(organisation_id), sharing_group_ids=tuple(number for (number,) in groups))


def _register_rows(
    actor: Actor,
    organisation_id: int,
    wanted: RegisterFilter,
    further: str,
    order: str,
    limit: int,
    more: dict[str, Any],
) -> list[AvailableVersion]:
    conditions, parameters = _conditions(wanted)
    is_other = actor.organisation_id != organisation_id and not actor.is_site_admin
    # Who looks at another's register knows of no version that was not made available to them too.
    known = KNOWN if is_other else "TRUE"
    readable = f"({event_predicate(actor, 'e')} OR {last_version_predicate(actor, 'e')})"
    is_open = f"{_is_open(actor)} AND e.id IS NOT NULL AND {readable}"
    parameters |= reader_parameters(actor) | {"limit": limit, "offset": 0} | more
    return _found(organisation_id, known, is_open, f"{conditions} AND {further}", order, parameters)


def _found(
    organisation_id: int, known: str, is_open: str, conditions: str, order: str, parameters: dict[str, Any]
) -> list[AvailableVersion]:
    connected, joined = cursor().execute(LAST_BEGINNINGS, {"org": organisation_id}).fetchone() or (None, None)
    parameters |= {"org": organisation_id, "last_connected": connected, "last_joined": joined}
    # Each part gives as many rows as may be wanted of both.
    parameters["most"] = parameters["limit"] + parameters["offset"]
    has_text = "text" in parameters
    at_once, later = (
        ROWS.format(
            available=rows.format(known=known),
            open=is_open,
            conditions=conditions,
            # Without a title to look for, nothing else is read of more rows than are shown.
            few="" if has_text else f"ORDER BY {order} LIMIT %(most)s",
            titled="shown.is_open AND v.info ILIKE %(text)s" if has_text else "TRUE",
            order=order,
        )
        for rows in (AT_ONCE, LATER)
    )
    sql = BOTH.format(at_once=at_once, later=later, order=order)
    return [AvailableVersion(*row) for row in cursor().execute(sql, parameters).fetchall()]


def _is_open(reader: Actor) -> str:
    return f"{NOT_WITHHELD} AND (r.owner_id = %(reader_org)s OR TRUE{version_without_offence(reader, 'v')})"


def _conditions(wanted: RegisterFilter) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {}
    conditions = ["TRUE"]
    if wanted.text:
        parameters["text"] = f"%{_escaped(wanted.text)}%"
    if wanted.publisher:
        conditions.append("r.publisher ILIKE %(publisher)s")
        parameters["publisher"] = f"%{_escaped(wanted.publisher)}%"
    if wanted.since:
        conditions.append("r.available_at >= %(since)s")
        parameters["since"] = wanted.since
    if wanted.before:
        conditions.append("r.available_at < %(before)s")
        parameters["before"] = wanted.before
    if wanted.event_ids is not None:
        conditions.append("r.event_id = ANY(%(event_ids)s::bigint[])")
        parameters["event_ids"] = sorted(wanted.event_ids)
    if wanted.event_uuids is not None:
        conditions.append("r.event_uuid = ANY(%(event_uuids)s::uuid[])")
        parameters["event_uuids"] = sorted(wanted.event_uuids)
    if wanted.reference is not None:
        conditions.append("r.event_id = %(event)s AND r.published_at = %(published)s")
        parameters["event"], parameters["published"] = wanted.reference
    if wanted.direction == "received":
        conditions.append("r.owner_id <> %(org)s")
    elif wanted.direction == "own":
        conditions.append("r.owner_id = %(org)s")
    return " AND ".join(conditions), parameters


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


NEWEST_FIRST = "r.available_at DESC, r.version_id DESC"
GROUPS = """
SELECT DISTINCT p.sharing_group_id FROM received_group_period p
JOIN received_version rv ON rv.version_id = %(version)s
WHERE p.organisation_id = %(org)s AND p.period && tstzrange(
    rv.since, greatest(rv.since, least(coalesce(rv.until, %(at)s), %(at)s)), '[]')
ORDER BY p.sharing_group_id
"""

# What joins a version to the periods of one organisation: it was a connected authority, and in the group, while the
# version was there to read. A version for groups inside the event is for those who are in all of one of `audiences`.
PERIODS = """
connected_authority_period a
LEFT JOIN received_group_period g ON g.organisation_id = {org} AND rv.distribution = 4
    AND g.sharing_group_id = rv.sharing_group_id AND g.period && (a.period * tstzrange(rv.since, rv.until, '[]'))
LEFT JOIN LATERAL (
    SELECT min(inside.at) AS at FROM jsonb_array_elements(rv.audiences) audience CROSS JOIN LATERAL (
        SELECT max(lower(p.period)) AS at, count(DISTINCT p.sharing_group_id) AS groups
        FROM received_group_period p WHERE p.organisation_id = {org}
            AND p.sharing_group_id = ANY(translate(audience::text, '[]', '{{{{}}}}')::bigint[])
            AND p.period && (a.period * tstzrange(rv.since, rv.until, '[]'))
    ) inside WHERE inside.groups = jsonb_array_length(audience)
) k ON rv.audiences <> '[]' AND rv.owner_id <> {org}
WHERE a.organisation_id = {org} AND a.period && tstzrange(rv.since, rv.until, '[]')
    AND (rv.owner_id = {org} OR rv.distribution IN (1, 2, 3) OR g.id IS NOT NULL)
    AND (rv.audiences = '[]' OR rv.owner_id = {org} OR k.at IS NOT NULL)"""
# Most versions were available at once: an index has them in order. Later ones are looked for among those that are
# older than the last beginning of a period.
AT_ONCE = """
SELECT rv.*, rv.since AS available_at FROM received_version rv WHERE CASE WHEN
    EXISTS (SELECT 1 FROM connected_authority_period a WHERE a.organisation_id = %(org)s AND a.period @> rv.since)
    AND (rv.owner_id = %(org)s OR rv.distribution IN (1, 2, 3) OR rv.distribution = 4 AND EXISTS (
        SELECT 1 FROM received_group_period g WHERE g.organisation_id = %(org)s
            AND g.sharing_group_id = rv.sharing_group_id AND g.period @> rv.since))
    AND (rv.audiences = '[]' OR rv.owner_id = %(org)s OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(rv.audiences) audience WHERE NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements_text(audience) inside WHERE NOT EXISTS (
                SELECT 1 FROM received_group_period p WHERE p.organisation_id = %(org)s
                    AND p.sharing_group_id = inside::bigint AND p.period @> rv.since))))
    THEN TRUE END AND {known}
"""
LATER = f"""
SELECT rv.*, min(greatest(rv.since, lower(a.period), lower(g.period), k.at)) AS available_at
FROM received_version rv CROSS JOIN {PERIODS.format(org="%(org)s")} AND {{known}} AND (
    rv.since < %(last_connected)s OR (rv.distribution = 4 OR rv.audiences <> '[]') AND rv.since < %(last_joined)s)
GROUP BY rv.version_id HAVING min(greatest(rv.since, lower(a.period), lower(g.period), k.at)) > rv.since
"""
LAST_BEGINNINGS = """
SELECT (SELECT max(lower(period)) FROM connected_authority_period WHERE organisation_id = %(org)s),
    (SELECT max(lower(period)) FROM received_group_period WHERE organisation_id = %(org)s)
"""
KNOWN = f"EXISTS (SELECT 1 FROM {PERIODS.format(org='%(reader_org)s')})".replace("{{}}", "{}")
# Of a version whose content was deleted neither title nor date is left.
NOT_WITHHELD = """v.id IS NOT NULL AND NOT coalesce(e.withheld OR e.quarantined, FALSE)
    AND (e.id IS NOT NULL OR v.date IS NOT NULL)"""
ROWS = """
SELECT r.version_id, r.event_id, r.event_uuid, r.version, r.published_at, r.available_at, r.creator_id, r.publisher,
    CASE WHEN shown.is_open THEN v.info ELSE '' END, CASE WHEN shown.is_open THEN v.date END,
    r.owner_id = %(org)s, r.is_reconstructed, shown.is_open
FROM (SELECT * FROM ({available}) r WHERE {conditions} {few}) r
LEFT JOIN event_version v ON v.id = r.version_id LEFT JOIN event e ON e.id = r.event_id
CROSS JOIN LATERAL (SELECT {open} AS is_open) shown
WHERE {titled} ORDER BY {order} LIMIT %(most)s
"""
BOTH = "SELECT * FROM (({at_once}) UNION ALL ({later})) r ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"
