"""Services that report or delete sightings so that their author can take it back for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.problems import SightingProblem
from vardkase.intel.queries.find import Reference
from vardkase.intel.sightings.hooks import (
    SightingsRemoved,
    StoredSighting,
    sightings_removed,
    sightings_stored,
)
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import find_sighting
from vardkase.intel.sightings.services import (
    SightingReport,
    add_sightings,
    delete_sighting,
    visible_attributes,
)

LASTS = 24 * 3600
MOST = 200
"""Sightings that can be taken back at once: their ids travel in a form."""
SALT = "sightings"

type Removed = tuple[int, str, int | None, int, str, int]
"""Attribute, uuid, organisation, date, source and type of a sighting that is no more."""


@dataclass(frozen=True, slots=True)
class Reported:
    """How many were stored, and the token that takes them back; empty if they are too many, or nobody could."""

    count: int
    token: str


@transaction.atomic
def report(actor: Actor, attribute_ids: Sequence[int], said: SightingReport) -> Reported:
    """As `add_sightings`."""
    replaced: list[Removed] = []
    if said.type == SightingType.EXPIRATION:
        parameters = {"ids": list(attribute_ids), "org": actor.organisation_id}
        replaced = cursor().execute(OWN_EXPIRATIONS, parameters).fetchall()
    stored = add_sightings(actor, attribute_ids, said)
    if len(stored) > MOST:
        return Reported(len(stored), "")
    return Reported(len(stored), _token(actor, [each.id for each in stored], replaced))


@transaction.atomic
def delete(actor: Actor, reference: Reference) -> str:
    """As `delete_sighting`; returns the token that takes it back."""
    found = find_sighting(actor, reference)
    removed = cursor().execute(ONE, {"id": found.id}).fetchall()
    delete_sighting(actor, reference)
    return _token(actor, [], removed)


@transaction.atomic
def take_back(actor: Actor, token: str) -> int:
    """Remove what was reported, store again what was deleted; returns how many sightings that concerns.

    Raises NotFound if it can no longer be done.
    """
    actor.require_writing(Permission.SIGHTING)
    try:
        said: dict[str, Any] = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        raise NotFound(SightingProblem.NOT_TAKEN_BACK()) from None
    if actor.user_id is None or said["user"] != actor.user_id or said["org"] != actor.organisation_id:
        raise NotFound(SightingProblem.NOT_TAKEN_BACK())
    own = {"ids": said["made"], "org": actor.organisation_id}
    removed = [row[0] for row in cursor().execute(REMOVE, own).fetchall()]
    again = _store_again(actor, said["removed"])
    if not removed and not again:
        raise NotFound(SightingProblem.NOT_TAKEN_BACK())
    if removed:
        sightings_removed.emit(SightingsRemoved(tuple(removed)))
        record(actor, IntelAction.SIGHTING_DELETED, Target("sighting"), {"count": len(removed)})
    return max(len(removed), again)


def _store_again(actor: Actor, removed: Sequence[Removed]) -> int:
    columns = zip(*removed, strict=True) if removed else [()] * 6
    names = ("attributes", "uuids", "orgs", "dates", "sources", "types")
    given = {name: list(column) for name, column in zip(names, columns, strict=True)}
    sql = AGAIN.format(visible=visible_attributes(actor))
    rows = cursor().execute(sql, {**reader_parameters(actor), **given}).fetchall()
    if rows:
        sightings_stored.emit([StoredSighting(*row) for row in rows])
        record(actor, IntelAction.SIGHTING_ADDED, Target("sighting"), {"count": len(rows)})
    return len(rows)


def _token(actor: Actor, made: Sequence[int], removed: Sequence[Removed]) -> str:
    if actor.user_id is None:
        return ""
    said = {"user": actor.user_id, "org": actor.organisation_id, "made": list(made), "removed": removed}
    return signing.dumps(said, salt=SALT, compress=True)


KEPT = "attribute_id, uuid::text, org_id, date_sighting, source, type"
ONE = f"SELECT {KEPT} FROM sighting WHERE id = %(id)s"
OWN_EXPIRATIONS = f"""
SELECT {KEPT} FROM sighting
WHERE attribute_id = ANY(%(ids)s::bigint[]) AND org_id = %(org)s AND type = {SightingType.EXPIRATION.value}
ORDER BY id LIMIT {MOST}
"""
REMOVE = """
DELETE FROM sighting WHERE id = ANY(%(ids)s::bigint[]) AND org_id = %(org)s RETURNING attribute_id
"""
AGAIN = """
INSERT INTO sighting (uuid, attribute_id, event_id, org_id, date_sighting, source, type)
SELECT given.uuid, a.id, a.event_id, given.org_id, given.date, given.source, given.type
FROM unnest(%(attributes)s::bigint[], %(uuids)s::uuid[], %(orgs)s::bigint[], %(dates)s::bigint[],
            %(sources)s::text[], %(types)s::smallint[])
  AS given (attribute_id, uuid, org_id, date, source, type)
JOIN attribute a ON a.id = given.attribute_id JOIN event e ON e.id = a.event_id
WHERE {visible}
ON CONFLICT (uuid) DO NOTHING
RETURNING id, uuid::text, attribute_id, event_id, org_id, date_sighting, source, type
"""
