"""The last published version of an event, for those who may not read the event because it is being changed.

They read it if the event as it is would be for them, and that version was. The content is in
`formats.misp_json.published`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.offence_data import offences_of_version
from vardkase.identity.access.visibility import (
    attribute_predicate,
    last_version_predicate,
    object_predicate,
    part_predicate,
    reader_parameters,
    report_predicate,
    version_predicate,
)
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import Reference, find_event, matches
from vardkase.intel.queries.history import TAKEN_OVER, taken_over_at
from vardkase.knowledge.taxonomies.queries import hidden_tag_names

type Limits = tuple[str, int, int | None]
"""UUID, distribution and sharing group of a part, as a version has them."""


@dataclass(frozen=True, slots=True)
class LastVersion:
    """`version` names the stored version, `number` is what its reader counts: those that only others know of are not
    counted. `published_at` in Unix seconds. Nothing here is of the event as it is now."""

    event_id: int
    event_uuid: UUID
    version: int
    number: int
    published_at: int


def find_last_version(actor: Actor, reference: Reference) -> LastVersion:
    """Raises NotFound: also for an event that the actor may read as it is, and for one that was never for them."""
    parameters = reader_parameters(actor) | {"reference": reference}
    waiting = cursor().execute(
        f"SELECT e.id, e.uuid FROM event e WHERE {matches('e', reference)} "
        f"AND {last_version_predicate(actor)}",
        parameters,
    )
    event = waiting.fetchone()
    if event is None:
        raise NotFound(EventProblem.NOT_FOUND())
    # What was published before a takeover would reveal the former owner.
    parameters |= {"event": event[0], "uuid": event[1], "since": taken_over_at(event[0])}
    sql = LATEST.format(named=version_predicate(actor))
    latest = cursor().execute(sql, parameters).fetchone()
    # An earlier version is no substitute: publishing for fewer organisations takes effect at once.
    if latest is None or not latest[3]:
        raise NotFound(EventProblem.NOT_FOUND())
    return LastVersion(*event, *latest[:3])


def event_to_read(actor: Actor, reference: Reference) -> int:
    """The id of an event that the actor may read, as it is or its last version. Raises NotFound."""
    try:
        return find_event(actor, reference).id
    except NotFound:
        return find_last_version(actor, reference).event_id


@dataclass(frozen=True, slots=True)
class ChangingEvent:
    """An event in a list, as its last version was: nothing here is of the event as it is now."""

    event_id: int
    event_uuid: UUID
    version: int
    creator: str
    version_published_at: int
    info: str
    date: date | None
    tags: Sequence[str]
    distribution: int
    group_name: str


def changing_events(
    actor: Actor, start: int, most: int, among: Collection[int] | None = None
) -> list[ChangingEvent]:
    """Events of which the actor may read the last version alone, those published last first; one more than `most` if
    there are more. `among`: no others than these."""
    only = "" if among is None else "AND e.id = ANY(%(among)s::bigint[])"
    sql = CHANGING.format(
        waiting=last_version_predicate(actor), named=version_predicate(actor, "v"), only=only
    )
    parameters = reader_parameters(actor) | {
        "taken": TAKEN_OVER,
        "start": start,
        "most": most + 1,
        "among": sorted(among or ()),
    }
    found = [ChangingEvent(*row) for row in cursor().execute(sql, parameters).fetchall()]
    hidden = hidden_tag_names(actor, {name for one in found for name in one.tags}) if found else set()
    return [replace(one, tags=[name for name in one.tags if name not in hidden]) for one in found]


def readable_attributes(actor: Actor, event_id: int, parts: Iterable[Limits]) -> set[str]:
    """The UUIDs of those that the version lets the actor read, and that are still there for them to read.

    Deletions that are not published do not count; what is deleted for good is not there. The objects that attributes
    of the version are in are the caller's to check.
    """
    return readable_among(actor, "attribute", ((event_id, *part) for part in parts))


def readable_objects(actor: Actor, event_id: int, parts: Iterable[Limits]) -> set[str]:
    return readable_among(actor, "object", ((event_id, *part) for part in parts))


def readable_reports(actor: Actor, event_id: int, parts: Iterable[Limits]) -> set[str]:
    return readable_among(actor, "event_report", ((event_id, *part) for part in parts))


def readable_among(actor: Actor, table: str, parts: Iterable[tuple[int, str, int, int | None]]) -> set[str]:
    """The same for parts of several events, each with the id of its event first."""
    rows = list(parts)
    parameters = reader_parameters(actor) | {
        "events": [row[0] for row in rows],
        "uuids": [row[1] for row in rows],
        "distributions": [row[2] for row in rows],
        "groups": [row[3] for row in rows],
    }
    sql = READABLE.format(
        table=table, stored=part_predicate(actor, "stored"), visible=VISIBLE[table](actor, "p")
    )
    return {row[0] for row in cursor().execute(sql, parameters).fetchall()}


def withheld_parts(actor: Actor, versions: Iterable[tuple[UUID, int]]) -> set[tuple[UUID, str]]:
    """UUIDs of parts, each with its event's, that concerned an offence in these versions, if the actor may not read
    such."""
    rows = list(versions)
    parameters = reader_parameters(actor) | {
        "events": [row[0] for row in rows],
        "versions": [row[1] for row in rows],
    }
    sql = WITHHELD.format(offences=offences_of_version(actor, "v"))
    return {(row[0], row[1]) for row in cursor().execute(sql, parameters).fetchall()}


VISIBLE: dict[str, Callable[[Actor, str], str]] = {
    "attribute": attribute_predicate,
    "object": object_predicate,
    "event_report": report_predicate,
}
# A version for groups inside the event is known to those who are in all of one of them; for everybody it is [].
KNOWN = """(v.audiences = '[]' OR EXISTS (
    SELECT 1 FROM jsonb_array_elements(v.audiences) audience
    WHERE translate(audience::text, '[]', '{{}}')::bigint[] <@ %(reader_groups)s::bigint[]))"""
LATEST = f"""
SELECT v.version, count(*) OVER (), v.published_at, {{named}} FROM event_version v
WHERE v.event_uuid = %(uuid)s AND v.event_id = %(event)s AND v.published_at > %(since)s AND {KNOWN}
ORDER BY v.version DESC LIMIT 1
"""
# The two indexed conditions are what the predicate asks too: few events pass either. What was published before a
# takeover would reveal the former owner.
CHANGING = f"""
SELECT e.id, e.uuid, v.version, orgc.name, v.published_at, v.info, v.date,
    ARRAY(SELECT jsonb_array_elements_text(v.tags)), v.distribution, coalesce(g.name, '')
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
CROSS JOIN LATERAL (
    SELECT v.* FROM event_version v
    WHERE v.event_uuid = e.uuid AND v.event_id = e.id AND {KNOWN} ORDER BY v.version DESC LIMIT 1
) v
LEFT JOIN sharing_group g ON g.id = v.sharing_group_id
WHERE (e.being_changed OR e.has_group_times AND e.group_changes_unpublished) AND {{waiting}} AND {{named}}
AND v.published_at > coalesce((
    SELECT floor(extract(epoch FROM taken.created)) FROM audit_entry taken
    WHERE taken.target_kind = 'event' AND taken.target_id = e.id AND taken.action = %(taken)s
    ORDER BY taken.id DESC LIMIT 1), 0)
{{only}}
ORDER BY v.published_at DESC, e.id DESC LIMIT %(most)s OFFSET %(start)s
"""
WITHHELD = """
SELECT v.event_uuid, unnest({offences})::text
FROM unnest(%(events)s::uuid[], %(versions)s::int[]) AS wanted (event_uuid, version)
JOIN event_version v USING (event_uuid, version)
"""
READABLE = """
SELECT p.uuid::text
FROM unnest(%(events)s::bigint[], %(uuids)s::uuid[], %(distributions)s::smallint[], %(groups)s::bigint[])
    AS stored (event_id, uuid, distribution, sharing_group_id)
JOIN {table} p ON p.uuid = stored.uuid AND p.event_id = stored.event_id JOIN event e ON e.id = p.event_id
WHERE {stored} AND {visible}
"""
