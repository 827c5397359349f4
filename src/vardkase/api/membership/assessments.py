"""membershipAssessments/*: officers' assessment of applications. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.answers import Text as TextAnswer
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Choice, Date, Flag, Mandatory, Names, Number, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.membership.condition_errors import conditions_named
from vardkase.api.request import Call
from vardkase.hub.correspondence.letters.writing import letter_about, letters_about
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.accepted_terms import accepted_version, lacks_current_terms
from vardkase.hub.membership.applications.models import Application, CompletionKind
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.conflicting_claims import claims
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.assessments.queries import CaseFilter
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services import decisions, reopening, reviews
from vardkase.hub.membership.assessments.services.partiality import declare_in_application
from vardkase.hub.membership.members.adverse_decisions import LiftGround
from vardkase.identity.access.actor import Actor

MOST = 500
"""Applications in one answer; the newest."""
NUMBER = "[number]"


class CaseQuery(Params, kw_only=True):
    text: Text = ""
    state: Text = ""
    sector: Text = ""
    handler: Text = ""


class Assessment(Body, kw_only=True):
    criterion: Mandatory[Text] = ""
    verdict: Mandatory[Text] = ""
    reason: Text = ""


class CompletionRequest(Body, kw_only=True):
    text: Mandatory[Text] = ""
    steps: Names
    complete_by: Date | None = None
    kind: Text = CompletionKind.QUESTION


class RegistryNumber(Body, kw_only=True):
    registry_number: Mandatory[Text] = ""


class Resumption(Body, kw_only=True):
    note: Mandatory[Text] = ""
    arrived: Choice = False


class DecisionProposal(Body, kw_only=True):
    outcome: Mandatory[Text] = ""
    reasons: Mandatory[Text] = ""
    exception: Text = ""
    conditions: Anything = ()


class Reopening(Body, kw_only=True):
    reasons: Mandatory[Text] = ""
    basis: Text = LiftGround.CHANGED
    dissent: Text = ""


class ProposalChoice(Body, kw_only=True):
    proposal_id: Mandatory[Number] = 0


class SecondOpinion(ProposalChoice, kw_only=True):
    answer: Mandatory[Text] = ""
    text: Text = ""
    exception: Text = ""


class PartialityDeclaration(Body, kw_only=True):
    reason: Mandatory[Text] = ""
    impartial: Flag = False


@endpoint("membershipAssessments/index", staff=OFFICERS)
def index(call: Call, *, params: CaseQuery) -> Json:
    """List submitted applications, newest first; `handler` is an officer's id, none or second."""
    narrowed = CaseFilter(params.text, params.state, params.sector, params.handler)
    applications = queries.applications(call.actor, narrowed).order_by("-submitted", "-pk")[:MOST]
    return Json([_row(application) for application in applications])


@endpoint("membershipAssessments/view", staff=OFFICERS)
def view(call: Call, number: str) -> Json:
    """Return one application with its answers, criteria, proposals, letters and history."""
    return Json(_with_history(call.actor, queries.find(call.actor, number)))


@endpoint("membershipAssessments/review", staff=OFFICERS, writes=True)
def review(call: Call, number: str) -> Json:
    """Take up an application for review; the caller becomes its handler."""
    return Json(_with_history(call.actor, reviews.review(call.actor, queries.find(call.actor, number))))


@endpoint(
    "membershipAssessments/assess",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`verdict` is met, met_with_remark, not_met or not_applicable; all but the first need a reason.",
        url=f"/membershipAssessments/assess/{NUMBER}",
    ),
)
def assess(call: Call, number: str, *, body: Assessment) -> Json:
    """Record the assessment of one criterion."""
    application = queries.find(call.actor, number)
    reviews.assess(call.actor, application, body.criterion, body.verdict, body.reason)
    return Json(_with_history(call.actor, application))


@endpoint(
    "membershipAssessments/request_completion",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text=(
            "`steps` lists the parts of the form that the applicant can change, `complete_by` is the last day "
            "(2027-01-31; by the legal rules unless given). `kind` is question, after which the application is decided "
            "as it stands, or order, after which it is dismissed (23 and 20 §§ förvaltningslagen)."
        ),
        url=f"/membershipAssessments/request_completion/{NUMBER}",
    ),
)
def request_completion(call: Call, number: str, *, body: CompletionRequest) -> Json:
    """Ask the applicant to complete the application, by letter and mail."""
    application = queries.find(call.actor, number)
    application = reviews.request_completion(
        call.actor, application, body.text, body.steps, body.complete_by, body.kind
    )
    return Json(_with_history(call.actor, application))


@endpoint(
    "membershipAssessments/registry_number",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="The number of the case in the authority's own registry; it stands in the head of letters.",
        url=f"/membershipAssessments/registry_number/{NUMBER}",
    ),
)
def registry_number(call: Call, number: str, *, body: RegistryNumber) -> Json:
    """Set the case number from the authority's own registry."""
    application = queries.find(call.actor, number)
    application = reviews.set_registry_number(call.actor, application, body.registry_number)
    return Json(_with_history(call.actor, application))


@endpoint(
    "membershipAssessments/resume",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text=(
            "`note` says how the completion came otherwise, or that none came in time; after an order, `arrived` that "
            "what was missing has."
        ),
        url=f"/membershipAssessments/resume/{NUMBER}",
    ),
)
def resume(call: Call, number: str, *, body: Resumption) -> Json:
    """Resume the assessment without waiting for the applicant to complete the application by link."""
    application = reviews.resume(
        call.actor, queries.find(call.actor, number), body.note, arrived=body.arrived
    )
    return Json(_with_history(call.actor, application))


