"""Transitions taken by the applicant, and the two that follow from the phases."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.mime import Attachment as MailAttachment
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.applications.access import Acting, locked, require_may_act
from vardkase.hub.membership.applications.cases import file_form
from vardkase.hub.membership.applications.documents import keep_form, keep_receipt
from vardkase.hub.membership.applications.letter_content import write_waiting_list
from vardkase.hub.membership.applications.mails import notify_applicant
from vardkase.hub.membership.applications.models import Application, Author, Message
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services.conversation import checked_text
from vardkase.hub.membership.applications.services.drafting import copy_columns, problems
from vardkase.hub.membership.phases.queries import admits, phase_title, waits_for
from vardkase.identity.access.actor import Actor

LONGEST_NOTE = 2000


@transaction.atomic
def submit(actor: Acting, application: Application) -> Application:
    """Submit an application: queue it for review, or put it on the waiting list if no open phase admits it.

    The submitted version is frozen as PDF, and a receipt is mailed. Raises TransitionRefused, Invalid by path,
    Forbidden.
    """
    application = _taken(actor, application, "submit")
    _require_complete(application)
    # It counts as received the day it reaches us (22 § förvaltningslagen).
    application.submitted = timezone.now()
    copy_columns(application)
    application.save()
    take_step(actor, APPLICATION, application, "submit")
    file_form(actor, application, keep_form(application))
    application.phase = _admitting(application)
    if application.phase is None:
        _wait(actor, application)
    else:
        application.save(update_fields=["phase", "changed"])
    receipt = MailAttachment(f"{application.number}.pdf", "application/pdf", keep_receipt(application))
    if application.waits():
        notify_applicant(
            actor, "application_waiting", application, [receipt, write_waiting_list(actor, application)]
        )
    else:
        notify_applicant(actor, "application_received", application, [receipt])
    return application


@transaction.atomic
def wait(actor: Actor, application: Application, note: str = "") -> Application:
    """Put an application on the waiting list. Raises TransitionRefused, Conflict if a phase admits it, Forbidden."""
    application = _taken(actor, application, "wait")
    if number := _admitting(application):
        raise Conflict(ApplicationProblem.PHASE_IS_OPEN(phase=phase_title(number)))
    _wait(actor, application, _note(note))
    notify_applicant(actor, "application_waiting", application, [write_waiting_list(actor, application)])
    return application


@transaction.atomic
def queue(actor: Actor, application: Application, note: str = "") -> Application:
    application = _taken(actor, application, "queue")
    number = _admitting(application)
    if number is None:
        raise Conflict(ApplicationProblem.NO_OPEN_PHASE())
    application.phase, application.waits_for = number, None
    application.save(update_fields=["phase", "waits_for", "changed"])
    take_step(actor, APPLICATION, application, "queue", _note(note))
    notify_applicant(actor, "application_queued", application)
    return application


@transaction.atomic
def complete(actor: Acting, application: Application, text: str = "") -> Application:
    application = _taken(actor, application, "complete")
    _require_complete(application)
    if text.strip():
        words = checked_text(text)
        Message.objects.create(application=application, kind=Author.APPLICANT, author=actor.name, text=words)
    application.reopened, application.complete_by, application.completion_kind = [], None, ""
    copy_columns(application)
    application.save()
    take_step(actor, APPLICATION, application, "complete")
    file_form(actor, application, keep_form(application))
    notify_applicant(actor, "application_completed", application)
    return application


@transaction.atomic
def withdraw(actor: Acting, application: Application, note: str = "") -> Application:
    application = _taken(actor, application, "withdraw")
    was_sent = application.submitted is not None
    application.reopened, application.waits_for = [], None
    application.save(update_fields=["reopened", "waits_for", "changed"])
    take_step(actor, APPLICATION, application, "withdraw", _note(note))
    if was_sent:
        notify_applicant(actor, "application_withdrawn", application)
    return application


def _taken(actor: Acting, application: Application, step: str) -> Application:
    application = locked(application)
    require_may_act(actor, application)
    APPLICATION.after(application.state, step)
    return application


def _wait(actor: Acting, application: Application, note: str = "") -> None:
    application.waits_for, application.phase = waits_for(application.sector, timezone.now()), None
    application.save(update_fields=["waits_for", "phase", "changed"])
    take_step(actor, APPLICATION, application, "wait", note)


def _admitting(application: Application) -> int | None:
    return admits(application.sector, invited=application.is_invited, now=timezone.now())


def _require_complete(application: Application) -> None:
    if errors := problems(application):
        raise Invalid(errors)


def _note(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST_NOTE]
