"""Who may say something, and who may change what was said."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission


def may_contribute(actor: Actor) -> bool:
    """Whether analyst data in the actor's documents is taken in."""
    return actor.may(Permission.ANALYST_DATA) or actor.may(Permission.SYNC)


def may_edit(actor: Actor, orgc_id: int) -> bool:
    """Site administrators, and the creating organisation's people who may write analyst data.

    A connection is nobody's people: it brings newer versions only of what came from elsewhere.
    """
    if actor.is_site_admin:
        return True
    if actor.is_connection:
        return False
    return orgc_id == actor.organisation_id and actor.may(Permission.ADD, Permission.ANALYST_DATA)


def require_editor(actor: Actor, orgc_id: int) -> None:
    """Raise Forbidden unless the actor may change it."""
    actor.require_writing()
    actor.require(Permission.ADD, Permission.ANALYST_DATA)
    if not may_edit(actor, orgc_id):
        raise Forbidden("You are not authorised to do that.")


def speaks_for_others(actor: Actor) -> bool:
    """Whether a document of the actor may name another organisation as creator."""
    return actor.is_site_admin or actor.may(Permission.SYNC)
