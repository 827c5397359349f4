"""Services for sightings: report, delete, and receive from peers. All operations are set-based."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import is_shareable, require_shareable
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    reader_parameters,
)
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import AttributesRemoved, EventOwnerChanged
from vardkase.intel.kernel.audiences import (
    READERS,
    Audience,
    Audiences,
    attribute_audiences,
    is_known_to_readers,
)
from vardkase.intel.kernel.audit_entries import event_target, known_to
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.kernel.private_times import move_private_sighting_times
from vardkase.intel.models import Event
from vardkase.intel.problems import SightingProblem
from vardkase.intel.queries.find import Reference
from vardkase.intel.sightings.hooks import (
    SightingsPublished,
    SightingsRemoved,
    StoredSighting,
    sightings_published,
    sightings_removed,
    sightings_stored,
)
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import find_sighting
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import blocked_uuids
from vardkase.misp.distribution import Distribution


@dataclass(frozen=True, slots=True)
class SightingReport:
    """The content of the sightings reported in one call."""

    type: int
    date_sighting: int
    source: str


@dataclass(frozen=True, slots=True)
class ReceivedSighting:
    """A sighting from a document; `org_id` is None if it is anonymised."""

    uuid: str
    attribute_uuid: str
    org_id: int | None
    date_sighting: int
    source: str
    type: int


@transaction.atomic
def add_sightings(actor: Actor, attribute_ids: Sequence[int], report: SightingReport) -> list[StoredSighting]:
    """Report one sighting of each attribute, in order; an expiration replaces the organisation's earlier one.

    Raises NotFound if the actor may read none of the attributes, Invalid if the organisation is blocked.
    """
    actor.require_writing(Permission.SIGHTING)
    if blocked_organisations([actor.organisation_id]):
        raise Invalid(SightingProblem.BLOCKED())
    require_shareable(Distribution.COMMUNITY, [report.source])
    chosen = {"ids": array_of(map(str, attribute_ids)), "org": actor.organisation_id}
    cursor().execute(LOCK_EVENTS, chosen)
    if report.type == SightingType.EXPIRATION:
        cursor().execute(FORGET_OWN_EXPIRATIONS, chosen)
    said = {"date": report.date_sighting, "source": report.source, "type": report.type}
    sql = ADD.format(visible=visible_attributes(actor))
    stored = _stored(sql, {**reader_parameters(actor), **chosen, **said})
    if not stored:
        raise NotFound(SightingProblem.NO_ATTRIBUTES())
    sightings_stored.emit(stored)
    first = stored[0]
    target = Target("sighting", first.id, UUID(first.uuid)) if len(stored) == 1 else Target("sighting")
    record(actor, IntelAction.SIGHTING_ADDED, target, {"count": len(stored), "type": report.type})
    return stored


@transaction.atomic
def receive_sightings(
    actor: Actor, event_id: int, received: Sequence[ReceivedSighting], *, seen_at: int | None = None
) -> int:
    """Store sightings of one event's attributes that another instance sends; those known already are left out.

    What a synchronising user brings to a published event goes on to others, and so does what a connection has
    fetched, as of `seen_at` (Unix seconds, what the peer says). Returns how many were new. Raises NotFound.
    """
    actor.require_writing()
    event = lock_event(actor, event_id)
    stored = write_received(actor, event, received)
    if stored:
        change = {"count": len(stored), **known_to(event, attribute_audiences(stored))}
        record(actor, IntelAction.SIGHTING_RECEIVED, event_target(event), change)
        if event.published and actor.may(Permission.SYNC) and not actor.is_connection:
            _let_out(event, attribute_audiences(stored))
        if seen_at is not None:
            _move_time(event, attribute_audiences(stored), seen_at)
    return len(stored)


def write_received(actor: Actor, event: Event, received: Sequence[ReceivedSighting]) -> list[int]:
    """As `receive_sightings`, for an event that the caller has locked; returns the attribute of each new one."""
    blocked = blocked_organisations(each.org_id for each in received if each.org_id is not None)
    said = {each.source for each in received}
    kept_back = {source for source in said if not is_shareable(Distribution.COMMUNITY, [source])}
    received = [each for each in received if each.org_id not in blocked and each.source not in kept_back]
    if not received:
        return []
    columns = map(list, zip(*map(astuple, received), strict=True))
    given = dict(zip(("uuids", "attributes", "orgs", "dates", "sources", "types"), columns, strict=True))
    sql = RECEIVE.format(visible=visible_attributes(actor))
    stored = _stored(sql, {**reader_parameters(actor), **given, "event": event.pk})
    if stored:
        cursor().execute(KEEP_LAST_EXPIRATION, {"ids": [each.attribute_id for each in stored]})
        sightings_stored.emit(stored)
    return [each.attribute_id for each in stored]


@transaction.atomic
def delete_sighting(actor: Actor, reference: Reference) -> None:
    actor.require_writing(Permission.SIGHTING, Permission.MODIFY_ORG)
    found = find_sighting(actor, reference)
    if found.org_id != actor.organisation_id and not actor.is_site_admin:
        raise NotFound(SightingProblem.NOT_FOUND())
    if cursor().execute("DELETE FROM sighting WHERE id = %s", (found.id,)).rowcount == 0:
        raise NotFound(SightingProblem.NOT_FOUND())
    sightings_removed.emit(SightingsRemoved((found.attribute_id,)))
    record(actor, IntelAction.SIGHTING_DELETED, Target("sighting", found.id, UUID(found.uuid)))


@transaction.atomic
def publish_sightings(actor: Actor, event_id: int) -> None:
    """Publish the event's sightings: its `sighting_timestamp` shows peers that there are new sightings to
    fetch."""
    actor.require_writing(Permission.SIGHTING)
    event = lock_event(actor, event_id)
    _let_out(event)
    record(actor, IntelAction.SIGHTING_PUBLISHED, event_target(event))


def _let_out(event: Event, audiences: Audiences = READERS) -> None:
    _move_time(event, audiences, now_seconds())
    groups = frozenset[Audience]() if is_known_to_readers(event, audiences) else audiences
    sightings_published.emit(SightingsPublished(event.pk, event.org_id, groups))


def _move_time(event: Event, audiences: Audiences, moment: int) -> None:
    if is_known_to_readers(event, audiences):
        Event.objects.filter(pk=event.pk).update(sighting_timestamp=moment)
    else:
        move_private_sighting_times(event, audiences, moment)


def forget_sightings(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        cursor().execute("DELETE FROM sighting WHERE event_id = %s", (removed.event_id,))
    else:
        cursor().execute("DELETE FROM sighting WHERE attribute_id = ANY(%s)", (list(removed.attribute_ids),))


def anonymise_former_owner(taken: EventOwnerChanged) -> None:
    cursor().execute(
        "UPDATE sighting SET org_id = NULL, source = '' WHERE event_id = %s AND org_id = %s",
        (taken.event_id, taken.former_org_id),
    )


def copy_sightings(copies: Mapping[int, int]) -> None:
    stored = _stored(COPY, {"old": list(copies.keys()), "new": list(copies.values())})
    if stored:
        sightings_stored.emit(stored)


def blocked_organisations(ids: Iterable[int]) -> set[int]:
    uuids = {
        str(uuid): pk for pk, uuid in Organisation.objects.filter(pk__in=set(ids)).values_list("pk", "uuid")
    }
    return {uuids[uuid] for uuid in blocked_uuids(Blocked.SIGHTING_ORGANISATION, uuids)}


def _stored(sql: str, parameters: dict[str, object]) -> list[StoredSighting]:
    """The new sightings by id, as the database returns them."""
    return [StoredSighting(*row) for row in cursor().execute(sql, parameters, binary=True)]


def visible_attributes(actor: Actor) -> str:
    return " AND ".join((event_predicate(actor), attribute_predicate(actor), deleted_predicate(actor, "a")))


# Keeps the event and its attributes from being deleted meanwhile; sightings do not wait for each other. In the order
# of the ids, so that two callers never wait for each other either.
# Here and in ADD the subquery hides the length of the array: otherwise the whole table is read for many attributes.
LOCK_EVENTS = """
SELECT 1 FROM event
WHERE id IN (SELECT a.event_id FROM unnest((SELECT %(ids)s::bigint[])) AS chosen (id) JOIN attribute a USING (id))
ORDER BY id FOR KEY SHARE
"""

FORGET_OWN_EXPIRATIONS = f"""
DELETE FROM sighting WHERE attribute_id = ANY(%(ids)s::bigint[]) AND org_id = %(org)s
  AND type = {SightingType.EXPIRATION.value}
