"""What every checklist service begins and ends with: the locked membership, and the entry in its history."""

from __future__ import annotations

from dataclasses import replace

from vardkase.core.errors import Conflict
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_technical
from vardkase.hub.membership.members.services.transitions import locked
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import Reference


def open_membership(actor: Actor, reference: Reference) -> Membership:
    """The locked membership, for its technical items. Raises NotFound, Forbidden, Conflict if it has ended."""
    membership = locked(actor, reference)
    require_technical(actor, membership)
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(OnboardingProblem.MEMBERSHIP_ENDED())
    return membership


def note_done[Result](actor: Actor, membership: Membership, item: str, note: str, result: Result) -> Result:
    note_in_history(
        actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_ONBOARDED, f"{item}: {note}", item=item
    )
    return result


def for_the_hub(actor: Actor) -> Actor:
    # Identity and visibility stay the same: the audit log names the officer, who reads no more than before.
    return replace(actor, permissions=frozenset(Permission), may_write=True, staff=frozenset())
