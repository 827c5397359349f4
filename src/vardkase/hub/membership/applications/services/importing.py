"""Registers an application received outside the web form: the same form as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.named_people import is_named
from vardkase.hub.membership.applications.numbers import holder_of
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.services.drafting import LANGUAGES, copy_columns, new_application
from vardkase.hub.membership.applications.services.submission import submit
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.cross_checks import between_steps
from vardkase.hub.membership.questionnaire.reading import read_document
from vardkase.hub.membership.questionnaire.steps import BY_NAME, STEPS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedImport:
    answers: dict[str, Any]
    language: str


def read_file(content: bytes) -> Any:
    if len(content) > LARGEST:
        raise Invalid({"file": [ApplicationProblem.IMPORT_TOO_LARGE()]})
    try:
        return json_limits.decoded(content.decode())
    except (ValueError, RecursionError):
        raise Invalid({"file": [ApplicationProblem.IMPORT_NOT_JSON()]}) from None


@transaction.atomic
def import_application(actor: Actor, document: Any) -> Application:
    """Import and submit an application as a membership officer; the applicant gets a receipt with a private
    link.

    Raises Forbidden, and Invalid by path of the member ("contacts.main.email").
    """
    actor.require_writing()
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    checked = _checked(document)
    if is_named(actor, checked.answers):
        raise NotImpartial(ApplicationProblem.NAMES_YOU())
    if holder := holder_of(str(checked.answers["organisation"]["number"])):
        raise Invalid({"organisation.number": [holder]})
    application = new_application(
        checked.answers["contacts"]["main"]["email"],
        checked.language,
        registered_by=actor.user_id,
        answers=checked.answers,
    )
    copy_columns(application)
    application.save()
    record(actor, MembershipAction.APPLICATION_REGISTERED, Target.of(application))
    return submit(actor, application)


def _checked(document: Any) -> CheckedImport:
    if not isinstance(document, Mapping):
        raise Invalid({"": [MembershipProblem.NOT_AN_OBJECT()]})
    errors: dict[str, list[Problem]] = {
        str(name): [MembershipProblem.UNKNOWN_FIELD()]
        for name in document
        if name not in BY_NAME and name != "language"
    }
    language = document.get("language", "sv")
    if language not in LANGUAGES:
        errors["language"] = [CommonProblem.NO_SUCH_CHOICE(choices=LANGUAGES)]
    answers = {}
    for step in STEPS:
        read = read_document(step, document.get(step.name) or {})
        answers[step.name] = read.values
        errors |= {f"{step.name}.{key}".rstrip("."): words for key, words in read.errors.items()}
    if errors := between_steps(answers) | errors:
        raise Invalid(errors)
    return CheckedImport(answers, language)
