"""Two-officer decisions on a membership: one proposes (`steps`, `opening`), another approves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.servers.deactivation import switch_off_exchange
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.adverse_decisions import (
    LABELS,
    AdverseDecision,
    ChangeGround,
    Heard,
    Immediate,
    LiftGround,
)
from vardkase.hub.membership.members.checklist import still_open
from vardkase.hub.membership.members.models import (
    Membership,
    Restriction,
    RestrictionCause,
    RestrictionKind,
    SignInMinimum,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import coming_sign_in
from vardkase.hub.membership.members.refused_sign_in import refused_by, warnings_of
from vardkase.hub.membership.members.rules import MEMBERSHIP, conflict_of
from vardkase.hub.membership.members.services import hearings
from vardkase.hub.membership.members.services.restrictions import impose, lift
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.services.deactivation import end_accounts
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.intel.queries.contributions import contributed_by

WITH_API = (Connection.API, Connection.BOTH)
"""Such members sign in by the whole minimum from their activation on, unless two officers decide otherwise."""
WORDS = dict(
    (*RestrictionKind.choices, *Heard.choices, *ChangeGround.choices, *Immediate.choices, *LiftGround.choices)
)
PROPOSERS = frozenset({Party.MEMBERSHIP_OFFICER})


def propose_step(
    actor: Acting,
    action: ApprovalAction,
    membership: Membership,
    reason: str,
    parameters: Mapping[str, Any] | None = None,
) -> ApprovalRequest:
    return propose(
        actor, action, str(membership.pk), title=str(membership), reason=reason, parameters=parameters
    )


def enter(actor: Actor, membership: Membership, reason: str) -> Membership:
    """Activate a membership with no open checklist item, or with an approval despite open ones."""
    take_step(actor, MEMBERSHIP, membership, "activate", reason.strip())
    membership.activated = timezone.now()
    membership.save(update_fields=["activated"])
    if membership.connection in WITH_API:
        SignInMinimum.objects.get_or_create(membership=membership, defaults={"rules": SignInRule.values})
    push(membership)
    mails.write(actor, membership, "membership_activated")
    return membership


def membership_of(request: ApprovalRequest) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",)).select_related("organisation")
    return first_or_not_found(rows.filter(pk=int(request.subject)), MemberProblem.MEMBERSHIP_GONE())


def member_state(request: ApprovalRequest) -> dict[str, Any]:
    membership = membership_of(request)
    held = membership.restrictions.filter(lifted=None).order_by("kind", "cause")
    return {
        "state": membership.state,
        "restrictions": [list(row) for row in held.values_list("kind", "cause")],
        "open": still_open(membership) if request.action == ACTIVATE.name else [],
        "hearings": hearings.state_of_hearings(membership),
    }


def conflict_in(actor: Acting, request: ApprovalRequest) -> Problem | None:
    # Without a lock: pages that only read ask this too, outside a transaction.
    membership = Membership.objects.select_related("organisation").filter(pk=int(request.subject)).first()
    return conflict_of(cast(Actor, actor), membership) if membership else None


def _description(
    effect: str | Promise, **labels: str | Promise
) -> Callable[[ApprovalRequest], ActionDescription]:
    def describe(request: ApprovalRequest) -> ActionDescription:
        return described(request, effect, **labels)

    return describe


def described(
    request: ApprovalRequest, effect: str | Promise, *more: tuple[str, str], **labels: str | Promise
) -> ActionDescription:
    """A request about a member: `more` in words, and the parameters that `labels` names."""
    details = [
        (str(label), _in_words(request.parameters[name]))
        for name, label in labels.items()
        if request.parameters.get(name)
    ]
    member = (gettext("Member"), request.title)
    organisations = Organisation.objects.filter(membership=int(request.subject))
    path = "".join(f"/members/{pk}/" for pk in organisations.values_list("pk", flat=True))
    return ActionDescription(str(effect), (member, *more, *details), path)


def describe_activation(request: ApprovalRequest) -> ActionDescription:
    # Also says whom the sign-in minimum will refuse, which applies from activation.
    description = _describe_open_items(request)
    membership = Membership.objects.filter(pk=int(request.subject)).first()
    if membership is None:
        return description
    coming = coming_sign_in(membership)
    organisations = Organisation.objects.filter(membership=membership)
    refused = refused_by(organisations, coming["required_sign_in"], coming["required_key_days"])
    return replace(description, warnings=tuple(warnings_of(refused)))


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(WORDS.get(value, value))


def _execute_activation(approval: Approval) -> Membership:
    approval.for_action(ACTIVATE)
    return enter(cast(Actor, approval.actor), membership_of(approval.request), approval.reason)


def _decision(approval: Approval) -> AdverseDecision | None:
    """None for a request from before decisions had to state these."""
    given = approval.parameters
    return AdverseDecision.stored(given) if given.get("hearing") else None


def _heard(membership: Membership, decision: AdverseDecision | None, kind: str) -> Hearing | None:
    # Asked again: whether the proposal was made in time is no longer known.
    return hearings.heard(membership, kind) if decision and decision.is_heard else None


def _execute_limit(approval: Approval) -> Membership:
    membership, given = membership_of(approval.request), approval.for_action(LIMIT).parameters
    until = datetime.fromisoformat(given["until"]) if given["until"] else None
    review_by = date.fromisoformat(given["review_by"]) if given.get("review_by") else None
    decision = _decision(approval)
    heard = _heard(membership, decision, given["kind"])
    impose(
        approval.actor,
        membership,
        RestrictionKind(given["kind"]),
        RestrictionCause.OFFICER,
        approval.reason,
        until=until,
        review_by=review_by,
        approval=approval,
        decision=decision,
        heard=heard,
    )
    hearings.conclude(membership, given["kind"])
    return membership


def _execute_lift(approval: Approval) -> Membership:
    membership = membership_of(approval.for_action(LIFT).request)
    lift(approval.actor, membership, RestrictionCause.OFFICER, approval.reason, approval=approval)
    return membership


def _execute_termination(approval: Approval) -> Membership:
    membership, actor = membership_of(approval.for_action(TERMINATE).request), cast(Actor, approval.actor)
    contributions, org_id = approval.parameters["contributions"], membership.organisation_id
    before, held = membership.state, Restriction.objects.filter(membership=membership, lifted=None)
    take_step(actor, MEMBERSHIP, membership, "terminate", approval.reason)
    restrictions = sorted(held.values_list("pk", flat=True))
    held.update(lifted=timezone.now())
    decision = _decision(approval)
    heard = _heard(membership, decision, hearings.TERMINATED)
    presenter = letter_content.Presenter.of(approval)
    letter = letter_content.termination(
        actor, membership, approval.reason, contributions, decision, heard, presenter
    )
    hearings.conclude(membership, hearings.TERMINATED)
    # Before the accounts are disabled, whose owners are among the recipients.
    mails.write(
        actor, membership, "membership_ended", letter, reason=approval.reason, contributions=contributions
    )
    membership.ending = {
        "state": before,
        "restrictions": restrictions,
        "contributions": contributions,
        **contributed_by(org_id),
        **end_accounts(actor, org_id),
        **switch_off_exchange(actor, org_id),
    }
    membership.ended = timezone.now()
    membership.save(update_fields=["ending", "ended"])
    push(membership)
    return membership


_describe_open_items = _description(
    _("The member can read and share from now on, although its checklist has open items."),
    open=_("Remaining"),
)
_of_a_member = partial(
    ApprovalAction, propose=PROPOSERS, approve=OFFICERS, fingerprint=member_state, conflict=conflict_in
)
ACTIVATE = _of_a_member(
    name="activate_with_open_items",
    title=_("Activate a membership with open items"),
    describe=describe_activation,
    execute=_execute_activation,
)
LIMIT = _of_a_member(
    name="limit_membership",
    title=_("Suspend or restrict a membership"),
    describe=_description(
        _("The membership is restricted at once, and the member is notified by letter."),
        kind=_("Limit"),
        until=_("Until"),
        review_by=_("To be reviewed no later than"),
        **LABELS,
    ),
    execute=_execute_limit,
)
LIFT = _of_a_member(
    name="lift_limits",
    title=_("Lift restrictions of a membership"),
    describe=_description(
        _("Everything that officers have restricted will work again at once."),
        basis=_("Ground"),
        dissent=LABELS["dissent"],
    ),
    execute=_execute_lift,
)
TERMINATE = _of_a_member(
    name="terminate_membership",
    title=_("Terminate a membership"),
    describe=_description(
        _(
            "Accounts will be disabled, keys revoked, and exchange stopped. Only a new decision by two officers, or "
            "a court, can undo this."
        ),
        contributions=_("What happens to its contributions"),
        **LABELS,
    ),
    execute=_execute_termination,
)
ACTIONS = (ACTIVATE, LIMIT, LIFT, TERMINATE)