@endpoint(
    "membershipAssessments/propose",
    proposes=("decide_application",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text=(
            "`outcome` is approve or reject, or dismiss after an order was not complied with; an approval in spite of "
            "an unmet criterion needs an `exception`. `conditions` of an approval is a list of objects: `kind` "
            "(condition or exception), `text`, `provision` (a key of legalRules, or empty) and `day` (2027-01-31)."
        ),
        url=f"/membershipAssessments/propose/{NUMBER}",
    ),
)
def propose(call: Call, number: str, *, body: DecisionProposal) -> Json:
    """Propose a decision to a second officer."""
    given = (body.outcome, body.reasons, body.exception, body.conditions)
    with conditions_named():
        return Json(_proposal(decisions.propose(call.actor, queries.find(call.actor, number), *given)))


@endpoint(
    "membershipAssessments/reopen",
    proposes=("reopen_application",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`basis` is changed or wrong (37 and 38 §§ förvaltningslagen).",
        url=f"/membershipAssessments/reopen/{NUMBER}",
    ),
)
def reopen(call: Call, number: str, *, body: Reopening) -> Json:
    """Propose to change the decision on a rejected or dismissed application, which is then examined again."""
    application = queries.find(call.actor, number)
    return Json(as_json(reopening.reopen(call.actor, application, body.reasons, body.basis, body.dissent)))


@endpoint(
    "membershipAssessments/take_back",
    staff=OFFICERS,
    writes=True,
    describes=Description(url=f"/membershipAssessments/take_back/{NUMBER}"),
)
def take_back(call: Call, number: str, *, body: ProposalChoice) -> Json:
    """Withdraw the caller's own proposal."""
    application = queries.find(call.actor, number)
    decisions.take_back(call.actor, application, body.proposal_id)
    return Json(_with_history(call.actor, application))


@endpoint(
    "membershipAssessments/decide",
    proposes=("decide_application",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`answer` is agree, return (with a question as `text`) or oppose (with reasons as `text`).",
        url=f"/membershipAssessments/decide/{NUMBER}",
    ),
)
def decide(call: Call, number: str, *, body: SecondOpinion) -> Json:
    """Answer a proposal as the second officer; its author cannot."""
    texts = (body.answer, body.text, body.exception)
    decided = decisions.decide(call.actor, queries.find(call.actor, number), body.proposal_id, *texts)
    return Json(_with_history(call.actor, decided))


@endpoint(
    "membershipAssessments/declare_partial",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`impartial`: true where an application names the caller, who is not partial for the `reason` given.",
        url=f"/membershipAssessments/declare_partial/{NUMBER}",
    ),
)
def declare_partial(call: Call, number: str, *, body: PartialityDeclaration) -> Json:
    """Declare a conflict of interest in a case and take no further part in it."""
    application = queries.find(call.actor, number)
    declare_in_application(call.actor, application, body.reason, partial=not body.impartial)
    return Json(_with_history(call.actor, application))


@endpoint("membershipAssessments/letter", staff=OFFICERS)
def letter(call: Call, number: str, letter_number: str) -> TextAnswer:
    """Return a letter as sent, as PDF."""
    sent_letter = letter_about("application", queries.find(call.actor, number).pk, letter_number)
    name = f"{sent_letter.number.replace(':', '-')}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return TextAnswer(bytes(sent_letter.content), "application/pdf", headers=headers)


def _row(application: Application) -> dict[str, Any]:
    handling = getattr(application, "handling", None)
    return {
        "Application": {
            "id": str(application.pk),
            "number": application.number,
            "registry_number": application.registry_number,
            "state": application.state,
            "organisation_name": application.organisation_name,
            "organisation_number": application.organisation_number,
            "sector": application.sector,
            "nis2": application.nis2,
            "connection": application.connection,
            "phase": application.phase,
            "submitted": application.submitted and application.submitted.isoformat(),
            "decided": application.decided and application.decided.isoformat(),
            "day": queries.age_in_days(application),
            "handled_by": handling.officer.email if handling and handling.officer else None,
        }
    }


def _with_history(actor: Actor, application: Application) -> dict[str, Any]:
    application = Application.objects.select_related("handling__officer").get(pk=application.pk)
    verdicts = queries.assessments_of(application)
    return {
        **_row(application),
        "answers": application.answers,
        "claims": claims(actor, application),
        "terms_version": queries.terms_against(application).version,
        "terms_accepted": accepted_version(application),
        "lacks_current_terms": lacks_current_terms(application),
        "criteria": [
            {
                "key": criterion.key,
                "title": criterion.title_en,
                "verdict": verdicts[criterion.key].verdict if criterion.key in verdicts else None,
                "reason": verdicts[criterion.key].reason if criterion.key in verdicts else "",
            }
            for criterion in queries.criteria_of(application)
        ],
        "proposals": [_proposal(proposal)["Proposal"] for proposal in queries.proposals_of(application)],
        "letters": [
            {
                "number": sent_letter.number,
                "title": sent_letter.title,
                "sha256": sent_letter.sha256,
                "at": sent_letter.at.isoformat(),
            }
            for sent_letter in letters_about("application", application.pk)
        ],
        "history": [
            {"step": entry.step, "state": entry.after, "by": entry.actor_name, "at": entry.at.isoformat()}
            for entry in history_of(APPLICATION, application.pk)
        ],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "Proposal": {
            "id": str(proposal.pk),
            "outcome": proposal.outcome,
            "reasons": proposal.reason,
            "exception": proposal.exception,
            "conditions": [each.as_parameters() for each in proposal.conditions],
            "state": str(proposal.state_now),
            "digest": proposal.digest,
            "proposed_by": proposal.proposed_by_name,
            "proposed_at_console": proposal.proposed_at_console,
            "answered_by": proposal.answered_by_name,
            "answer": proposal.answer,
        }
    }
