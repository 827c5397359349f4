"""Starting an assessment, requesting completion, and assessing each criterion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.access import target_of
from vardkase.hub.membership.applications.form.steps import BY_NAME
from vardkase.hub.membership.applications.mails import tell
from vardkase.hub.membership.applications.models import Application, ApplicationState, Author, Message
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
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.services import drop

LONGEST = 5000
LONGEST_REGISTRY_NUMBER = 64
DAYS_TO_COMPLETE = 21
"""As long as an applicant has to complete an application where the officer chooses no other day."""


@transaction.atomic
def review(actor: Actor, application: Application) -> Application:
    """Start the review: the actor handles the application from now on, against the current terms.

    Raises StepRefused, Forbidden.
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
    found = Handling.objects.filter(application=application).first()
    if found is None or actor.user_id is None:
        raise Conflict(AssessmentProblem.NOT_STARTED())
    if found.officer_id != actor.user_id:
        found.officer_id = actor.user_id
        found.save(update_fields=["officer"])
        record(actor, HubAction.APPLICATION_TAKEN_OVER, target_of(application))
    return found


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
        record(actor, HubAction.APPLICATION_REGISTERED_AS, target_of(application), change)
    return application


@transaction.atomic
def request_completion(
    actor: Actor, application: Application, text: str, steps: Iterable[str], complete_by: date | None = None
) -> Application:
    """Ask the applicant to change parts of the form (`steps`), by letter and mail that say what is missing.

    `complete_by`: the deadline, by default DAYS_TO_COMPLETE days from now. A waiting proposal is closed.
    Raises StepRefused, Forbidden, Invalid under `text`, `steps` and `complete_by`.
    """
    application = opened(actor, application)
    APPLICATION.after(application.state, "request_completion")
    words, chosen, last = checked_text(text), _steps(steps), _last_day(complete_by)
    drop(actor, DECIDE, application.number)
    Message.objects.create(
        application=application, kind=Author.OFFICER, author=actor.name, text=words, steps=chosen
    )
    application.reopened, application.complete_by = chosen, last
    application.save(update_fields=["reopened", "complete_by", "changed"])
    take_step(actor, APPLICATION, application, "request_completion", words)
    letters.send_completion_request(actor, application, words, chosen)
    return application


@transaction.atomic
def resume(actor: Actor, application: Application, note: str) -> Application:
    """Resume assessment without a completion in the system; `note` says why.

    It arrived by another route, or not in time. Raises StepRefused, Forbidden, Invalid under `note`.
    """
    application = opened(actor, application)
    APPLICATION.after(application.state, "resume")
    words = checked(note, "note")
    application.reopened, application.complete_by = [], None
    application.save(update_fields=["reopened", "complete_by", "changed"])
    take_step(actor, APPLICATION, application, "resume", words)
    tell(actor, "application_resumed", application)
    return application


@transaction.atomic
def preview_completion(
    actor: Actor, application: Application, text: str, steps: Iterable[str], complete_by: date | None = None
) -> bytes:
    """The letter that `request_completion` would send, as PDF; nothing is sent or stored. Raises the same."""
    application = opened(actor, application)
    APPLICATION.after(application.state, "request_completion")
    application.complete_by = _last_day(complete_by)
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
    if key not in {each.key for each in criteria_of(application)}:
        raise NotFound(AssessmentProblem.NO_SUCH_CRITERION())
    reason = _reason(verdict, reason)
    found, made = CriterionAssessment.objects.get_or_create(
        application=application,
        key=key,
        defaults={"verdict": verdict, "reason": reason, "assessed_by": actor.name},
    )
    before = "" if made else found.verdict
    if not made and (found.verdict, found.reason) != (verdict, reason):
        found.verdict, found.reason, found.assessed_by = verdict, reason, actor.name
        found.save()
    if before != verdict:
        record(
            actor,
            HubAction.APPLICATION_ASSESSED,
            target_of(application),
            {"criterion": key, "verdict": [before, verdict]},
        )
    return found


def checked(text: str, field: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST or "\0" in words:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST)]})
    return words


def _reason(verdict: str, reason: str) -> str:
    if verdict not in Verdict.values:
        raise Invalid({"verdict": [CommonProblem.NO_SUCH_CHOICE(choices=Verdict.values)]})
    if verdict == Verdict.MET and not reason.strip():
        return ""
    return checked(reason, "reason")


def _steps(steps: Iterable[str]) -> list[str]:
    chosen = [name for name in BY_NAME if name in set(steps)]
    if not chosen or set(steps) - set(BY_NAME):
        raise Invalid({"steps": [AssessmentProblem.NO_STEPS()]})
    return chosen


def _last_day(given: date | None) -> date:
    day = given or today() + timedelta(days=DAYS_TO_COMPLETE)
    if day <= today():
        raise Invalid({"complete_by": [AssessmentProblem.DAY_HAS_PASSED()]})
    return day
