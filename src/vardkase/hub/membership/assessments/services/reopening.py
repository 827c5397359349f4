"""A rejected or dismissed application is examined again: officers change their decision, or a court has quashed it."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.queries import appealed_letters, judgment_is_filed, refusal_of_change
from vardkase.hub.case_files.appeals.rules import QUASHES
from vardkase.hub.case_files.appeals.services import carried_out, locked_decided
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.cases import THING
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.numbers import holder_of
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments import letters
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.decision import application_of, decision_conflict
from vardkase.hub.membership.assessments.models import CriterionAssessment, Handling
from vardkase.hub.membership.assessments.queries import reworded_since
from vardkase.hub.membership.assessments.services.reviews import checked
from vardkase.hub.membership.members.adverse_decisions import LABELS, LiftGround, dissent_change
from vardkase.hub.membership.members.letter_content import Presenter
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose as propose_to_second


@transaction.atomic
def reopen(
    actor: Actor, application: Application, reasons: str, basis: str = LiftGround.CHANGED, dissent: str = ""
) -> ApprovalRequest:
    """Propose to change the decision to reject or dismiss an application, which is then examined again.

    `basis` is of LiftGround; `dissent` is the opinion of somebody who took part. Raises TransitionRefused, Forbidden,
    Invalid by field, Conflict if the case is closed, if somebody else uses the organisation number, or if the decision
    has been appealed, unless it was obviously wrong and is not handed over (39 § förvaltningslagen).
    """
    application = opened(actor, application)
    APPLICATION.after(application.state, "reopen")
    if basis not in LiftGround.values:
        raise Invalid({"basis": [CommonProblem.NO_SUCH_CHOICE(choices=LiftGround.values)]})
    given = {"basis": basis, "dissent": dissent_change(dissent), "appeal": None}
    reasons = checked(reasons, "reasons")
    if refusal := _refusal(application, basis):
        raise Conflict(refusal)
    return _propose(actor, application, reasons, given)


def propose_carrying_out(actor: Actor, appeal: Appeal, note: str) -> ApprovalRequest:
    """As `reopen`, since a court has quashed the decision."""
    application = _quashed(appeal)
    if application is None:
        raise Conflict(MemberProblem.NOTHING_TO_CARRY_OUT())
    if not judgment_is_filed(appeal):
        raise Conflict(MemberProblem.NO_JUDGMENT())
    return _propose(actor, application, note, {"basis": "", "dissent": "", "appeal": appeal.pk})


def consequences(appeal: Appeal) -> list[str]:
    """What the hub does when a court has quashed the decision on an application; nothing if it is not in force."""
    application = _quashed(appeal)
    return _in_words(application) if application else []


def _in_words(application: Application) -> list[str]:
    words = [
        gettext("The application %(number)s is examined again: its review continues.")
        % {"number": application.number}
    ]
    if _outdated(application):
        words.append(gettext("Criteria that have been reworded since the decision have to be assessed anew."))
    return [*words, gettext("The applicant is told by letter, which is filed in the case.")]


def _propose(
    actor: Actor, application: Application, reasons: str, parameters: dict[str, Any]
) -> ApprovalRequest:
    return propose_to_second(
        actor, REOPEN, application.number, title=str(application), reason=reasons, parameters=parameters
    )


def _refusal(application: Application, basis: str) -> Problem | None:
    """Why a decided application is not examined again now; `basis` is empty for what a court has decided."""
    case_file = case_file_of(THING, application.pk)
    if case_file and not case_file.is_open:
        return CaseFileProblem.CLOSED()
    if basis and (decided := letters.last_rejection(application)):
        corrections = Letter.objects.filter(corrects=decided).values_list("pk", flat=True)
        is_wrong = basis == LiftGround.WRONG
        if refusal := refusal_of_change([decided.pk, *corrections], is_obviously_wrong=is_wrong):
            return refusal
    return holder_of(
        application.organisation_number,
        application=application.pk,
        organisation=application.organisation_id or 0,
    )


def _quashed(appeal: Appeal) -> Application | None:
    if appeal.outcome not in QUASHES or appeal.case_file.thing_kind != THING:
        return None
    application = Application.objects.filter(pk=appeal.case_file.thing_id).first()
    decided = letters.last_rejection(application) if application else None
    return application if decided and decided.pk in appealed_letters(appeal) else None


def _outdated(application: Application) -> set[str]:
    """Criteria that the terms of today word otherwise than those that the application was decided by."""
    handling = Handling.objects.filter(application=application).first()
    return reworded_since(handling.terms_version) if handling else set()


def reopening_state(request: ApprovalRequest) -> dict[str, Any]:
    application = application_of(request)
    decided = letters.last_rejection(application)
    appeal = Appeal.objects.filter(pk=request.parameters["appeal"] or 0).first()
    return {
        "state": application.state,
        "decision": decided.pk if decided else None,
        "appeal": [appeal.state, appeal.outcome] if appeal else None,
    }


def describe_reopening(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    application = Application.objects.filter(number=request.subject).first()
    details = [(gettext("Application"), request.title)]
    if given["basis"]:
        details.append((gettext("Ground"), str(LiftGround(given["basis"]).label)))
    if dissent := given.get("dissent"):
        details.append((str(LABELS["dissent"]), dissent))
    appeal = Appeal.objects.select_related("case_file", "decision__letter").filter(pk=given["appeal"] or 0)
    path = f"/applications/{request.subject}/"
    for each in appeal:
        details += [(gettext("Decision"), each.decision_number), (gettext("The court"), each.court)]
        path = f"/cases/{each.case_file.number}/appeals/{each.pk}/"
    words = _in_words(application) if application else []
    return ActionDescription(" ".join(words), tuple(details), path)


def _execute(approval: Approval) -> Application:
    given = approval.for_action(REOPEN).parameters
    application, actor = application_of(approval.request), cast(Actor, approval.actor)
    appeal = locked_decided(given["appeal"]) if given["appeal"] else None
    if appeal and _quashed(appeal) is None:
        raise Conflict(MemberProblem.NOTHING_TO_CARRY_OUT())
    # Asked again: it may have been appealed since, and the number be used.
    if refusal := _refusal(application, given["basis"]):
        raise Conflict(refusal)
    decided = letters.last_rejection(application)
    _examine_again(actor, application, approval.reason)
    if appeal and decided:
        letters.send_reopening_by_court(
            actor, application, decided, appeal.court, appeal.outcome_on, appeal.outcome_note
        )
        carried_out(actor, appeal, approval.reason)
        return application
    presenter, ground = Presenter.of(approval), LiftGround(given["basis"])
    letters.send_reopening(actor, application, decided, approval.reason, presenter, ground, given["dissent"])
    return application


def _examine_again(actor: Actor, application: Application, reason: str) -> None:
    outdated = _outdated(application)
    take_step(actor, APPLICATION, application, "reopen", reason)
    CriterionAssessment.objects.filter(application=application, key__in=outdated).delete()
    Handling.objects.filter(application=application).update(terms_version=current_terms().version)
    application.decided, application.complete_by = None, None
    application.completion_kind, application.reopened = "", []
    application.save(update_fields=["decided", "complete_by", "completion_kind", "reopened", "changed"])


REOPEN = ApprovalAction(
    name="reopen_application",
    title=_("Examine a decided application again"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=describe_reopening,
    fingerprint=reopening_state,
    conflict=decision_conflict,
    execute=_execute,
)
