"""membershipAssessments/*: officers' assessment of applications. Not in MISP; the names are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from vardkase.api.answers import Answer, Json, Text
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.correspondence.letters.writing import letter_about, letters_about
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.accepted_terms import accepted_version, lacks_current_terms
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.conflicting_claims import claims
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.assessments.queries import CaseFilter
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services import decisions, reviews
from vardkase.hub.membership.assessments.services.partiality import declare_in_application
from vardkase.misp.flags import as_bool, as_int

MOST = 500
"""Applications in one answer; the newest."""
NUMBER = "[number]"


@endpoint(
    "membershipAssessments/index",
    staff=OFFICERS,
    describes=Description("", (), ("text", "state", "sector", "handler")),
)
def index(call: Call) -> Answer:
    """List submitted applications, newest first; `handler` is an officer's id, none or second."""
    narrowed = CaseFilter(*(str(call.param(name) or "") for name in ("text", "state", "sector", "handler")))
    applications = queries.applications(call.actor, narrowed).order_by("-submitted", "-pk")[:MOST]
    return Json([_row(application) for application in applications])


@endpoint(
    "membershipAssessments/view",
    staff=OFFICERS,
    describes=Description(url=f"/membershipAssessments/view/{NUMBER}"),
)
def view(call: Call) -> Answer:
    """Return one application with its answers, criteria, proposals, letters and history."""
    return Json(_with_history(call, _application(call)))


@endpoint(
    "membershipAssessments/review",
    staff=OFFICERS,
    writes=True,
    describes=Description(url=f"/membershipAssessments/review/{NUMBER}"),
)
def review(call: Call) -> Answer:
    """Take up an application for review; the caller becomes its handler."""
    return Json(_with_history(call, reviews.review(call.actor, _application(call))))


@endpoint(
    "membershipAssessments/assess",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`verdict` is met, met_with_remark, not_met or not_applicable; all but the first need a reason.",
        mandatory=["criterion", "verdict"],
        optional=["reason"],
        url=f"/membershipAssessments/assess/{NUMBER}",
    ),
)
def assess(call: Call) -> Answer:
    """Record the assessment of one criterion."""
    application = _application(call)
    texts = [str(call.param(name) or "") for name in ("criterion", "verdict", "reason")]
    reviews.assess(call.actor, application, *texts)
    return Json(_with_history(call, application))


@endpoint(
    "membershipAssessments/request_completion",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text=(
            "`steps` lists the parts of the form that the applicant can change, `complete_by` is the last day "
            "(2027-01-31; in three weeks unless given)."
        ),
        mandatory=["text", "steps"],
        optional=["complete_by"],
        url=f"/membershipAssessments/request_completion/{NUMBER}",
    ),
)
def request_completion(call: Call) -> Answer:
    """Ask the applicant to complete the application, by letter and mail."""
    steps = call.param("steps")
    if not isinstance(steps, list) or any(not isinstance(step, str) for step in steps):
        raise Invalid({"steps": [ApiProblem.NOT_NAMES(name="steps")]})
    completion = (str(call.param("text") or ""), steps, _day(call, "complete_by"))
    return Json(_with_history(call, reviews.request_completion(call.actor, _application(call), *completion)))


@endpoint(
    "membershipAssessments/registry_number",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="The number of the case in the authority's own registry; it stands in the head of letters.",
        mandatory=["registry_number"],
        url=f"/membershipAssessments/registry_number/{NUMBER}",
    ),
)
def registry_number(call: Call) -> Answer:
    """Set the case number from the authority's own registry."""
    number = str(call.param("registry_number") or "")
    return Json(_with_history(call, reviews.set_registry_number(call.actor, _application(call), number)))


@endpoint(
    "membershipAssessments/resume",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`note` says how the completion came otherwise, or that none came in time.",
        mandatory=["note"],
        url=f"/membershipAssessments/resume/{NUMBER}",
    ),
)
def resume(call: Call) -> Answer:
    """Resume the assessment without waiting for the applicant to complete the application by link."""
    return Json(
        _with_history(call, reviews.resume(call.actor, _application(call), str(call.param("note") or "")))
    )


