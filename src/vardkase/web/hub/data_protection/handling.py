"""Requests from data subjects, for those who handle them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.clock import today
from vardkase.core.jobs.ordered import is_ordered
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.data_protection.requests import queries, services
from vardkase.hub.data_protection.requests.models import DataRequestState, DataSubjectRequest
from vardkase.hub.data_protection.requests.rules import OPEN, REQUEST
from vardkase.hub.data_protection.requests.tasks import order_search
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.lifecycle.services import history_of
from vardkase.web.hub.data_protection.forms import (
    BecauseForm,
    RegisterDataRequestForm,
    TermsForm,
    initial_terms,
)
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.mail_messages import say_sent, tell_the_requester
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"pk", "deadline", "arrived_on"}
STATES = {
    "open": pgettext_lazy("count", "Open"),
    "late": pgettext_lazy("count", "Overdue"),
    "closed": pgettext_lazy("count", "Closed"),
    "": gettext_lazy("All requests"),
}


@page(staff=HANDLERS)
def index(request: PageRequest) -> HttpResponseBase:
    wanted = request.GET.get("state", "open")
    state = wanted if wanted in STATES else "open"
    rows = queries.requests(request.actor, state=state)
    order = "deadline" if state in ("open", "late") else "-pk"
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, order)
        return list_file(
            request, form, "data-requests", gettext("Requests from data subjects"), _columns(), in_file
        )
    context = {
        **listed(request, rows, SORTS, order),
        **file_links(request),
        "tabs": [
            {"label": label, "url": first_page(request, state=name), "current": name == state}
            for name, label in STATES.items()
        ],
        "today": today(),
    }
    return render(request, "data_protection/index.html", context)


@page(staff=HANDLERS, writes=True)
def register(request: PageRequest) -> HttpResponse:
    form = RegisterDataRequestForm(request.POST or None, initial={"arrived_on": today().isoformat()})
    if form.is_valid():
        with errors_shown_in(form):
            made = services.register(request.actor, form.cleaned_data)
            messages.success(request, gettext("The request has been registered."))
            return redirect("data_request", made.pk)
    return edit_page(request, form, gettext("Register a request"), [_list()])


@page(staff=HANDLERS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    concerned = queries.controllers(asked)
    is_searching = (
        asked.search_ordered_at is not None
        and asked.searched_at is None
        and is_ordered([services.search_lock(pk)])
    )
    context = {
        "asked": asked,
        "person": queries.person_of(request.actor, asked),
        "concerned": [(each, queries.counts_by_kind(each)) for each in concerned],
        "total": sum(getattr(each, "count", 0) for each in concerned),
        "is_open": asked.state in OPEN,
        "is_address_unknown": queries.is_address_unknown(asked),
        "is_searching": is_searching,
        "may_send": asked.state == DataRequestState.IN_HAND
        and any(not each.is_hub_owner for each in concerned),
        "may_answer": REQUEST.may(asked.state, "answer") and asked.searched_at is not None,
        "letters": letters_about("data_request", asked.pk),
        "history": [
            (row, DataRequestState(row.after).label) for row in history_of(REQUEST, asked.pk).order_by("-pk")
        ],
        "case_file": case_file_of("data_request", asked.pk),
        "today": today(),
        "states": DataRequestState,
    }
    return render(request, "data_protection/request.html", context)


@page(staff=HANDLERS, writes=True)
def terms(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    person = queries.person_of(request.actor, asked)
    version = ShownVersion(request, asked)
    form = TermsForm(request.POST or None, initial=initial_terms(person.terms))
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.change_terms(request.actor, pk, form.cleaned_data)
            return _search(request, pk)
    return edit_page(
        request,
        form,
        gettext("What to search for"),
        [_list(), _crumb(asked)],
        save=gettext("Save and search"),
        intro=gettext(
            "The values are stored encrypted, shown only to those who handle the request, and erased some time "
            "after it is closed."
        ),
        version=version,
    )


@require_POST
@page(staff=HANDLERS, writes=True)
def search(request: PageRequest, pk: int) -> HttpResponse:
    return _search(request, pk)


def _search(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        order_search(request.actor, pk)
        messages.success(request, gettext("The search has been ordered. The page shows what it finds."))
    return redirect("data_request", pk)


@require_POST
@page(staff=HANDLERS, writes=True)
def step(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.step_on(request.actor, pk, posted.text(request, "step"))
    return redirect("data_request", pk)


@page(staff=HANDLERS, writes=True)
def identity(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    form = BecauseForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.ask_identity(request.actor, pk, form.cleaned_data["reason"])
            return redirect("data_request", pk)
    return edit_page(
        request,
        form,
        gettext("Ask who the person is"),
        [_list(), _crumb(asked)],
        save=gettext("Ask"),
        intro=gettext(
            "Only if there is a reasonable doubt about who the person is (article 12.6). Say what the doubt is, and "
            "how it can be removed."
        ),
    )


@page(staff=HANDLERS, writes=True)
def extend(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    form = BecauseForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.extend(request.actor, pk, form.cleaned_data["reason"])
            told = gettext("The time has been extended, and the person told of it.")
            say_sent(request, told, tell_the_requester())
            return redirect("data_request", pk)
    return edit_page(
        request,
        form,
        gettext("Extend the time"),
        [_list(), _crumb(asked)],
        save=gettext("Extend by two months"),
        intro=gettext(
            "If the request is complex or there are many, the time may be extended by two months (article 12.3). The "
            "person is told why within the first month."
        ),
    )


@page(staff=HANDLERS, writes=True)
def send(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    if request.method == "POST":
        with errors_shown_as_message(request):
            count = services.send_to_controllers(request.actor, pk)
            done = ngettext("Sent to %(n)s controller.", "Sent to %(n)s controllers.", count)
            messages.success(request, done % {"n": count})
        return redirect("data_request", pk)
    others = [each.name for each in queries.controllers(asked) if not each.is_hub_owner]
    return confirm_page(
        request,
        gettext("Send to the controllers"),
        [_list(), _crumb(asked)],
        gettext(
            "Each is told that somebody has asked about their personal data, sees its own items and the values that "
            "were found in them, and answers for what it does. What to search for can no longer be changed."
        ),
        things=others,
        deletes=False,
    )


@page(staff=HANDLERS, writes=True)
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    if request.method == "POST":
        with errors_shown_as_message(request):
            services.step_on(request.actor, pk, "withdraw")
        return redirect("data_request", pk)
    return confirm_page(
        request,
        gettext("The person withdraws it"),
        [_list(), _crumb(asked)],
        gettext("The request is closed without an answer, and cannot be opened again."),
        act=gettext("Close the request"),
    )


def _list() -> Crumb:
    return gettext("Requests from data subjects"), reverse("data_requests")


def _crumb(asked: DataSubjectRequest) -> Crumb:
    return asked.number, reverse("data_request", args=[asked.pk])


def _columns() -> Columns[DataSubjectRequest]:
    # Not who asks: the list may lie about.
    return {
        gettext("Number"): lambda asked: asked.number,
        gettext("Rights"): lambda asked: ", ".join(asked.right_labels),
        gettext("Status"): lambda asked: asked.get_state_display(),
        gettext("Arrived"): lambda asked: asked.arrived_on,
        gettext("Answer by"): lambda asked: asked.deadline,
        gettext("Extended because"): lambda asked: asked.extended_because,
        gettext("Closed"): lambda asked: asked.closed_at,
    }