"""

# The subquery hides how many ids there are: for many, PostgreSQL would read the whole table of attributes.
ADD = """
INSERT INTO sighting (uuid, attribute_id, event_id, org_id, date_sighting, source, type)
SELECT gen_random_uuid(), a.id, a.event_id, %(org)s, %(date)s, %(source)s, %(type)s
FROM unnest((SELECT %(ids)s::bigint[])) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id JOIN event e ON e.id = a.event_id
WHERE {visible} ORDER BY chosen.place
RETURNING id, uuid::text, attribute_id, event_id, org_id, date_sighting, source, type
"""

RECEIVE = """
INSERT INTO sighting (uuid, attribute_id, event_id, org_id, date_sighting, source, type)
SELECT DISTINCT ON (given.uuid) given.uuid, a.id, a.event_id, given.org_id, given.date, given.source, given.type
FROM unnest(%(uuids)s::uuid[], %(attributes)s::uuid[], %(orgs)s::bigint[], %(dates)s::bigint[],
            %(sources)s::text[], %(types)s::smallint[])
  AS given (uuid, attribute_uuid, org_id, date, source, type)
JOIN attribute a ON a.uuid = given.attribute_uuid AND a.event_id = %(event)s JOIN event e ON e.id = a.event_id
WHERE {visible}
ON CONFLICT (uuid) DO NOTHING
RETURNING id, uuid::text, attribute_id, event_id, org_id, date_sighting, source, type
"""

COPY = """
INSERT INTO sighting (uuid, attribute_id, event_id, org_id, date_sighting, source, type)
SELECT gen_random_uuid(), made.new, s.event_id, s.org_id, s.date_sighting, s.source, s.type
FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS made (old, new)
JOIN sighting s ON s.attribute_id = made.old ORDER BY s.id
RETURNING id, uuid::text, attribute_id, event_id, org_id, date_sighting, source, type
"""

# As in MISP, an organisation has one expiration of an attribute: the one that came last.
KEEP_LAST_EXPIRATION = f"""
DELETE FROM sighting s USING sighting later
WHERE s.attribute_id = ANY(%(ids)s) AND s.type = {SightingType.EXPIRATION.value}
  AND later.attribute_id = s.attribute_id AND later.type = s.type AND later.org_id = s.org_id AND later.id > s.id
"""