@endpoint(
    "membershipAssessments/propose",
    proposes=("decide_application",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`outcome` is approve or reject; an approval in spite of an unmet criterion needs an `exception`.",
        mandatory=["outcome", "reasons"],
        optional=["exception"],
        url=f"/membershipAssessments/propose/{NUMBER}",
    ),
)
def propose(call: Call) -> Answer:
    """Propose a decision to a second officer."""
    texts = [str(call.param(name) or "") for name in ("outcome", "reasons", "exception")]
    return Json(_proposal(decisions.propose(call.actor, _application(call), *texts)))


@endpoint(
    "membershipAssessments/take_back",
    staff=OFFICERS,
    writes=True,
    describes=Description(mandatory=["proposal_id"], url=f"/membershipAssessments/take_back/{NUMBER}"),
)
def take_back(call: Call) -> Answer:
    """Withdraw the caller's own proposal."""
    application = _application(call)
    decisions.take_back(call.actor, application, as_int(call.param("proposal_id")) or 0)
    return Json(_with_history(call, application))


@endpoint(
    "membershipAssessments/decide",
    proposes=("decide_application",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`answer` is agree, return (with a question as `text`) or oppose (with reasons as `text`).",
        mandatory=["proposal_id", "answer"],
        optional=["text", "exception"],
        url=f"/membershipAssessments/decide/{NUMBER}",
    ),
)
def decide(call: Call) -> Answer:
    """Answer a proposal as the second officer; its author cannot."""
    texts = [str(call.param(name) or "") for name in ("answer", "text", "exception")]
    decided = decisions.decide(call.actor, _application(call), as_int(call.param("proposal_id")) or 0, *texts)
    return Json(_with_history(call, decided))


@endpoint(
    "membershipAssessments/declare_partial",
    staff=OFFICERS,
    writes=True,
    describes=Description(
        text="`impartial`: true where an application names the caller, who is not partial for the `reason` given.",
        mandatory=["reason"],
        optional=["impartial"],
        url=f"/membershipAssessments/declare_partial/{NUMBER}",
    ),
)
def declare_partial(call: Call) -> Answer:
    """Declare a conflict of interest in a case and take no further part in it."""
    application = _application(call)
    is_partial = not as_bool(call.param("impartial") or False)
    declare_in_application(call.actor, application, str(call.param("reason") or ""), partial=is_partial)
    return Json(_with_history(call, application))


@endpoint(
    "membershipAssessments/letter",
    staff=OFFICERS,
    describes=Description(url=f"/membershipAssessments/letter/{NUMBER}/[letter_number]"),
)
def letter(call: Call) -> Answer:
    """Return a letter as sent, as PDF."""
    sent_letter = letter_about("application", _application(call).pk, call.arg(1))
    name = f"{sent_letter.number.replace(':', '-')}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Text(bytes(sent_letter.content), "application/pdf", headers=headers)


def _application(call: Call) -> Application:
    return queries.find(call.actor, call.arg(0))


def _day(call: Call, name: str) -> date | None:
    value = call.param(name)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Invalid({name: [ApiProblem.NOT_A_DAY(name=name)]}) from None


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


def _with_history(call: Call, application: Application) -> dict[str, Any]:
    application = Application.objects.select_related("handling__officer").get(pk=application.pk)
    verdicts = queries.assessments_of(application)
    return {
        **_row(application),
        "answers": application.answers,
        "claims": claims(call.actor, application),
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
            "reasons": proposal.reasons,
            "exception": proposal.exception,
            "state": str(proposal.state_now),
            "digest": proposal.digest,
            "proposed_by": proposal.proposed_by_name,
            "proposed_at_console": proposal.proposed_at_console,
            "answered_by": proposal.answered_by_name,
            "answer": proposal.answer,
        }
    }
