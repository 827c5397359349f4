"""States of a membership (hub.md section 2), and who may change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.errors import Forbidden
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import NotImpartial, StateMachine, Transition
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.models import MembershipState as State
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision
from vardkase.identity.accounts.staff import StaffRole

KEEP_LIMIT = SingleDecision(
    "keep_limit", _("Decide that a restriction remains"), frozenset({Party.MEMBERSHIP_OFFICER})
)
MEMBERSHIP = StateMachine(
    "membership",
    State,
    {
        "activate": Transition(
            MembershipAction.MEMBERSHIP_ACTIVATED, _("Activate"), (State.ONBOARDING,), State.ACTIVE
        ),
        "suspend": Transition(
            MembershipAction.MEMBERSHIP_SUSPENDED, _("Suspend"), (State.ACTIVE,), State.SUSPENDED
        ),
        "restore": Transition(
            MembershipAction.MEMBERSHIP_RESTORED, _("Lift the suspension"), (State.SUSPENDED,), State.ACTIVE
        ),
        "terminate": Transition(
            MembershipAction.MEMBERSHIP_TERMINATED,
            _("Terminate"),
            (State.ONBOARDING, State.ACTIVE, State.SUSPENDED),
            State.TERMINATED,
        ),
        "reinstate": Transition(
            MembershipAction.MEMBERSHIP_REINSTATED,
            _("Reinstate"),
            (State.TERMINATED,),
            State.ACTIVE,
        ),
        "reinstate_onboarding": Transition(
            MembershipAction.MEMBERSHIP_REINSTATED,
            _("Reinstate"),
            (State.TERMINATED,),
            State.ONBOARDING,
            undoes_decision=True,
        ),
    },
)
STAFF = frozenset(
    {StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER, StaffRole.OPERATOR, StaffRole.AUDITOR}
)
"""Who may see every membership: also those who may not read content, since it holds none."""
TECHNICAL = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR)
"""Who may do the technical items of a checklist."""


def require_officer(actor: Actor, membership: Membership) -> None:
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    actor.require_own_affairs()
    _refuse_own(actor, membership)


def require_technical(actor: Actor, membership: Membership) -> None:
    actor.require_staff(*TECHNICAL)
    actor.require_own_affairs()
    _refuse_own(actor, membership)


def require_member(actor: Actor, membership: Membership) -> None:
    """Raise Forbidden unless the actor administers the member organisation, whatever its state."""
    actor.require(Permission.ADMIN)
    actor.require_own_affairs()
    if actor.organisation_id != membership.organisation_id:
        raise Forbidden


# Registered at start: assessments and contacts are layers above this one.
_interest: list[Callable[[Actor, Membership], Problem | None]] = []


def register_interest(interest: Callable[[Actor, Membership], Problem | None]) -> None:
    """Register the source of interests in the related application, once, when the applications are ready."""
    _interest[:] = [interest]


_contact_addresses: list[Callable[[int], Iterable[str]]] = []


def register_contact_addresses(addresses: Callable[[int], Iterable[str]]) -> None:
    """Register the source of the contacts that an organisation keeps itself, once, when the applications are ready."""
    _contact_addresses[:] = [addresses]


def contact_addresses(organisation_id: int) -> set[str]:
    """The mail addresses of the contacts that an organisation keeps itself."""
    return {address for source in _contact_addresses for address in source(organisation_id)}


def conflict_of(actor: Actor, membership: Membership) -> Problem | None:
    """Why the actor is excluded from this membership; None if they are not.

    It is their own organisation's, or they have a conflict of interest in it or in its application.
    """
    if actor.organisation_id == membership.organisation_id:
        return MemberProblem.OWN_MEMBERSHIP()
    return _interest[0](actor, membership) if _interest else None


def _refuse_own(actor: Actor, membership: Membership) -> None:
    if refusal := conflict_of(actor, membership):
        raise NotImpartial(refusal)


def refuse_interest(actor: Actor, organisation_id: int) -> None:
    """Raise NotImpartial if the actor is excluded from the membership of this organisation, if it has one."""
    membership = Membership.objects.filter(organisation=organisation_id).select_related("application").first()
    if membership is not None:
        _refuse_own(actor, membership)


class Participation(StrEnum):
    """Which organisations may use this installation."""

    MEMBERS = "members"
    EVERYBODY_YET = "everybody_yet"
    EVERYBODY = "everybody"


WHO_TAKES_PART = {
    Participation.MEMBERS: _(
        "Only members can take part: an organisation without an active membership cannot read, write or "
        "synchronise anything. "
        "The organisation that runs the hub needs no membership."
    ),
    Participation.EVERYBODY_YET: _(
        "Membership is not in use yet: every organisation that is added here has full "
        "access. Once the hub has two officers, only members have access."
    ),
    Participation.EVERYBODY: _(
        "This is a member’s own platform: every organisation that is added here has full access."
    ),
}


HISTORY_LABELS = {
    "opened": _("Membership opened"),
    "conditions_decided": _("Conditions and exceptions decided"),
    "restricted": pgettext_lazy("membership", "Restricted"),
    "restriction_kept": pgettext_lazy("membership", "Restriction reviewed: it remains"),
    "unrestricted": pgettext_lazy("membership", "Restriction lifted"),
    "change_proposed": _("Change of details proposed"),
    "change_accepted": _("Change of details accepted"),
    "change_refused": _("Change of details refused"),
    "change_withdrawn": _("Change of details withdrawn"),
    "data_changed": _("Details changed"),
    "sign_in_minimum_changed": _("Sign-in requirements changed"),
    "onboarded": _("Checklist item completed"),
    "reopened_item": _("Checklist item reopened"),
    "statement_submitted": _("Security statement submitted"),
    "statement_accepted": _("Security statement accepted"),
    "statement_returned": _("Security statement returned"),
}
"""What the history records besides transitions."""
