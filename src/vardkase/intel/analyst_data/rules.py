"""Rules on who may add and edit analyst data."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.problems import IntelProblem


def may_contribute(actor: Actor) -> bool:
    return actor.may(Permission.ANALYST_DATA) or actor.may(Permission.SYNC)


def may_edit(actor: Actor, orgc_id: int) -> bool:
    """Site administrators, and the creator organisation's people who may write analyst data.

    A connection does not count as the organisation: it updates only what came from elsewhere.
    """
    if actor.is_site_admin:
        return True
    if actor.is_connection:
        return False
    return orgc_id == actor.organisation_id and actor.may(Permission.ADD, Permission.ANALYST_DATA)


def require_editor(actor: Actor, orgc_id: int) -> None:
    actor.require_writing(Permission.ADD, Permission.ANALYST_DATA)
    if not may_edit(actor, orgc_id):
        raise Forbidden(IntelProblem.NOT_AUTHORISED())


def speaks_for_others(actor: Actor) -> bool:
    return actor.is_site_admin or actor.may(Permission.SYNC)
