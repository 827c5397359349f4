"""States of a spill, and who handles it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.errors import Forbidden
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import SpillAction
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.spills.models import SpillState
from vardkase.hub.spills.problems import SpillProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party, parties_of
from vardkase.identity.organisations.acting import Acting

HANDLERS = OFFICERS | {Party.SITE_ADMIN}
"""Site administrators only where there are no officers: on a member's platform, and before a hub is in use."""

SPILL = StateMachine(
    "spill",
    SpillState,
    {
        "release": Transition(
            SpillAction.SPILL_RELEASED, _("Release"), (SpillState.OPEN,), SpillState.RELEASED
        ),
        "delete": Transition(SpillAction.SPILL_DELETED, _("Delete"), (SpillState.OPEN,), SpillState.DELETED),
        "close": Transition(
            SpillAction.SPILL_CLOSED,
            pgettext_lazy("spill", "Close"),
            (SpillState.DELETED,),
            SpillState.CLOSED,
        ),
    },
)


def may_handle(actor: Acting) -> bool:
    if actor.user_id is None:
        return False
    parties = parties_of(actor)
    return not parties.isdisjoint(OFFICERS) or (Party.SITE_ADMIN in parties and not in_use())


def require_handler(actor: Actor) -> None:
    actor.require_own_affairs()
    if not may_handle(actor):
        raise Forbidden(SpillProblem.NOT_A_HANDLER())


def conflict(actor: Acting, _request: ApprovalRequest) -> Problem | None:
    """Why the actor takes no part in the decision: a site administrator of a hub that has officers."""
    if parties_of(actor).isdisjoint(OFFICERS) and in_use():
        return SpillProblem.ONLY_OFFICERS()
    return None
