"""One application on the desk, and officers' actions. The services check permissions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.conversation import write_message
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.models import Outcome
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services import decisions, reviews
from vardkase.identity.access.actor import Actor
from vardkase.web.hub.membership.assessments.documents import PDF
from vardkase.web.hub.membership.assessments.forms import (
    AnswerForm,
    ArrivedForm,
    CaseMessageForm,
    CompletionForm,
    DismissalForm,
    ProposalForm,
    RegistryForm,
    ResumeForm,
)
from vardkase.web.hub.membership.assessments.presenters import criteria, sections, shown
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in, take_errors
from vardkase.web.ui.pages import PageRequest, page


@page(staff=OFFICERS)
def view(request: PageRequest, number: str) -> HttpResponse:
    return _page(request, queries.find(request.actor, number))


@page(staff=OFFICERS)
def answers(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    context = {"application": application, "sections": sections(application)}
    return render(request, "assessments/answers.html", context)


@require_POST
@page(staff=OFFICERS, writes=True)
def assess(request: PageRequest, number: str, key: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    tried = {name: posted.text(request, name) for name in ("verdict", "reason")}
    try:
        reviews.assess(request.actor, application, key, tried["verdict"], tried["reason"])
    except (Invalid, Conflict) as refused:
        rows = criteria(application, {"key": key, "error": str(refused), **tried})
        # htmx puts only answers of success into the page.
        return _page(
            request, application, status=200 if ("HX-Request" in request.headers) else 422, criteria=rows
        )
    return redirect("application", number)


@require_POST
@page(staff=OFFICERS, writes=True)
def review(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    return _done(
        request,
        application,
        lambda: reviews.review(request.actor, application),
        gettext("You are now handling this case."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def take_over(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    return _done(
        request,
        application,
        lambda: reviews.take_over(request.actor, application),
        gettext("You are now handling this case."),
    )


@page(staff=OFFICERS, writes=True)
def completion(request: PageRequest, number: str) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    form = CompletionForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reviews.request_completion(request.actor, application, **form.cleaned_data)
            messages.success(request, gettext("The request has been sent as a letter and by e-mail."))
            return redirect("application", number)
    return _completion_page(request, application, form)


@require_POST
@page(staff=OFFICERS, writes=True)
def preview_completion(request: PageRequest, number: str) -> HttpResponseBase:
    application = queries.find(request.actor, number)
    form = CompletionForm(request.POST)
    if form.is_valid():
        with errors_shown_in(form):
            letter = reviews.preview_completion(request.actor, application, **form.cleaned_data)
            return download([letter], f"{number}.pdf", PDF)
    return _completion_page(request, application, form)


def _completion_page(request: PageRequest, application: Application, form: CompletionForm) -> HttpResponse:
    context = {"application": application, "form": form}
    return render(request, "assessments/completion.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=OFFICERS, writes=True)
def registry_number(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = RegistryForm(request.POST)
    return _sent(
        request,
        application,
        {"registry_form": form},
        lambda: reviews.set_registry_number(request.actor, application, form.cleaned_data["registry_number"]),
        gettext("The case reference number has been saved."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def resume(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = _resume_form(application, request.POST)
    return _sent(
        request,
        application,
        {"resume_form": form},
        lambda: reviews.resume(request.actor, application, **form.cleaned_data),
        gettext("The assessment continues."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def dismiss(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = DismissalForm(request.POST)
    return _sent(
        request,
        application,
        {"dismissal_form": form},
        lambda: _propose_dismissal(request.actor, application, form.cleaned_data["reasons"]),
        gettext("The proposal is waiting for a second officer."),
    )


def _propose_dismissal(actor: Actor, application: Application, reasons: str) -> None:
    try:
        decisions.propose(actor, application, Outcome.DISMISS, reasons)
    except Invalid as refused:
        # The form has no field for the outcome, of which it is the only one.
        if problems := refused.by_field.get("outcome"):
            raise Invalid({"reasons": problems}) from None
        raise


def _resume_form(application: Application, data: Any = None) -> ResumeForm:
    return ArrivedForm(data) if application.is_ordered else ResumeForm(data)


@require_POST
@page(staff=OFFICERS, writes=True)
def message(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = CaseMessageForm(request.POST)
    return _sent(
        request,
        application,
        {"message_form": form},
        lambda: write_message(request.actor, application, form.cleaned_data["text"]),
        gettext("The message has been sent."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def note(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = CaseMessageForm(request.POST)
    return _sent(
        request,
        application,
        {"message_form": form},
        lambda: write_message(request.actor, application, form.cleaned_data["text"], note=True),
        gettext("The note has been saved."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def propose(request: PageRequest, number: str) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = ProposalForm(request.POST)
    return _sent(
        request,
        application,
        {"proposal_form": form},
        lambda: decisions.propose(request.actor, application, **form.rest(), conditions=form.conditions()),
        gettext("The proposal is waiting for a second officer."),
    )


@require_POST
@page(staff=OFFICERS, writes=True)
def take_back(request: PageRequest, number: str, proposal: int) -> HttpResponse:
    application = queries.find(request.actor, number)
    return _done(
        request,
        application,
        lambda: decisions.take_back(request.actor, application, proposal),
        gettext("The proposal has been withdrawn."),
    )


@require_POST
@page(staff=OFFICERS, writes=True, confirmed=True)
def decide(request: PageRequest, number: str, proposal: int) -> HttpResponse:
    application = queries.find(request.actor, number)
    form = AnswerForm(request.POST)
    return _sent(
        request,
        application,
        {"answer_form": form},
        lambda: decisions.decide(request.actor, application, proposal, **form.cleaned_data),
        gettext("Your answer has been saved."),
    )


def _sent(
    request: PageRequest,
    application: Application,
    forms: dict[str, Any],
    act: Callable[[], object],
    message: str,
) -> HttpResponse:
    (form,) = forms.values()
    if form.is_valid():
        try:
            act()
        except Invalid as refused:
            take_errors(form, refused)
        except (Conflict, Forbidden) as refused:
            messages.error(request, str(refused))  # The form need not be on the page as the case is now.
        else:
            messages.success(request, message)
            return redirect("application", application.number)
    return _page(request, queries.find(request.actor, application.number), status=422, **forms)


def _done(
    request: PageRequest, application: Application, act: Callable[[], object], message: str
) -> HttpResponse:
    with errors_shown_as_message(request):
        act()
        messages.success(request, message)
    return redirect("application", application.number)


def _page(request: PageRequest, application: Application, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "message_form": CaseMessageForm(),
        "proposal_form": ProposalForm(),
        "answer_form": AnswerForm(),
        "resume_form": _resume_form(application),
        "dismissal_form": DismissalForm(),
        "registry_form": RegistryForm(initial={"registry_number": application.registry_number}),
        **shown(request.actor, application, request.GET.get("show", "")),
        **more,
    }
    return render(request, "assessments/application.html", context, status=status)
