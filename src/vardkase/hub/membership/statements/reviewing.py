"""The review of a security statement by two officers: it decides whether a member keeps its access."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.membership.members.models import Membership, RestrictionCause
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services.restrictions import lift
from vardkase.hub.membership.members.services.transitions import LONGEST, locked, push, reasons
from vardkase.hub.membership.members.services.two_people import PROPOSERS, conflict_in, membership_of
from vardkase.hub.membership.statements import mails
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.hub.membership.statements.queries import current, open_statement
from vardkase.hub.membership.statements.rules import STATEMENT
from vardkase.hub.membership.statements.services import hold, until_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.organisations.queries import Reference


@transaction.atomic
def propose_review(actor: Actor, reference: Reference, *, accept: bool, reason: str = "") -> ApprovalRequest:
    """Propose to accept what a member has submitted, or to return it with reasons; another officer approves.

    Raises Conflict when nothing waits or this is proposed already, Invalid, NotFound, Forbidden.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    statement = _latest(membership)
    if statement is None:
        raise Conflict(StatementProblem.NONE_WAITING())
    note = reason.strip()[:LONGEST] if accept else reasons(reason)
    STATEMENT.after(statement.state, "accept" if accept else "return")
    return propose(
        actor,
        ACCEPT if accept else RETURN,
        str(membership.pk),
        title=str(membership),
        parameters={"note": note},
        reason=note or gettext("Reviewed without remarks."),
    )


def _latest(membership: Membership) -> Statement | None:
    return open_statement(membership) or current(membership)


def _locked(request: ApprovalRequest) -> tuple[Membership, Statement]:
    membership = membership_of(request)
    statement = _latest(membership)
    if statement is None:
        raise NotFound(StatementProblem.NO_SUCH_STATEMENT())
    return membership, statement


def statement_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    _membership, statement = _locked(request)
    text = json.dumps(statement.answers, sort_keys=True, ensure_ascii=False)
    return {
        "statement": statement.pk,
        "state": statement.state,
        "answers": hashlib.sha256(text.encode()).hexdigest(),
        # Part of what is approved: a file added or removed meanwhile makes the proposal lapse.
        "evidence": sorted(statement.evidence.values_list("digest", flat=True)),
    }


def describe_accepting(request: ApprovalRequest) -> ActionDescription:
    effect = gettext(
        "The statement is valid from today. Anything that was restricted when the previous one expired "
        "works again at once."
    )
    return _described(request, effect, gettext("Remark"))


def describe_returning(request: ApprovalRequest) -> ActionDescription:
    effect = gettext(
        "The member is asked to revise it. Anything that was restricted when the previous statement "
        "expired stays restricted."
    )
    return _described(request, effect, gettext("Reasons"))


def _described(request: ApprovalRequest, effect: str, label: str) -> ActionDescription:
    note = str(request.parameters.get("note", ""))
    membership = Membership.objects.filter(pk=int(request.subject)).first()
    details = ((gettext("Member"), request.title), *(((label, note),) if note else ()))
    address = f"/members/{membership.organisation_id}/" if membership else ""
    return ActionDescription(effect, details, address)


def _execute_acceptance(approval: Approval) -> Statement:
    membership, statement = _locked(approval.for_action(ACCEPT).request)
    actor = cast(Actor, approval.actor)
    take_step(actor, STATEMENT, statement, "accept", approval.parameters["note"])
    hold(membership, statement)
    _save(approval, statement)
    # After `hold`: lifting computes the access from the new last day.
    lift(actor, membership, RestrictionCause.STATEMENT, gettext("The security statement is renewed."))
    push(membership)
    mails.accepted(actor, membership, until_of(statement))
    note_in_history(
        actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_STATEMENT_ACCEPTED, statement.note
    )
    return statement


def _execute_return(approval: Approval) -> Statement:
    membership, statement = _locked(approval.for_action(RETURN).request)
    actor = cast(Actor, approval.actor)
    take_step(actor, STATEMENT, statement, "return", approval.parameters["note"])
    _save(approval, statement)
    mails.returned(actor, membership, statement.note)
    note_in_history(
        actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_STATEMENT_RETURNED, statement.note
    )
    return statement


def _save(approval: Approval, statement: Statement) -> None:
    statement.reviewed, statement.note = timezone.now(), approval.parameters["note"]
    statement.reviewed_by = f"{approval.request.proposed_by_name}, {approval.actor.name}"[:255]
    statement.save()


_of_a_statement = partial(
    ApprovalAction,
    propose=PROPOSERS,
    approve=OFFICERS,
    fingerprint=statement_fingerprint,
    conflict=conflict_in,
)
ACCEPT = _of_a_statement(
    name="accept_statement",
    title=_("Accept a security statement"),
    describe=describe_accepting,
    execute=_execute_acceptance,
)
RETURN = _of_a_statement(
    name="return_statement",
    title=_("Return a security statement"),
    describe=describe_returning,
    execute=_execute_return,
)
