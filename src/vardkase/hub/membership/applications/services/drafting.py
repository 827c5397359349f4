"""Starting an application, and filling it in step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.addresses import counted_as
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.applications.accepted_terms import lacks_current_terms
from vardkase.hub.membership.applications.access import (
    Acting,
    Applicant,
    locked,
    new_link,
    require_may_act,
)
from vardkase.hub.membership.applications.documents import keep_form
from vardkase.hub.membership.applications.mails import notify_applicant
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.applications.numbers import taken_number
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.throttle import spend
from vardkase.hub.membership.questionnaire import checks
from vardkase.hub.membership.questionnaire.cross_checks import between_steps
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.reading import ParsedForm, read_step
from vardkase.hub.membership.questionnaire.steps import BY_NAME, STEPS

HOUR, DAY = 3600, 24 * 3600
LANGUAGES = ("sv", "en")
# The case number contains the id, which is therefore drawn before the row is stored.
NEXT_NUMBER = "SELECT nextval(pg_get_serial_sequence('application', 'id'))"


class StaleDraft(Conflict):
    pass


class NotOpen(Conflict):
    pass


@transaction.atomic
def begin(address: str | None, email: str, language: str = "sv", token: str = "") -> tuple[Application, str]:
    """Start an application for a visitor at `address`; returns it and the token of its private link, by default a
    new one.

    The link is mailed to `email`. Raises Invalid under `email`, TooOften.
    """
    spend("begin", counted_as(address), allowed=20, window=HOUR)
    try:
        email = checks.email(email.strip()[:254])
    except Invalid as error:
        raise Invalid({"email": [error.problem]}) from None
    # By recipient as well: anybody can enter a stranger's address.
    spend("mail", email, allowed=5, window=DAY)
    application = new_application(email, language)
    actor = Applicant(application.pk, email, address)
    record(actor, MembershipAction.APPLICATION_BEGUN, Target.of(application))
    notify_applicant(actor, "application_begun", application)
    # The mail has a link of its own; this one is for the visitor's browser.
    return application, new_link(application, token)


def new_application(email: str, language: str, **columns: Any) -> Application:
    (pk,) = cursor().execute(NEXT_NUMBER).fetchone() or (0,)
    number = f"{timezone.localdate().year}-{pk:05d}"
    return Application.objects.create(
        pk=pk, number=number, email=email, language=language if language in LANGUAGES else "sv", **columns
    )


@transaction.atomic
def save_step(
    actor: Acting, application: Application, name: str, given: Mapping[str, Any], seen: str | None = None
) -> tuple[Application, ParsedForm]:
    """Save the answers to one step, valid or not; returns the application and the parsed answers.

    `given` maps keys of fields ("signatory.email") to answers. `seen` is when the step was last saved as far
    as the client knows. Raises NotFound for an unknown step, NotOpen, Stale, Forbidden.
    """
    step = BY_NAME.get(name)
    if step is None:
        raise NotFound(ApplicationProblem.NO_SUCH_STEP())
    application = locked(application)
    require_may_act(actor, application)
    if not may_change(application, name):
        raise NotOpen(ApplicationProblem.CLOSED_FOR_CHANGES())
    if seen is not None and seen != application.saved.get(name, ""):
        raise StaleDraft(ApplicationProblem.SAVED_MEANWHILE())
    parsed = read_step(step, given)
    across = between_steps(application.answers | {name: parsed.values})
    parsed.errors = {
        path.removeprefix(f"{name}."): problems
        for path, problems in across.items()
        if path.startswith(f"{name}.")
    } | parsed.errors
    is_sent = application.state not in (ApplicationState.DRAFT, ApplicationState.COMPLETION_REQUESTED)
    # What was submitted is replaced only by valid answers; a draft keeps invalid ones.
    if is_sent and parsed.errors:
        return application, parsed
    application.answers[name] = parsed.values
    application.saved[name] = timezone.now().isoformat()
    copy_columns(application)
    application.save()
    if is_sent:
        version = {"version": parsed.values.get("version")}
        record(actor, MembershipAction.APPLICATION_TERMS_ACCEPTED, Target.of(application), version)
        keep_form(application)
    return application, parsed


def may_change(application: Application, step: str) -> bool:
    """True if a step of the form can be changed now.

    Every step of a draft, and the steps named in a completion request. The terms can be accepted until the
    decision, as long as the applicant has not accepted the current version.
    """
    if application.state == ApplicationState.DRAFT:
        return True
    if application.state == ApplicationState.COMPLETION_REQUESTED and step in application.reopened:
        return True
    return step == "terms" and lacks_current_terms(application)


def copy_columns(application: Application) -> None:
    answers = application.answers
    for column, step, name, longest in COLUMNS:
        value = (answers.get(step) or {}).get(name)
        setattr(application, column, value[:longest] if isinstance(value, str) else "")
    application.nis2 = (answers.get("organisation") or {}).get("nis2") or "unknown"


def problems(application: Application) -> dict[str, list[Problem]]:
    """Everything wrong or missing in the form, by path of the field ("contacts.main.email")."""
    problems: dict[str, list[Problem]] = {}
    for step in STEPS:
        answers = application.answers.get(step.name) or {}
        parsed = read_step(step, {key: value_at(answers, key) for key, _ in step.fields()})
        problems |= {f"{step.name}.{key}": errors for key, errors in parsed.errors.items()}
    number = application.organisation_number
    return between_steps(application.answers) | taken_number(number, application=application.pk) | problems


COLUMNS = (
    ("organisation_name", "organisation", "name", 255),
    ("organisation_number", "organisation", "number", 10),
    ("sector", "organisation", "sector", 24),
    ("connection", "connection", "method", 8),
)
