"""Status of an application: state, messages, completion, documents, withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core import files
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.correspondence.letters.service import note_opened
from vardkase.hub.correspondence.letters.writing import letter_about
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.accepted_terms import lacks_current_terms
from vardkase.hub.membership.applications.documents import read_document
from vardkase.hub.membership.applications.models import Application, ApplicationState, DocumentKind
from vardkase.hub.membership.applications.queries import conversation, find_attachment
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services.conversation import OPEN_TO_MESSAGES, write_message
from vardkase.hub.membership.applications.services.drafting import may_change
from vardkase.hub.membership.applications.services.submission import complete, withdraw
from vardkase.hub.membership.assessments.letters import letters_of
from vardkase.hub.membership.phases.queries import opening_in_words, phase_title
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.web.hub.correspondence.service import confirmed
from vardkase.web.hub.membership.applications.current_application import (
    ApplicantRequest,
    applicant_page,
    home_of,
    page,
)
from vardkase.web.hub.membership.applications.forms import ApplicantMessageForm
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, take_errors

State = ApplicationState
NEW_TERMS = _("There is a new version of the terms. Read and accept it in the Terms step.")
LETTERS = (DocumentKind.WAITING, DocumentKind.COMPLETION_REQUEST, DocumentKind.DECISION)
"""What the officers wrote: listed once, as the letters that they are."""


@applicant_page
def status(request: ApplicantRequest) -> HttpResponse:
    if request.application.state == State.DRAFT:
        return redirect(home_of(request.application))
    return _status(request, ApplicantMessageForm())


@require_POST
@applicant_page
def write(request: ApplicantRequest) -> HttpResponse:
    try:
        write_message(
            request.applicant,
            request.application,
            posted.text(request, "text"),
            posted.files(request, "files"),
        )
    except Invalid as error:
        return _refused(request, error)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Your message has been sent."))
    return redirect("apply_status")


@require_POST
@applicant_page
def send_completion(request: ApplicantRequest) -> HttpResponse:
    text, sent = posted.text(request, "text"), posted.files(request, "files")
    try:
        if sent:
            # Files belong to a message, and the completion takes none: its text is that of the message then.
            write_message(request.applicant, request.application, text, sent)
            text = ""
        complete(request.applicant, request.application, text)
    except Invalid as error:
        return _refused(request, error)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, gettext("Your additional information has been submitted. The assessment continues.")
        )
    return redirect("apply_status")


@applicant_page
def take_back(request: ApplicantRequest) -> HttpResponse:
    state = request.application.state
    if not APPLICATION.may(state, "withdraw"):
        messages.error(request, str(APPLICATION.refusal(state, "withdraw")))
        return redirect("apply_status")
    if request.method == "POST":
        with errors_shown_as_message(request):
            withdraw(request.applicant, request.application, posted.text(request, "note"))
            messages.success(request, gettext("The application has been withdrawn."))
        return redirect("apply_status")
    return render(request, "applications/withdraw.html", page(request))


@applicant_page
def document(request: ApplicantRequest, pk: int) -> HttpResponse:
    stored, content = read_document(request.application, pk)
    name = f"{request.application.number} {stored.get_kind_display()}.pdf"
    return download([content], name, "application/pdf")  # type: ignore[return-value]


@applicant_page
def letter(request: ApplicantRequest, number: str) -> HttpResponse:
    stored = letter_about(APPLICATION.kind, request.application.pk, number)
    note_opened(request.applicant, stored, gettext("holder of the private link"))
    return download([bytes(stored.content)], f"{stored.number.replace(':', '-')}.pdf", "application/pdf")  # type: ignore[return-value]


@require_POST
@applicant_page
def confirm_letter(request: ApplicantRequest, number: str) -> HttpResponse:
    stored = letter_about(APPLICATION.kind, request.application.pk, number)
    confirmed(request, request.applicant, stored)
    return redirect("apply_status")


@applicant_page
def attachment(request: ApplicantRequest, pk: int) -> HttpResponse:
    stored = find_attachment(request.application, pk)
    try:
        content = files.read(stored.digest)
    except FileNotFoundError:
        raise NotFound(MembershipProblem.NO_SUCH_FILE()) from None
    return download([content], stored.name, "application/octet-stream")  # type: ignore[return-value]


def _refused(request: ApplicantRequest, error: Invalid) -> HttpResponse:
    form = ApplicantMessageForm(request.POST)
    form.is_valid()
    names = [path.partition(".")[0] for path in error.by_field]
    wrong = {name: str(BY_NAME[name].title) for name in names if name in BY_NAME}
    if set(wrong) == {"terms"} and lacks_current_terms(request.application):
        form.add_error(None, NEW_TERMS)
    elif wrong:
        form.add_error(None, gettext("Incomplete: %s.") % ", ".join(wrong.values()))
    else:
        take_errors(form, error)
    return _status(request, form, status=422)


def _status(request: ApplicantRequest, form: ApplicantMessageForm, status: int = 200) -> HttpResponse:
    application = request.application
    context = page(
        request,
        form=form,
        state_words=_in_words(application),
        waits_for=phase_title(application.waits_for),
        opening=opening_in_words(application.waits_for, timezone.now()),
        timeline=_timeline(application),
        talk=conversation(application),
        may_write=application.state in OPEN_TO_MESSAGES,
        may_withdraw=APPLICATION.may(application.state, "withdraw"),
        reopened=[
            {"title": step.title, "url": reverse("apply_step", args=[name])}
            for name, step in BY_NAME.items()
            if may_change(application, name)
        ],
        may_complete=application.state == State.COMPLETION_REQUESTED,
        new_terms=NEW_TERMS if lacks_current_terms(application) else "",
        letters=letters_of(application),
        documents=application.documents.exclude(kind__in=LETTERS).order_by("-pk"),
    )
    return render(request, "applications/status.html", context, status=status)


def _in_words(application: Application) -> tuple[Any, Any]:
    words = WORDS[State(application.state)]
    if application.is_ordered and application.state == State.COMPLETION_REQUESTED:
        return words[0], ORDERED
    return words


def _timeline(application: Application) -> list[dict[str, Any]]:
    steps = list(history_of(APPLICATION, application.pk))
    items = [
        {"when": step.at, "text": PAST[step.step], "state": "past"} for step in steps if step.step in PAST
    ]
    if items:
        items[-1]["state"] = "now"
    return items


PAST = {
    "submit": _("Application submitted"),
    "wait": _("Added to the waiting list"),
    "queue": _("Phase opened, queued for review"),
    "review": _("Review started"),
    "request_completion": _("More information requested"),
    "complete": _("Additional information submitted"),
    "resume": _("Review resumed"),
    "approve": _("Application approved"),
    "reject": _("Application rejected"),
    "dismiss": _("Application dismissed"),
    "reopen": _("Decision changed or quashed, application examined again"),
    "withdraw": _("Application withdrawn"),
}
ORDERED = _(
    "We have ordered you to complete the application. Read the letter, change the answers and submit again."
)
WORDS = {
    State.DRAFT: (_("Draft"), _("You are filling in the application.")),
    State.SUBMITTED: (
        _("Received, waiting for review"),
        _(
            "An officer will review your application. You do not need to do anything: we will e-mail you "
            "when its status changes."
        ),
    ),
    State.UNDER_REVIEW: (
        _("Under assessment"),
        _(
            "The application is being assessed. One officer presents the case, and another "
            "decides. You receive the decision by e-mail and here."
        ),
    ),
    State.COMPLETION_REQUESTED: (
        _("More information needed"),
        _("Read our request below, update those answers and submit again."),
    ),
    State.APPROVED: (
        _("Approved"),
        _(
            "You have been granted membership. We will contact your technical contact about the connection. "
            "The decision is below."
        ),
    ),
    State.REJECTED: (
        _("Rejected"),
        _("The decision is below, with the reasons and what you can do. You may apply again."),
    ),
    State.DISMISSED: (
        pgettext_lazy("application", "Dismissed"),
        _(
            "The application was not completed as ordered, and was therefore not examined. The decision is below. It "
            "says what you can do."
        ),
    ),
    State.WAITING: (
        _("On the waiting list"),
        _(
            "No phase is open to you at the moment. Your application will be queued on the day one opens. "
            "You do not need to do anything."
        ),
    ),
    State.WITHDRAWN: (
        _("Withdrawn"),
        _("We will not assess this application. You may apply again at any time."),
    ),
}
