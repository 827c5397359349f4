"""Two-officer decisions: one proposes, another approves, returns it with a question, or proposes the opposite."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.decision import DECIDE, open_proposal, refusal_of
from vardkase.hub.membership.assessments.models import Outcome, Proposal
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.services.reviews import checked
from vardkase.hub.membership.assessments.stated_conditions import read_conditions
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import RequestState
from vardkase.identity.accounts.four_eyes.queries import has_changed


class DecisionResult(StrEnum):
    AGREE = "agree"
    RETURN = "return"
    OPPOSE = "oppose"
    """The opposite becomes a proposal, which another officer has to approve in turn."""


OPPOSITES = {Outcome.APPROVE: Outcome.REJECT, Outcome.REJECT: Outcome.APPROVE}


@transaction.atomic
def propose(
    actor: Actor,
    application: Application,
    outcome: str,
    reasons: str,
    exception: str = "",
    conditions: Any = (),
) -> Proposal:
    """Propose a decision. `exception`: why to approve despite an unmet criterion; `conditions`: see
    `read_conditions`.

    Raises TransitionRefused, Forbidden, Conflict while another proposal waits that can be approved, Invalid by
    field.
    """
    application = opened(actor, application)
    if outcome not in Outcome.values:
        raise Invalid({"outcome": [CommonProblem.NO_SUCH_CHOICE(choices=Outcome.values)]})
    APPLICATION.after(application.state, outcome)
    if waiting := open_proposal(application):
        if APPLICATION.may(application.state, waiting.outcome) and not has_changed(waiting):
            raise Conflict(AssessmentProblem.ALREADY_PROPOSED())
        # It cannot be approved any more, such as a dismissal once the applicant has completed the application.
        four_eyes.drop(actor, DECIDE, application.number)
    return _propose(actor, application, outcome, reasons, exception, conditions)


@transaction.atomic
def take_back(actor: Actor, application: Application, proposal_id: int) -> None:
    application = opened(actor, application)
    four_eyes.withdraw(actor, _waiting(application, proposal_id).pk)


def decide(
    actor: Actor, application: Application, proposal_id: int, answer: str, text: str = "", exception: str = ""
) -> Application:
    """Answer proposal `proposal_id` as the second officer.

    `text`: the question if the proposal is returned, the reasons if the opposite is wanted, otherwise a
    remark. Raises Forbidden for the proposer, on conflict of interest and for anonymous actors; Conflict if
    the proposal no longer waits or the case has changed; TransitionRefused if the application has moved on; Invalid
    by field.
    """
    with transaction.atomic():
        application = opened(actor, application)
        if answer not in set(DecisionResult):
            raise Invalid({"answer": [CommonProblem.NO_SUCH_CHOICE(choices=list(DecisionResult))]})
        proposal = _waiting(application, proposal_id)
        if answer == DecisionResult.OPPOSE and proposal.outcome not in OPPOSITES:
            possible = [DecisionResult.AGREE, DecisionResult.RETURN]
            raise Invalid({"answer": [CommonProblem.NO_SUCH_CHOICE(choices=possible)]})
        APPLICATION.after(application.state, proposal.outcome)
    # Not inside a transaction: one that has been overtaken is closed although the approval is refused.
    match DecisionResult(answer):
        case DecisionResult.AGREE:
            four_eyes.approve(actor, proposal.pk, proposal.digest, text)
        case DecisionResult.RETURN:
            four_eyes.decline(actor, proposal.pk, text, state=RequestState.RETURNED)
        case DecisionResult.OPPOSE:
            with transaction.atomic():
                four_eyes.decline(actor, proposal.pk, text)
                _propose(actor, application, OPPOSITES[proposal.outcome], text, exception)
    return Application.objects.get(pk=application.pk)


def _propose(
    actor: Actor,
    application: Application,
    outcome: str,
    reasons: str,
    exception: str,
    conditions: Any = (),
) -> Proposal:
    reasons = checked(reasons, "reasons")
    stated = read_conditions(conditions)
    if stated and outcome != Outcome.APPROVE:
        raise Invalid({"outcome": [AssessmentProblem.CONDITIONS_OF_APPROVAL()]})
    exception = checked(exception, "exception") if exception.strip() else ""
    if refusal := refusal_of(application, outcome, exception):
        raise Invalid({"outcome": [refusal]})
    request = four_eyes.propose(
        actor,
        DECIDE,
        application.number,
        title=str(application),
        parameters={
            "outcome": outcome,
            "exception": exception,
            "conditions": [each.as_parameters() for each in stated],
        },
        reason=reasons,
    )
    record(
        actor, MembershipAction.APPLICATION_DECISION_PROPOSED, Target.of(application), {"outcome": outcome}
    )
    return Proposal.objects.get(pk=request.pk)


def _waiting(application: Application, proposal_id: int) -> Proposal:
    proposal = first_or_not_found(
        Proposal.objects.filter(subject=application.number, pk=proposal_id),
        AssessmentProblem.NO_SUCH_PROPOSAL(),
    )
    if not proposal.is_waiting:
        raise Conflict(AssessmentProblem.PROPOSAL_ANSWERED())
    return proposal
