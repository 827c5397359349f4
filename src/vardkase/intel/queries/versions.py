"""Published versions of an event: what was published when, and which organisation has been able to read which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.audit.models import AuditEntry
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.group_members import GROUP_MEMBERS_HIDDEN
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.history import acts_on_event, taken_over_at
from vardkase.intel.queries.receivers import IN_GROUP, hides_members, receiver_ids
from vardkase.misp.distribution import Distribution

ACTS = 200
"""Entries of the audit log on an event's page."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A publication; `published_at` in Unix seconds, `size` in bytes. `distribution` is None if not on record;
    `is_for_groups`: only sharing groups inside the event know of it."""

    version: int
    published_at: int
    published_by: str
    size: int
    distribution: int | None
    group_name: str | None
    is_for_groups: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """An organisation, and the latest version that it has been able to read; or `is_group`, the members of a group that
    hides them from the event's owner. `id` is the organisation's or the group's."""

    id: int
    name: str
    version: int
    is_group: bool


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who keeps a version that the event would no longer reach. Not `is_certain`: they are all who have one, because to
    leave out those whom a group reaches would tell the members that it hides."""

    holders: Sequence[Holder]
    is_certain: bool


def may_read_history(actor: Actor, event: EventRow) -> bool:
    """True if the actor may read versions and acts: the owner organisation, and the hub's own staff."""
    return actor.is_site_admin or event.org_id == actor.organisation_id


def event_versions(actor: Actor, event: EventRow) -> list[VersionLine]:
    """Publications, latest first; empty if the actor may not read the history.

    Versions from before the event was taken over are left out: they would reveal the former owner.
    """
    if not may_read_history(actor, event):
        return []
    values = {"event": event.id, "uuid": event.uuid, "since": _since(actor, event)}
    rows = cursor().execute(VERSIONS, values).fetchall()
    return [VersionLine(*row) for row in rows]


def event_acts(actor: Actor, event: EventRow) -> list[AuditEntry]:
    return acts_on_event(actor, event.id, ACTS) if may_read_history(actor, event) else []


def holders(actor: Actor, event: EventRow) -> list[Holder]:
    """Who else on this hub has been able to read a published version, and therefore may keep a copy; empty if the
    actor may not read the history.

    By the members that a sharing group has now: who has left it since is missing.
    """
    if not may_read_history(actor, event):
        return []
    values = {"event": event.id, "uuid": event.uuid, "since": _since(actor, event), "own": event.org_id}
    return [Holder(*row) for row in cursor().execute(HOLDERS, values).fetchall()]


def keepers(actor: Actor, event: EventRow, distribution: int, sharing_group_id: int | None) -> Keepers:
    everybody = holders(actor, event)
    if distribution == Distribution.SHARING_GROUP and hides_members(sharing_group_id, event.org_id):
        others = [one for one in everybody if not one.is_group or one.id != sharing_group_id]
        return Keepers(others, is_certain=False)
    reached = receiver_ids(distribution, sharing_group_id, event.org_id)
    # Of hidden members it is not even said how many are reached: groups of one would tell them apart.
    return Keepers(
        [holder for holder in everybody if holder.is_group or holder.id not in reached], is_certain=True
    )


def version_on(versions: Sequence[VersionLine], second: int) -> VersionLine | None:
    """The one of these (latest first) that was in force at a time in Unix seconds."""
    return next((line for line in versions if line.published_at <= second), None)


def _since(actor: Actor, event: EventRow) -> int:
    return 0 if actor.is_site_admin else taken_over_at(event.id)


# By its number as well: a deleted event's versions are kept, and its UUID may come again with another owner.
VERSIONS = """
SELECT v.version, v.published_at, v.published_by, s.size, v.distribution, g.name, v.audiences <> '[]'
FROM event_version v JOIN snapshot s ON s.sha256 = v.snapshot_id
LEFT JOIN sharing_group g ON g.id = v.sharing_group_id
WHERE v.event_uuid = %(uuid)s AND v.event_id = %(event)s AND v.published_at >= %(since)s ORDER BY v.version DESC
"""

# A version was there to read until the next one replaced it: who could not read the hub in that time lacks it.
# Versions for groups inside the event are left out: their readers have the version before as well.
HOLDERS = f"""
WITH version AS (
    SELECT v.version, v.distribution, v.sharing_group_id, g.name AS group_name,
        coalesce(g.org_id <> %(own)s AND (g.hides_members OR EXISTS ({GROUP_MEMBERS_HIDDEN})), FALSE) AS is_hidden,
        tstzrange(to_timestamp(v.published_at), greatest(to_timestamp(v.published_at), coalesce(
            to_timestamp(lead(v.published_at) OVER (ORDER BY v.version)), now())), '[]') AS readable
    FROM event_version v LEFT JOIN sharing_group g ON v.distribution = 4 AND g.id = v.sharing_group_id
    WHERE v.event_uuid = %(uuid)s AND v.event_id = %(event)s AND v.published_at >= %(since)s
        AND v.audiences = '[]'
)
SELECT * FROM (
    SELECT o.id, o.name, max(v.version) AS version, FALSE AS is_group
    FROM version v JOIN organisation o ON o.local AND o.id <> %(own)s AND o.read_period && v.readable
    WHERE NOT v.is_hidden AND EXISTS (SELECT 1 FROM account u WHERE u.org_id = o.id) AND (
        v.distribution IN (1, 2, 3) OR v.distribution = 4 AND {IN_GROUP.format(group="v.sharing_group_id")})
    GROUP BY o.id
    UNION ALL
    SELECT v.sharing_group_id, v.group_name, max(v.version), TRUE FROM version v WHERE v.is_hidden
    GROUP BY v.sharing_group_id, v.group_name
) AS holder ORDER BY version DESC, is_group DESC, lower(name)
"""
