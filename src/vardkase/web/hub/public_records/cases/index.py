"""The cases of an authority, and registering one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.coordination import coordinations
from vardkase.hub.public_records.cases.models import CaseOutcome, RecordsCase
from vardkase.hub.public_records.cases.services import opening
from vardkase.hub.public_records.officers.queries import missing_details
from vardkase.hub.public_records.officers.rules import authority_of
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.public_records.cases import presenters
from vardkase.web.hub.public_records.cases.forms import RegisterRequestForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"pk", "asked_at"}
TABS: dict[str, Any] = {
    "waiting": gettext_lazy("To be answered"),
    "open": pgettext_lazy("public-records cases", "Open"),
    "mine": gettext_lazy("Assigned to me"),
    "closed": pgettext_lazy("public-records cases", "Closed"),
    "": gettext_lazy("All cases"),
}


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponseBase:
    wanted = request.GET.get("state", "waiting")
    state = wanted if wanted in TABS else "waiting"
    rows = queries.filtered(
        queries.cases(request.actor),
        state="open" if state == "mine" else state,
        text=searched(request),
        responsible_id=(request.actor.user_id or -1) if state == "mine" else 0,
    )
    order = "asked_at" if state in ("waiting", "open", "mine") else "-pk"
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, order)
        title = gettext("Public records requests")
        return list_file(request, form, "public-records-requests", title, _columns(), in_file)
    context = listed(request, rows, SORTS, order)
    context |= {
        **file_links(request),
        "cases": [presenters.described(case) for case in context["rows"]],
        "tabs": [
            {"label": label, "url": first_page(request, state=name), "current": name == state}
            for name, label in TABS.items()
        ],
        "state": state,
        "q": searched(request),
        "coordinations": coordinations(request.actor).count(),
        "missing": missing_details(authority_of(request.actor)),
        "may_name": request.actor.may(Permission.ADMIN),
    }
    return render(request, "cases/index.html", context)


@page(allowed_while_suspended=True)
def register(request: PageRequest) -> HttpResponse:
    queries.cases(request.actor)
    form = RegisterRequestForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            case = opening.register(request.actor, form.cleaned_data)
            messages.success(request, gettext("The request has been registered. Answer it promptly."))
            return redirect("records_case", case.number)
    return edit_page(
        request,
        form,
        gettext("Register a request"),
        [(gettext("Public records requests"), reverse("records_cases"))],
        save=gettext("Register"),
        intro=gettext(
            "The requester may be anonymous and need not give a purpose. Enter only what the requester has told you."
        ),
    )


def _columns() -> Columns[RecordsCase]:
    # Not who asks, nor for what: the list may lie about.
    outcomes = dict(CaseOutcome.choices)
    return {
        gettext("Number"): lambda case: case.number,
        gettext("Status"): lambda case: case.get_state_display(),
        gettext("Arrived"): lambda case: case.asked_at,
        gettext("Answered"): lambda case: case.answered_at,
        gettext("Outcome"): lambda case: outcomes.get(case.outcome, ""),
        gettext("Closed"): lambda case: case.closed_at,
    }
