"""Starting an assessment, requesting completion, and assessing each criterion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.mail.models import SentMail, SentState
from vardkase.core.problems import CommonProblem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day, next_working_day
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.membership.applications.cases import THING
from vardkase.hub.membership.applications.mails import notify_applicant
from vardkase.hub.membership.applications.models import (
    Application,
    ApplicationState,
    Author,
    CompletionKind,
    Message,
)
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services.conversation import checked_text
from vardkase.hub.membership.assessments import letters
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.decision import DECIDE, open_proposal
from vardkase.hub.membership.assessments.models import (
    CriterionAssessment,
    Handling,
    Verdict,
)
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.queries import criteria_of, find
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.services import drop

LONGEST = 5000
COMPLETION = ["reopened", "complete_by", "completion_kind", "changed"]
REMINDER = "application_completion_reminder"
BETWEEN_REMINDERS = timedelta(hours=20)
LONGEST_REGISTRY_NUMBER = 64
DEADLINES = {CompletionKind.QUESTION: "completion_question", CompletionKind.ORDER: "completion"}
"""By kind of request, the deadline of `hub.law` for the applicant, unless the officer chooses another day."""


@transaction.atomic
def review(actor: Actor, application: Application) -> Application:
    """Start the review: the actor handles the application from now on, against the current terms.

    Raises TransitionRefused, Forbidden.
    """
    application = opened(actor, application)
    take_step(actor, APPLICATION, application, "review")
    Handling.objects.update_or_create(
        application=application,
        defaults={"officer_id": actor.user_id, "terms_version": current_terms().version},
    )
    return application


@transaction.atomic
def take_over(actor: Actor, application: Application) -> Handling:
    application = opened(actor, application)
    handling = Handling.objects.filter(application=application).first()
    if handling is None or actor.user_id is None:
        raise Conflict(AssessmentProblem.NOT_STARTED())
    if handling.officer_id != actor.user_id:
        handling.officer_id = actor.user_id
        handling.save(update_fields=["officer"])
        record(actor, MembershipAction.APPLICATION_TAKEN_OVER, Target.of(application))
    return handling


@transaction.atomic
def hand_over(actor: Actor, number: str, user_id: int) -> bool:
    """Let another officer handle an application, of whom the caller has found that they may.

    False if its review has not started: nobody handles it yet. Raises Forbidden.
    """
    application = opened(actor, find(actor, number))
    handling = Handling.objects.filter(application=application).first()
    if handling is None:
        return False
    if handling.officer_id != user_id:
        handling.officer_id = user_id
        handling.save(update_fields=["officer"])
        record(actor, MembershipAction.APPLICATION_HANDED_OVER, Target.of(application), {"officer": user_id})
    return True


@transaction.atomic
def set_registry_number(actor: Actor, application: Application, number: str) -> Application:
    """Store the case number in the authority's own registry; letters show it in their head from now on.

    Raises Forbidden, Invalid under `registry_number`.
    """
    application = opened(actor, application)
    number = " ".join(number.split())
    if len(number) > LONGEST_REGISTRY_NUMBER or "\0" in number:
        raise Invalid({"registry_number": [HubProblem.TEXT_LENGTH(count=LONGEST_REGISTRY_NUMBER)]})
    if number != application.registry_number:
        change = {"registry_number": [application.registry_number, number]}
        application.registry_number = number
        application.save(update_fields=["registry_number", "changed"])
        CaseFile.objects.filter(thing_kind=THING, thing_id=application.pk).update(registry_number=number)
        record(actor, MembershipAction.APPLICATION_REGISTERED_AS, Target.of(application), change)
    return application


@transaction.atomic
def request_completion(
    actor: Actor,
    application: Application,
    text: str,
    steps: Iterable[str],
    complete_by: date | None = None,
    kind: str = CompletionKind.QUESTION,
) -> Application:
    """Ask or order the applicant to change parts of the form (`steps`), by letter and mail that say what is missing,
    by when, and what follows otherwise: `kind` is of CompletionKind.

    `complete_by`: the deadline, by default that of `hub.law`. A waiting proposal is closed.
    Raises TransitionRefused, Forbidden, Invalid under `text`, `steps`, `complete_by` and `kind`.
    """
    application = opened(actor, application)
    APPLICATION.after(application.state, "request_completion")
    asked = _kind(kind)
    text, chosen, last = checked_text(text), _steps(steps), _last_day(complete_by, asked)
    # A proposal was made on the answers that the applicant is now asked to change.
    drop(actor, DECIDE, application.number)
    Message.objects.create(
        application=application, kind=Author.OFFICER, author=actor.name, text=text, steps=chosen
    )
    application.reopened, application.complete_by, application.completion_kind = chosen, last, asked
    application.save(update_fields=COMPLETION)
    take_step(actor, APPLICATION, application, "request_completion", text)
    letters.send_completion_request(actor, application, text, chosen)
    return application


@transaction.atomic
def remind_of_completion(actor: Actor, number: str) -> None:
    """Mail an applicant who was asked for more information and has not answered, with a new private link.

    Raises NotFound, Forbidden, TransitionRefused if nothing is asked for, and Conflict if told within a day.
    """
    actor.require_writing()
    application = opened(actor, find(actor, number))
    APPLICATION.after(application.state, "resume")
    sent = SentMail.objects.filter(
        kind=REMINDER, thing_kind=THING, thing_id=application.pk, at__gt=timezone.now() - BETWEEN_REMINDERS
    )
    if sent.exclude(state=SentState.FAILED).exists():
        raise Conflict(AssessmentProblem.REMINDED_ALREADY())
    day = application.complete_by or today()
    state = "ended" if day < today() else "open"
    notify_applicant(actor, REMINDER, application, day=day, state=state)
    note_in_history(actor, APPLICATION, application, MembershipAction.APPLICATION_REMINDED)


@transaction.atomic
def resume(actor: Actor, application: Application, note: str, *, arrived: bool = False) -> Application:
    """Resume assessment without a completion in the system; `note` says why.

    What was missing has `arrived` by another route, or not in time; after an order the application is dismissed then.
    Raises TransitionRefused, Forbidden, Conflict, Invalid under `note`.
    """
    application = opened(actor, application)
    APPLICATION.after(application.state, "resume")
    if application.is_ordered and not arrived:
        raise Conflict(AssessmentProblem.ORDER_STATES_DISMISSAL())
    note = checked(note, "note")
    # A dismissal was proposed since it had not arrived.
    drop(actor, DECIDE, application.number)
    application.reopened, application.complete_by, application.completion_kind = [], None, ""
    application.save(update_fields=COMPLETION)
    take_step(actor, APPLICATION, application, "resume", note)
    notify_applicant(actor, "application_resumed", application)
    return application


@transaction.atomic
def preview_completion(
    actor: Actor,
    application: Application,
    text: str,
    steps: Iterable[str],
    complete_by: date | None = None,
    kind: str = CompletionKind.QUESTION,
) -> bytes:
    """The letter that `request_completion` would send, as PDF; nothing is sent or stored. Raises the same."""
    application = opened(actor, application)
    APPLICATION.after(application.state, "request_completion")
    application.completion_kind = _kind(kind)
    application.complete_by = _last_day(complete_by, CompletionKind(kind))
    return letters.preview_completion_request(actor, application, checked_text(text), _steps(steps))


@transaction.atomic
def assess(
    actor: Actor, application: Application, key: str, verdict: str, reason: str
) -> CriterionAssessment:
    """Record the assessment of one criterion; any verdict but "met" needs a reason.

    Raises NotFound, Invalid by field, Conflict, Forbidden.
    """
    application = opened(actor, application)
    if application.state != ApplicationState.UNDER_REVIEW:
        raise Conflict(AssessmentProblem.NOT_UNDER_REVIEW())
    if open_proposal(application):
        raise Conflict(AssessmentProblem.DECISION_PROPOSED())
    if key not in {criterion.key for criterion in criteria_of(application)}:
        raise NotFound(AssessmentProblem.NO_SUCH_CRITERION())
    if verdict not in Verdict.values:
        raise Invalid({"verdict": [CommonProblem.NO_SUCH_CHOICE(choices=Verdict.values)]})
    reason = checked(reason, "reason") if verdict != Verdict.MET or reason.strip() else ""
    assessment, made = CriterionAssessment.objects.get_or_create(
        application=application,
        key=key,
        defaults={"verdict": verdict, "reason": reason, "assessed_by": actor.name},
    )
    before = "" if made else assessment.verdict
    if not made and (assessment.verdict, assessment.reason) != (verdict, reason):
        assessment.verdict, assessment.reason, assessment.assessed_by = verdict, reason, actor.name
        assessment.save()
    if before != verdict:
        record(
            actor,
            MembershipAction.APPLICATION_ASSESSED,
            Target.of(application),
            {"criterion": key, "verdict": [before, verdict]},
        )
    return assessment


def checked(text: str, field: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST)]})
    return text


def _steps(steps: Iterable[str]) -> list[str]:
    chosen = [name for name in BY_NAME if name in set(steps)]
    if not chosen or set(steps) - set(BY_NAME):
        raise Invalid({"steps": [AssessmentProblem.NO_STEPS()]})
    return chosen


def _kind(given: str) -> CompletionKind:
    if given not in CompletionKind.values:
        raise Invalid({"kind": [CommonProblem.NO_SUCH_CHOICE(choices=CompletionKind.values)]})
    return CompletionKind(given)


def _last_day(chosen: date | None, kind: CompletionKind) -> date:
    # A deadline that says "promptly" names no day.
    by_law = last_day(find_deadline(DEADLINES[kind]), today()) or next_working_day(
        today() + timedelta(weeks=3)
    )
    day = chosen or by_law
    if day <= today():
        raise Invalid({"complete_by": [AssessmentProblem.DAY_HAS_PASSED()]})
    return day
