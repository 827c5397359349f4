"""Membership transitions proposed by an officer: activate, suspend, restore, terminate, reinstate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vardkase.core.clock import now_seconds, today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.exchange.servers.deactivation import switched_on
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.adverse_decisions import (
    AdverseDecision,
    ChangeGround,
    Immediate,
    LiftGround,
    dissent_change,
)
from vardkase.hub.membership.members.checklist import never_waived, still_open
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    RestrictionCause,
    RestrictionKind,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import is_reserved
from vardkase.hub.membership.members.rules import KEEP_LIMIT, MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services import hearings, two_people
from vardkase.hub.membership.members.services.reinstatement import REINSTATE, refusal_of_reinstatement
from vardkase.hub.membership.members.services.restrictions import require_active
from vardkase.hub.membership.members.services.transitions import locked, reasons
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.organisations.queries import Reference
from vardkase.intel.queries.contributions import contributed_by

OFFICER = RestrictionCause.OFFICER
LONGEST_REVIEW = 366
"""Days until a restriction without an end is reviewed, at most."""


@transaction.atomic
def activate(actor: Actor, reference: Reference, reason: str = "") -> Membership | ApprovalRequest:
    """Activate a membership; with open checklist items that takes two people and a reason.

    Returns the active membership, or the request that another officer has to approve. Raises TransitionRefused,
    Invalid with the open items, including those that cannot be waived, NotFound, Forbidden.
    """
    membership = _locked_for(actor, reference, "activate")
    remaining = still_open(membership)
    if needed := never_waived(membership):
        raise Invalid({"reason": [MemberProblem.NEVER_WAIVED(items=needed)]})
    if not remaining:
        return two_people.enter(actor, membership, reason)
    if not reason.strip():
        raise Invalid({"reason": [MemberProblem.ITEMS_REMAIN(items=remaining)]})
    return two_people.propose_step(actor, two_people.ACTIVATE, membership, reason, {"open": remaining})


@transaction.atomic
def suspend(
    actor: Actor,
    reference: Reference,
    kind: str,
    reason: str,
    adverse: Mapping[str, Any],
    *,
    until: datetime | None = None,
    review_by: date | None = None,
) -> ApprovalRequest:
    """Propose to restrict a membership: entirely, its API connection, or to reading (`kind` of
    RestrictionKind). `adverse` holds the fields of AdverseDecision. Without an end, `until`, it is to be reviewed
    on `review_by` at the latest.

    Raises TransitionRefused, also if it is already restricted so, Invalid by field, NotFound, Forbidden, Conflict.
    """
    if kind not in RestrictionKind.values:
        raise Invalid({"kind": [CommonProblem.NO_SUCH_CHOICE(choices=RestrictionKind.values)]})
    whole = kind == RestrictionKind.SUSPENDED
    membership = _locked_for(actor, reference, "suspend" if whole else "")
    if until is not None and until <= timezone.now():
        raise Invalid({"until": [MemberProblem.TIME_HAS_PASSED()]})
    if until is None:
        if review_by is None:
            raise Invalid({"review_by": [MemberProblem.NEEDS_END_OR_REVIEW()]})
        checked_review(review_by)
    require_active(membership)
    if membership.restrictions.filter(lifted=None, kind=kind, cause=OFFICER).exists():
        raise TransitionRefused(MemberProblem.ALREADY_RESTRICTED())
    parameters = {
        "kind": kind,
        "until": until.isoformat() if until else "",
        "review_by": review_by.isoformat() if review_by and not until else "",
    }
    parameters |= checked_decision(membership, kind, adverse, has_end=until is not None)
    return two_people.propose_step(actor, two_people.LIMIT, membership, reasons(reason), parameters)


@transaction.atomic
def keep(actor: Actor, reference: Reference, reason: str, review_by: date | None) -> Membership:
    """Record that the restrictions imposed by officers without an end remain, and until when they do unreviewed.

    Nothing changes to the member's detriment: it is told why. Raises TransitionRefused if there are none, Invalid by
    field, NotFound, Forbidden, NotDelegated.
    """
    membership = _locked_for(actor, reference, "")
    KEEP_LIMIT.require_right(actor)
    held = membership.restrictions.filter(lifted=None, cause=OFFICER, until=None)
    if not held.exists():
        raise TransitionRefused(MemberProblem.NOTHING_TO_REVIEW())
    if review_by is None:
        raise Invalid({"review_by": [MemberProblem.REVIEW_DAY(most=LONGEST_REVIEW)]})
    why = reasons(reason)
    held.update(review_by=checked_review(review_by))
    act = MembershipAction.MEMBERSHIP_RESTRICTION_KEPT
    note_in_history(actor, MEMBERSHIP, membership, act, why, review_by=review_by.isoformat())
    mails.limit_kept(actor, membership, held, why, review_by)
    return membership


@transaction.atomic
def restore(
    actor: Actor, reference: Reference, reason: str, basis: str = LiftGround.CHANGED, dissent: str = ""
) -> ApprovalRequest:
    """Propose to lift all restrictions imposed by officers; renewal lifts those of an expired statement.

    `basis` is of LiftGround; `dissent` as in AdverseDecision.

    Raises TransitionRefused if there is nothing to lift, Invalid, NotFound, Forbidden, Conflict.
    """
    membership = _locked_for(actor, reference, "")
    if not membership.restrictions.filter(lifted=None, cause=OFFICER).exists():
        MEMBERSHIP.after(membership.state, "restore")  # raises, unless a suspension is to be lifted
    parameters = _in_favour(basis, dissent)
    return two_people.propose_step(actor, two_people.LIFT, membership, reasons(reason), parameters)


@transaction.atomic
def terminate(
    actor: Actor, reference: Reference, reason: str, contributions: str, adverse: Mapping[str, Any]
) -> ApprovalRequest:
    """Propose to end a membership: users are disabled, keys and exchange end, contributions stay.

    `contributions` says in words what happens to those; `adverse` holds the fields of AdverseDecision.
    Raises TransitionRefused, Invalid by field, NotFound, Forbidden, Conflict.
    """
    membership = _locked_for(actor, reference, "terminate")
    contributions = contributions.strip()
    if not contributions:
        raise Invalid({"contributions": [MemberProblem.LACKS_CONTRIBUTIONS()]})
    parameters = {"contributions": contributions} | checked_decision(membership, hearings.TERMINATED, adverse)
    return two_people.propose_step(actor, two_people.TERMINATE, membership, reasons(reason), parameters)


@transaction.atomic
def reinstate(
    actor: Actor, reference: Reference, reason: str, basis: str = LiftGround.CHANGED, dissent: str = ""
) -> ApprovalRequest:
    """Propose to change the decision that ended a membership, which then applies again; as in `restore`.

    Raises Conflict also if it has been appealed, unless it was obviously wrong and is not handed over (39 § FL).
    """
    membership = _locked_for(actor, reference, "reinstate")
    parameters = _in_favour(basis, dissent)
    if refusal := refusal_of_reinstatement(membership, basis):
        raise Conflict(refusal)
    return two_people.propose_step(actor, REINSTATE, membership, reasons(reason), parameters)


def _in_favour(basis: str, dissent: str) -> dict[str, str]:
    """What a decision that changes another to the member's advantage states. Raises Invalid by field."""
    if basis not in LiftGround.values:
        raise Invalid({"basis": [CommonProblem.NO_SUCH_CHOICE(choices=LiftGround.values)]})
    return {"basis": basis, "dissent": dissent_change(dissent)}


