"""The cases of an authority, and registering one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.coordination import coordinations
from vardkase.hub.public_records.cases.services import opening
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.public_records.cases import presenters
from vardkase.web.hub.public_records.cases.forms import RegisterRequestForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.listing import listed, searched
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
def index(request: PageRequest) -> HttpResponse:
    wanted = request.GET.get("state", "waiting")
    state = wanted if wanted in TABS else "waiting"
    rows = queries.filtered(
        queries.cases(request.actor),
        state="open" if state == "mine" else state,
        text=searched(request),
        responsible_id=(request.actor.user_id or -1) if state == "mine" else 0,
    )
    context = listed(request, rows, SORTS, "asked_at" if state in ("waiting", "open", "mine") else "-pk")
    context |= {
        "cases": [presenters.described(case) for case in context["rows"]],
        "tabs": [
            {"label": label, "url": first_page(request, state=name), "current": name == state}
            for name, label in TABS.items()
        ],
        "state": state,
        "q": searched(request),
        "coordinations": coordinations(request.actor).count(),
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
