"""A decision by two: one officer proposes, another agrees, returns it with a question, or wants the opposite."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.accepted_terms import accepted_version
from vardkase.hub.membership.applications.access import target_of
from vardkase.hub.membership.applications.hooks import application_approved
from vardkase.hub.membership.applications.models import Application, Author, Message
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments import letters
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.models import Handling, Outcome, Proposal, ProposalState
from vardkase.hub.membership.assessments.queries import criteria_of, verdicts_of
from vardkase.hub.membership.assessments.rules import (
    Person,
    refusal_of_proposal,
    refusal_of_second,
    refusal_of_terms,
)
from vardkase.hub.membership.assessments.services.reviewing import checked, open_proposal
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.persons import is_same_person
from vardkase.identity.accounts.four_eyes.services import require_second_person, require_settled_credentials


class Answer(StrEnum):
    """What the second officer says."""

    AGREE = "agree"
    RETURN = "return"
    OPPOSE = "oppose"
    """The opposite is right: it becomes a proposal, to which another officer has to agree in turn."""


OPPOSITES = {Outcome.APPROVE: Outcome.REJECT, Outcome.REJECT: Outcome.APPROVE}


@transaction.atomic
def propose(
    actor: Actor, application: Application, outcome: str, reasons: str, exception: str = ""
) -> Proposal:
    """Propose how to decide. `exception` says why to approve in spite of a criterion that is not met.

    Raises StepRefused, Forbidden, Conflict while another proposal waits, Invalid by field.
    """
    application = opened(actor, application)
    if outcome not in Outcome.values:
        raise Invalid({"outcome": [gettext("Choose one of: %s.") % ", ".join(Outcome.values)]})
    APPLICATION.after(application.state, outcome)
    if open_proposal(application):
        raise Conflict(gettext("A decision is proposed already: it waits for a second officer."))
    return _propose(actor, application, outcome, reasons, exception)


@transaction.atomic
def take_back(actor: Actor, application: Application, proposal_id: int) -> None:
    """Take one's own proposal back. Raises NotFound, Conflict when it is answered, Forbidden."""
    application = opened(actor, application)
    proposal = _waiting(application, proposal_id)
    if proposal.proposed_by != actor.user_id:
        raise Forbidden(gettext("Only who made the proposal can take it back."))
    _close(actor, proposal, ProposalState.WITHDRAWN, "")
    record(actor, "application.proposal_taken_back", target_of(application))


@transaction.atomic
def decide(
    actor: Actor, application: Application, proposal_id: int, answer: str, text: str = "", exception: str = ""
) -> Application:
    """Answer the proposal that one has read (`proposal_id`) as the second officer.

    `text`: the question where it is returned, the reasons where the opposite is wanted, else a remark that is kept.
    Raises Forbidden for whoever proposed, has an interest, or is nobody in particular; Conflict when the proposal
    does not wait any more; StepRefused when the application has gone on; Invalid by field.
    """
    application = opened(actor, application)
    if answer not in set(Answer):
        raise Invalid({"answer": [gettext("Choose one of: %s.") % ", ".join(Answer)]})
    proposal = _waiting(application, proposal_id)
    APPLICATION.after(application.state, proposal.outcome)
    proposer = Person(proposal.proposed_by, proposal.proposed_at_console)
    if refusal := refusal_of_second(Person(actor.user_id, actor.login), proposer):
        raise Forbidden(refusal)
    if is_same_person(actor, proposal.proposed_by, proposal.proposed_by_name):
        raise Forbidden(gettext("You have made the proposal: another officer has to agree."))
    require_second_person(actor)
    ANSWERS[Answer(answer)](actor, application, proposal, text, exception)
    return application


def _agree(actor: Actor, application: Application, proposal: Proposal, text: str, _exception: str) -> None:
    if refusal := _refusal(application, proposal.outcome, proposal.exception):
        raise Conflict(refusal)
    Handling.objects.filter(application=application).update(terms_version=current_terms().version)
    _close(actor, proposal, ProposalState.AGREED, text.strip()[:5000])
    application.decided = timezone.now()
    application.save(update_fields=["decided", "changed"])
    take_step(actor, APPLICATION, application, proposal.outcome, proposal.reasons)
    letters.send_decision(actor, application, proposal)
    if proposal.outcome == Outcome.APPROVE:
        application_approved.emit(application)


def _return(actor: Actor, application: Application, proposal: Proposal, text: str, _exception: str) -> None:
    question = checked(text, "text")
    _close(actor, proposal, ProposalState.RETURNED, question)
    Message.objects.create(application=application, kind=Author.NOTE, author=actor.name, text=question)
    record(actor, "application.proposal_returned", target_of(application))


def _oppose(actor: Actor, application: Application, proposal: Proposal, text: str, exception: str) -> None:
    _close(actor, proposal, ProposalState.OPPOSED, checked(text, "text"))
    _propose(actor, application, OPPOSITES[Outcome(proposal.outcome)], text, exception)


ANSWERS = {Answer.AGREE: _agree, Answer.RETURN: _return, Answer.OPPOSE: _oppose}


def _propose(actor: Actor, application: Application, outcome: str, reasons: str, exception: str) -> Proposal:
    if actor.user_id is None or actor.login:
        raise Forbidden(
            gettext(
                "Any account can be named at the console, so no decision is proposed there: propose it on the pages or "
                "with your API key."
            )
        )
    require_settled_credentials(actor)
    reasons = checked(reasons, "reasons")
    exception = checked(exception, "exception") if exception.strip() else ""
    if refusal := _refusal(application, outcome, exception):
        raise Invalid({"outcome": [refusal]})
    made = Proposal.objects.create(
        application=application,
        outcome=outcome,
        reasons=reasons,
        exception=exception,
        proposed_by=actor.user_id,
        proposed_by_name=actor.name,
        proposed_at_console=actor.login,
    )
    record(actor, "application.decision_proposed", target_of(application), {"outcome": outcome})
    return made


def _refusal(application: Application, outcome: str, exception: str) -> str:
    """Why the application cannot be decided so now, in words; nothing when it can."""
    return refusal_of_terms(
        outcome, accepted_version(application), current_terms().version
    ) or refusal_of_proposal(criteria_of(application), verdicts_of(application), outcome, exception)


def _waiting(application: Application, proposal_id: int) -> Proposal:
    proposal = Proposal.objects.filter(application=application, pk=proposal_id).first()
    if proposal is None:
        raise NotFound("There is no such proposal.")
    if proposal.state != ProposalState.OPEN:
        raise Conflict(gettext("This proposal does not wait any more. Look at the case as it is now."))
    return proposal


def _close(actor: Actor, proposal: Proposal, state: ProposalState, answer: str) -> None:
    proposal.state, proposal.answer = state, answer
    proposal.answered_by, proposal.answered_by_name = actor.user_id, actor.name
    proposal.answered_at_console = actor.login
    proposal.answered = timezone.now()
    proposal.save()