def checked_decision(
    membership: Membership, kind: str, adverse: Mapping[str, Any], *, has_end: bool = False
) -> dict[str, str]:
    """What a decision of this kind against the member states, as parameters. Raises Invalid by field."""
    decision = AdverseDecision.read(adverse)
    if decision.ground == ChangeGround.RESERVED and not is_reserved(membership):
        raise Invalid({"ground": [MemberProblem.NOT_RESERVED()]})
    if decision.immediate == Immediate.TEMPORARY and not has_end:
        raise Invalid({"immediate": [MemberProblem.TEMPORARY_NEEDS_END()]})
    if decision.is_heard:
        hearings.heard(membership, kind)
    return decision.as_parameters()


def checked_review(day: date) -> date:
    """Raises Invalid under `review_by`."""
    if not today() < day <= today() + timedelta(days=LONGEST_REVIEW):
        raise Invalid({"review_by": [MemberProblem.REVIEW_DAY(most=LONGEST_REVIEW)]})
    return day


def would_end(membership: Membership) -> dict[str, Any]:
    """What a termination would affect: enabled `users`, working `keys`, `events` that stay, names of `connections`."""
    org_id = membership.organisation_id
    valid = Q(expiration=0) | Q(expiration__gt=now_seconds())
    return {
        "users": User.objects.filter(org=org_id, disabled=False).count(),
        "keys": AuthKey.objects.filter(valid, user__org=org_id).count(),
        "events": int(contributed_by(org_id)["events"]),
        "connections": list(switched_on(org_id).values_list("name", flat=True)),
    }


def _locked_for(actor: Actor, reference: Reference, step: str) -> Membership:
    membership = locked(actor, reference)
    require_officer(actor, membership)
    if step:
        MEMBERSHIP.after(membership.state, step)
    elif membership.state == MembershipState.TERMINATED:
        raise TransitionRefused(MEMBERSHIP.refusal(membership.state, "restore"))
    return membership
