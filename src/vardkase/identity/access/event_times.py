"""Times of an event as its reader may know them.

The columns `timestamp` and `sighting_timestamp` hold what everybody who may read the event may know. Changes of parts
that only the owner organisation reads move `private_timestamp` and `private_sighting_timestamp` beside them. The SQL
below is for statements that have the parameters of `reader_parameters`.
"""

from __future__ import annotations

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import proposal_predicate


def event_timestamp(actor: Actor, event: str = "e") -> str:
    """SQL for the time of the last change that the actor may know of."""
    return _latest(actor, event, f"{event}.timestamp", f"{event}.private_timestamp")


def event_sighting_timestamp(actor: Actor, event: str = "e") -> str:
    """SQL for when sightings that the actor may know of were last sent out."""
    return _latest(actor, event, f"{event}.sighting_timestamp", f"{event}.private_sighting_timestamp")


def proposals_are_waiting(actor: Actor, event: str = "e") -> str:
    """SQL for MISP's `proposal_email_lock`: the owner has been told of proposals that are open, and that the actor
    may read."""
    if _knows_everything(actor):
        return f"{event}.proposal_email_lock"
    return PROPOSALS.format(e=event, visible=proposal_predicate(actor, "waiting", "proposed", event))


def knows_private_times(actor: Actor, org_id: int) -> bool:
    """Whether the actor may know of changes that only the owner organisation `org_id` reads."""
    if not actor.may_read or (actor.crossing is not None and not actor.crossing.owns):
        return False
    return actor.is_site_admin or actor.organisation_id == org_id


def knows_private(actor: Actor, event: str = "e") -> str:
    """SQL for whether the actor may know of changes that only the owner organisation reads."""
    if _knows_everything(actor):
        return "TRUE"
    if actor.crossing is not None and not actor.crossing.owns:
        return "FALSE"
    return f"{event}.org_id = %(reader_org)s"


def _knows_everything(actor: Actor) -> bool:
    return actor.may_read and actor.is_site_admin


def _latest(actor: Actor, event: str, shared: str, private: str) -> str:
    match knows_private(actor, event):
        case "TRUE":
            return f"greatest({shared}, {private})"
        case "FALSE":
            return shared
        case knows:
            return f"CASE WHEN {knows} THEN greatest({shared}, {private}) ELSE {shared} END"


PROPOSALS = """({e}.proposal_email_lock AND ({e}.org_id = %(reader_org)s OR EXISTS (
    SELECT 1 FROM proposal waiting LEFT JOIN attribute proposed ON proposed.id = waiting.attribute_id
    WHERE waiting.event_id = {e}.id AND NOT waiting.deleted AND {visible})))"""
