"""The decision on an application, made by two officers: the approved payload, and its execution."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, cast

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.accepted_terms import accepted_version
from vardkase.hub.membership.applications.hooks import application_approved
from vardkase.hub.membership.applications.models import Application, Author, Message
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments import letters, models
from vardkase.hub.membership.assessments.access import conflict_of
from vardkase.hub.membership.assessments.models import Handling, Outcome, Proposal
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.queries import assessments_of, criteria_of, verdicts_of
from vardkase.hub.membership.assessments.rules import refusal_of_proposal, refusal_of_terms
from vardkase.hub.membership.assessments.stated_conditions import StatedCondition, in_letters
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.organisations.acting import Acting

LEAST_TIME = timedelta(days=7)
"""From the service of an order to its last day: the applicant has to have time to do what it says."""


def refusal_of(application: Application, outcome: str, exception: str) -> Problem | None:
    """Why the application cannot be decided this way now; None if it can."""
    if outcome == Outcome.DISMISS:
        return refusal_of_dismissal(application)
    return refusal_of_terms(
        outcome, accepted_version(application), current_terms().version
    ) or refusal_of_proposal(criteria_of(application), verdicts_of(application), outcome, exception)


def refusal_of_dismissal(application: Application) -> Problem | None:
    """Why the consequence that an order states cannot be carried out yet (20 § förvaltningslagen)."""
    last, order = application.complete_by, letters.last_order(application)
    if not application.is_ordered or last is None or order is None:
        return AssessmentProblem.NOT_ORDERED()
    if today() <= last:
        return AssessmentProblem.ORDER_RUNS(day=formatted(last, "j F Y"))
    if order.served_on is None:
        return AssessmentProblem.ORDER_NOT_SERVED(number=order.letter.number)
    if last - order.served_on < LEAST_TIME:
        return AssessmentProblem.ORDER_SERVED_LATE(day=formatted(order.served_on, "j F Y"))
    return None


def open_proposal(application: Application) -> Proposal | None:
    return Proposal.objects.waiting().filter(subject=application.number).first()


def describe_decision(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    effects = {
        Outcome.APPROVE: gettext(
            "The application is approved: the decision is sent to the applicant, and onboarding "
            "starts with the checklist."
        ),
        Outcome.REJECT: gettext("The application is rejected: the decision is sent to the applicant."),
        Outcome.DISMISS: gettext(
            "The application is dismissed, since it was not completed as ordered: the decision is sent to the "
            "applicant."
        ),
    }
    details = [(gettext("Application"), request.title)]
    if exception := given.get("exception"):
        details.append((gettext("Exception"), exception))
    if stated := given.get("conditions"):
        words = in_letters(StatedCondition.stored(each) for each in stated)
        details.append((gettext("Conditions and exceptions"), words))
    return ActionDescription(
        effects[Outcome(given["outcome"])], tuple(details), f"/applications/{request.subject}/"
    )


def application_of(request: ApprovalRequest) -> Application:
    return first_or_not_found(
        Application.objects.select_for_update().filter(number=request.subject),
        ApplicationProblem.NO_SUCH_APPLICATION(),
    )


def decision_state(request: ApprovalRequest) -> dict[str, Any]:
    # Without the terms: if they are not accepted, the approval itself is refused and can be retried.
    application = application_of(request)
    answers = {key: value for key, value in application.answers.items() if key != "terms"}
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False)
    assessments = sorted(assessments_of(application).items())
    return {
        "state": application.state,
        "answers": hashlib.sha256(text.encode()).hexdigest(),
        "criteria": {key: [assessed.verdict, assessed.reason] for key, assessed in assessments},
    }


def decision_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    # Without a lock: pages that only read ask this too, outside a transaction.
    application = Application.objects.filter(number=request.subject).first()
    return conflict_of(cast(Actor, actor), application) if application else None


def _execute_decision(approval: Approval) -> Application:
    request = approval.for_action(DECIDE).request
    application, actor = application_of(request), cast(Actor, approval.actor)
    proposal = Proposal.objects.get(pk=request.pk)
    APPLICATION.after(application.state, proposal.outcome)
    if refusal := refusal_of(application, proposal.outcome, proposal.exception):
        raise Conflict(refusal)
    # For the record: later versions of the terms do not change what the decision was made on.
    Handling.objects.filter(application=application).update(terms_version=current_terms().version)
    application.decided = timezone.now()
    application.save(update_fields=["decided", "changed"])
    take_step(actor, APPLICATION, application, proposal.outcome, proposal.reason)
    letters.send_decision(actor, application, proposal)
    if proposal.outcome == Outcome.APPROVE:
        application_approved.emit(application)
    return application


def decision_closed(actor: Acting, request: ApprovalRequest) -> None:
    application = application_of(request)
    if request.state == RequestState.WITHDRAWN:
        record(actor, MembershipAction.APPLICATION_PROPOSAL_TAKEN_BACK, Target.of(application))
        return
    Message.objects.create(application=application, kind=Author.NOTE, author=actor.name, text=request.answer)
    if request.state == RequestState.RETURNED:
        record(actor, MembershipAction.APPLICATION_PROPOSAL_RETURNED, Target.of(application))


DECIDE = ApprovalAction(
    name=models.DECIDE,
    title=_("Decide on an application"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=describe_decision,
    fingerprint=decision_state,
    conflict=decision_conflict,
    execute=_execute_decision,
    closed=decision_closed,
)
