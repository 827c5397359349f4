"""Minimum sign-in requirements for all members' users; changes require two officers.

A member may ask for more of its people, never for less. What applies to a member is stored on its organisation, where
each sign-in and each key is compared with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.models import Membership, MembershipState, SignInMinimum
from vardkase.hub.membership.members.queries import BOUND_STATES
from vardkase.hub.membership.members.refused_sign_in import Refused, refused_by, warnings_of
from vardkase.hub.membership.members.rules import MEMBERSHIP, conflict_of, require_officer
from vardkase.hub.membership.members.services.transitions import locked, push
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.queries import Reference

ALL = "all members"
SHORTEST, LONGEST = 1, 1096
DAYS = 365
"""How long a key may be valid unless said otherwise."""
RECOMMENDED = (SignInRule.DOMAINS, SignInRule.SECOND_FACTOR)
"""What is proposed for all members until officers have decided, if only that nothing is required."""


@transaction.atomic
def propose_minimum(
    actor: Actor, reference: Reference | None, rules: Iterable[str], key_days: int, reason: str
) -> ApprovalRequest:
    """Propose sign-in requirements for one member, or for all (None); a second officer approves.

    Replaces earlier requirements of the same scope; those for all members apply in addition to a member's
    own. Raises Invalid by field, NotFound, Forbidden, Conflict.
    """
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    wanted = sorted(set(rules))
    if set(wanted) - set(SignInRule.values):
        raise Invalid({"rules": [MembershipProblem.NO_SUCH_OPTION(choices=SignInRule.values)]})
    if not SHORTEST <= key_days <= LONGEST:
        raise Invalid({"key_days": [MembershipProblem.OUT_OF_RANGE(least=SHORTEST, most=LONGEST)]})
    membership = None
    if reference is not None:
        membership = locked(actor, reference)
        require_officer(actor, membership)
    return propose(
        actor,
        CHANGE,
        str(membership.pk) if membership else ALL,
        title=membership.organisation.name if membership else gettext("All members"),
        parameters={"rules": wanted, "key_days": key_days},
        reason=reason,
    )


def minimum_of(membership: Membership | None) -> tuple[list[str], int]:
    row = SignInMinimum.objects.filter(membership=membership).first()
    return (list(row.rules), row.key_days) if row else ([], LONGEST)


def is_decided() -> bool:
    return SignInMinimum.objects.filter(membership=None).exists()


def would_refuse(membership: Membership | None, rules: Collection[str], key_days: int) -> Refused:
    """Whom a minimum for one member, or for all (None), would refuse in addition to today."""
    organisations = Organisation.objects.filter(membership__state__in=BOUND_STATES)
    organisations = organisations.filter(membership=membership) if membership else organisations
    return refused_by(organisations, rules, key_days, only_new=True)


def minimum_state(request: ApprovalRequest) -> Mapping[str, Any]:
    rules, days = minimum_of(_membership(request))
    return {"rules": rules, "key_days": days}


def _membership(request: ApprovalRequest) -> Membership | None:
    return None if request.subject == ALL else Membership.objects.get(pk=request.subject)


def minimum_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    membership = _membership(request)
    return conflict_of(cast(Actor, actor), membership) if membership else None


def describe_minimum(request: ApprovalRequest) -> ActionDescription:
    labels = dict(SignInRule.choices)
    rules = [str(labels.get(rule, rule)) for rule in request.parameters["rules"]]
    parameters = request.parameters
    refused = would_refuse(_membership(request), parameters["rules"], parameters["key_days"])
    return ActionDescription(
        gettext("Sign-in for %(who)s will require at least what is listed below.")
        % {"who": gettext("all members") if request.subject == ALL else request.title},
        (
            (gettext("What is required"), "; ".join(rules) or gettext("Nothing")),
            (gettext("Longest validity of a key, in days"), str(request.parameters["key_days"])),
        ),
        warnings=tuple(warnings_of(refused)),
    )


def _apply_minimum(approval: Approval) -> None:
    approval.for_action(CHANGE)
    membership = _membership(approval.request)
    SignInMinimum.objects.update_or_create(
        membership=membership,
        defaults={"rules": approval.parameters["rules"], "key_days": approval.parameters["key_days"]},
    )
    members = Membership.objects.select_for_update(of=("self",)).select_related("organisation")
    members = members.filter(Q() if membership is None else Q(pk=membership.pk))
    for member in members.exclude(state=MembershipState.TERMINATED):
        note_in_history(
            approval.actor,
            MEMBERSHIP,
            member,
            MembershipAction.MEMBERSHIP_SIGN_IN_MINIMUM_CHANGED,
            approval.reason,
        )
        push(member)


CHANGE = ApprovalAction(
    name="sign_in_minimum.change",
    title=_("Change the sign-in minimum"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=describe_minimum,
    fingerprint=minimum_state,
    conflict=minimum_conflict,
    execute=_apply_minimum,
    subject_title=lambda request: gettext("All members") if request.subject == ALL else request.title,
)
