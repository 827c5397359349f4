"""Who may view and change which settings: the implementation of `core.change_origin`."""

from __future__ import annotations

from django.conf import settings

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Forbidden
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.staff import DECIDE
from vardkase.identity.organisations.settings import membership_is_in_use


def officers_decide() -> bool:
    """True if the hub has, or has had, officers, who then decide its rules. A member's own platform has none."""
    return settings.VARDKASE_PROFILE == "hub" and (membership_is_in_use() or officers().exists())


def takes_two(changed_by: ChangedBy) -> bool:
    """True if changes of this kind require a second officer's approval."""
    return changed_by is ChangedBy.OFFICERS and officers_decide()


def changeable_by(actor: Actor) -> frozenset[ChangedBy]:
    allowed = set()
    for changed_by in ChangedBy:
        try:
            require_may_change(actor, changed_by)
        except Forbidden:
            continue
        allowed.add(changed_by)
    return frozenset(allowed)


def require_may_change(actor: Actor, changed_by: ChangedBy) -> bool:
    """True if a second officer has to approve the change. Raises Forbidden unless `actor` may make or propose
    it."""
    actor.require_writing()
    if takes_two(changed_by):
        if actor.user_id is None or actor.staff.isdisjoint(DECIDE):
            raise Forbidden(InstanceProblem.FOR_OFFICERS())
        return True
    actor.require(Permission.SITE_ADMIN)
    if changed_by is not ChangedBy.OPERATOR:
        actor.require_content_access()
    return False
