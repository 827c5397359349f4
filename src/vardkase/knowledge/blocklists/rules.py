"""Rules on who may edit which blocklist."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.knowledge.blocklists.models import Blocked


def managed_kinds(actor: Actor) -> list[Blocked]:
    return [kind for kind in Blocked if _may_manage(actor, kind)]


def _may_manage(actor: Actor, kind: Blocked) -> bool:
    try:
        require_manager(actor, kind)
    except Forbidden:
        return False
    return True


def require_manager(actor: Actor, kind: Blocked) -> None:
    """Raise Forbidden unless the actor may manage the blocklist.

    Events: users who may add events in the organisation that runs the installation. Others: site
    administrators.
    """
    if kind in (Blocked.EVENT, Blocked.GALAXY_CLUSTER, Blocked.ANALYST_DATA):
        actor.require_content_access()  # The entries hold the titles of what was blocked.
    if actor.is_site_admin:
        return
    actor.require(Permission.ADD if kind is Blocked.EVENT else Permission.SITE_ADMIN)
    if actor.organisation_id != host_organisation_id():
        raise Forbidden(CommonProblem.NO_PERMISSION())
