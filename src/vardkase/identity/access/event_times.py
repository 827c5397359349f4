"""Times and publication state of an event as visible to its reader.

The columns `timestamp`, `sighting_timestamp`, `publish_timestamp` and `published` hold what everybody who may read the
event may know. Changes of parts that only the owner organisation or certain sharing groups read move the columns
`private_…` beside them, for the owner, and the groups' own times (`group_times`). The SQL below is for statements
that have the parameters of `reader_parameters`.
"""

from __future__ import annotations

from collections.abc import Collection

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.group_times import latest_for_groups, published_for_groups
from vardkase.identity.access.visibility import proposal_predicate


def event_times(actor: Actor, event: str = "e") -> dict[str, str]:
    """SQL for each of the columns below, by its name."""
    return {
        "timestamp": event_timestamp(actor, event),
        "sighting_timestamp": event_sighting_timestamp(actor, event),
        "publish_timestamp": event_publish_timestamp(actor, event),
        "published": event_published(actor, event),
    }


def event_timestamp(actor: Actor, event: str = "e") -> str:
    return _latest(actor, event, "timestamp")


def event_sighting_timestamp(actor: Actor, event: str = "e") -> str:
    return _latest(actor, event, "sighting_timestamp")


def event_publish_timestamp(actor: Actor, event: str = "e") -> str:
    """SQL for when a version that the actor may know of was last published."""
    return _latest(actor, event, "publish_timestamp")


def event_published(actor: Actor, event: str = "e") -> str:
    """SQL for whether nothing that the actor may know of waits to be published."""
    for_owner = f"({event}.published AND NOT {event}.group_changes_unpublished)"
    for_others = published_for_groups(event)
    match knows_private(actor, event):
        case "TRUE":
            return for_owner
        case "FALSE":
            return for_others
        case knows:
            return f"(CASE WHEN {knows} THEN {for_owner} ELSE {for_others} END)"


def event_arrival(actor: Actor, event: str = "e") -> str:
    """SQL for when the newest of the event that the actor may know of came: stored, changed or published here.

    What another hub sends keeps its author's times, which may be old; it is published here when it comes.
    """
    return (
        f"greatest({event}.arrived, {event_timestamp(actor, event)}, {event_publish_timestamp(actor, event)})"
    )


def arrived_since(actor: Actor, bound: str, event: str = "e") -> str:
    """SQL for events whose `event_arrival` is at or after `bound`; indexes serve all of its times."""
    private = f"{event}.private_timestamp > 0 AND {event}.private_timestamp >= {bound}"
    return (
        f"({event}.arrived >= {bound} OR {event}.timestamp >= {bound} OR {event}.publish_timestamp >= {bound} "
        f"OR ({private} AND {knows_private(actor, event)}) "
        f"OR ({event}.has_group_times AND {event_arrival(actor, event)} >= {bound}))"
    )


def object_timestamp(actor: Actor, part: str = "o", event: str = "e") -> str:
    """SQL for the time of an object's last change that the actor may know of: of those in sharing groups, also the
    changes of attributes for them."""
    for_owner = f"greatest({part}.timestamp, {part}.private_timestamp)"
    for_others = f"greatest({part}.timestamp, {LATEST_INSIDE.format(object=part)})"
    moved = f"{part}.private_timestamp > {part}.timestamp"
    match knows_private(actor, event):
        case "TRUE":
            return for_owner
        case "FALSE":
            return f"(CASE WHEN {moved} THEN {for_others} ELSE {part}.timestamp END)"
        case knows:
            return f"(CASE WHEN {knows} THEN {for_owner} WHEN {moved} THEN {for_others} ELSE {part}.timestamp END)"


def proposals_are_waiting(actor: Actor, event: str = "e") -> str:
    """SQL for MISP's `proposal_email_lock`: the owner has been notified of open proposals that the actor may
    read."""
    if _knows_everything(actor):
        return f"{event}.proposal_email_lock"
    return PROPOSALS.format(e=event, visible=proposal_predicate(actor, "waiting", "proposed", event))


def knows_private_times(actor: Actor, org_id: int) -> bool:
    """True if the actor may know of changes that only the owner organisation `org_id` reads."""
    if not actor.may_read or (actor.connection_scope is not None and not actor.connection_scope.owns):
        return False
    return actor.is_site_admin or actor.organisation_id == org_id


def may_know(actor: Actor, org_id: int, audiences: Collection[Collection[int]]) -> bool:
    """Whether a reader of an event of the organisation `org_id` may know of something that is for `audiences`: each is
    the sharing groups in all of which one has to be; none at all for everybody who reads the event."""
    if not audiences or knows_private_times(actor, org_id):
        return True
    return any(set(groups) <= set(actor.sharing_group_ids) for groups in audiences)


def knows_private(actor: Actor, event: str = "e") -> str:
    if _knows_everything(actor):
        return "TRUE"
    if actor.connection_scope is not None and not actor.connection_scope.owns:
        return "FALSE"
    return f"{event}.org_id = %(reader_org)s"


def _knows_everything(actor: Actor) -> bool:
    return actor.may_read and actor.is_site_admin


def _latest(actor: Actor, event: str, column: str) -> str:
    shared = f"{event}.{column}"
    for_owner = f"greatest({shared}, {event}.private_{column})"
    latest = latest_for_groups(column, event)
    for_groups = f"WHEN {event}.has_group_times THEN greatest({shared}, {latest}) ELSE {shared}"
    match knows_private(actor, event):
        case "TRUE":
            return for_owner
        case "FALSE":
            return f"(CASE {for_groups} END)"
        case knows:
            return f"(CASE WHEN {knows} THEN {for_owner} {for_groups} END)"


LATEST_INSIDE = """(SELECT max(inside.timestamp) FROM attribute inside WHERE inside.object_id = {object}.id
    AND inside.distribution = 4 AND inside.sharing_group_id = ANY(%(reader_groups)s))"""
PROPOSALS = """({e}.proposal_email_lock AND ({e}.org_id = %(reader_org)s OR EXISTS (
    SELECT 1 FROM proposal waiting LEFT JOIN attribute proposed ON proposed.id = waiting.attribute_id
    WHERE waiting.event_id = {e}.id AND NOT waiting.deleted AND {visible})))"""
