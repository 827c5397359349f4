"""Membership status that a hub reports to a member's platform."""

from __future__ import annotations

from typing import Any

from vardkase.core.errors import NotFound
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.checklist import still_open
from vardkase.identity.access.actor import Actor


def standing(actor: Actor) -> dict[str, Any]:
    """The standing of the actor's organisation, and its open checklist items, in the reader's language."""
    facts = queries.standing(actor.organisation_id)
    report: dict[str, Any] = {
        "organisation": actor.organisation_name,
        "standing": facts.standing,
        "may_read": facts.may_read,
        "may_write": facts.may_write,
        "may_sync": facts.may_sync,
        "membership": None,
        "open": [],
    }
    try:
        membership = queries.own_membership(actor)
    except NotFound:
        return report
    since = (membership.activated or membership.began).date().isoformat()
    report["membership"] = {"state": membership.state, "since": since, "connection": membership.connection}
    report["open"] = still_open(membership)
    return report
