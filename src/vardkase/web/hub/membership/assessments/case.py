"""One application on the desk, and officers' actions. The services check permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services.conversation import write_message
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.models import Outcome
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services import decisions, reopening, reviews
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
    ReopeningForm,
    ResumeForm,
)
from vardkase.web.hub.membership.assessments.presenters import criteria, sections, shown
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in, take_errors
from vardkase.web.ui.mail_messages import post_the_letter, say_sent
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


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
            words = gettext("The request has been sent as a letter and by e-mail.")
            say_sent(request, words, post_the_letter())
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


@dataclass(frozen=True, slots=True)
class FormStep:
    """What an officer does with one of the forms on the page of an application. `instead`: for what is mailed, what to
    do if no mail can be sent."""

    form: Callable[[Application, Any], Form]
    act: Callable[[Actor, Application, Any], object]
    done: Promise
    instead: str | Promise = ""


def _resume_form(application: Application, data: Any = None) -> ResumeForm:
    return ArrivedForm(data) if application.is_ordered else ResumeForm(data)


def _propose_dismissal(actor: Actor, application: Application, form: DismissalForm) -> None:
    try:
        decisions.propose(actor, application, Outcome.DISMISS, form.cleaned_data["reasons"])
    except Invalid as refused:
        # The form has no field for the outcome, of which it is the only one.
        if problems := refused.by_field.get("outcome"):
            raise Invalid({"reasons": problems}) from None
        raise


STEPS = {
    "registry_form": FormStep(
        lambda _application, data: RegistryForm(data),
        lambda actor, case, form: reviews.set_registry_number(actor, case, **form.cleaned_data),
        _("The case reference number has been saved."),
    ),
    "resume_form": FormStep(
        _resume_form,
        lambda actor, case, form: reviews.resume(actor, case, **form.cleaned_data),
        _("The assessment continues."),
    ),
    "dismissal_form": FormStep(
        lambda _application, data: DismissalForm(data),
        _propose_dismissal,
        _("The proposal is waiting for a second officer."),
    ),
    "message_form": FormStep(
        lambda _application, data: CaseMessageForm(data),
        lambda actor, case, form: write_message(actor, case, **form.cleaned_data),
        _("The message has been sent."),
        _("The applicant reads it through the private link. Call if it is urgent."),
    ),
    "note_form": FormStep(
        lambda _application, data: CaseMessageForm(data),
        lambda actor, case, form: write_message(actor, case, **form.cleaned_data, note=True),
        _("The note has been saved."),
    ),
    "proposal_form": FormStep(
        lambda _application, data: ProposalForm(data),
        lambda actor, case, form: decisions.propose(actor, case, **form.rest(), conditions=form.conditions()),
        _("The proposal is waiting for a second officer."),
    ),
}


@require_POST
@page(staff=OFFICERS, writes=True)
def step(request: PageRequest, number: str, name: str) -> HttpResponse:
    """`name`: of one of STEPS."""
    application, taken = queries.find(request.actor, number), STEPS[name]
    form = taken.form(application, request.POST)
    # Messages and notes are written in the same place.
    shown_as = "message_form" if name == "note_form" else name
    return _sent(
        request,
        application,
        {shown_as: form},
        lambda: taken.act(request.actor, application, form),
        str(taken.done),
        str(taken.instead),
    )


@page(staff=OFFICERS, writes=True)
def reopen(request: PageRequest, number: str) -> HttpResponse:
    """Propose to examine a rejected or dismissed application again."""
    application = queries.find(request.actor, number)
    if request.method == "GET" and not APPLICATION.may(application.state, "reopen"):
        messages.error(request, str(APPLICATION.refusal(application.state, "reopen")))
        return redirect("application", number)
    form = ReopeningForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(request, reopening.reopen(request.actor, application, **form.cleaned_data))
    parents = [
        (gettext("Applications"), reverse("applications")),
        (number, reverse("application", args=[number])),
    ]
    return edit_page(
        request,
        form,
        gettext("Examine the application again"),
        parents,
        save=gettext("Propose to a second officer"),
        intro=gettext(
            "Your decision is changed in the applicant’s favour, and the review continues. The reasons, the provision "
            "and any dissenting opinion stand in the letter. Nothing is sent until another officer has approved."
        ),
        things=[str(application)],
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
    instead: str = "",
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
            say_sent(request, message, instead) if instead else messages.success(request, message)
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
