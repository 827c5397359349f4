"""The customer service desk: open requests, and answering them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.hub.customer_service import becoming_case, queries, services
from vardkase.hub.customer_service.models import RequestKind, RequestState, SupportRequest
from vardkase.hub.customer_service.rules import DESKS, OFFICERS, REQUEST, kinds_for
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.public_pages.services import may_edit
from vardkase.web.hub.customer_service.diagnosis import with_moments
from vardkase.web.hub.customer_service.forms import BecomesCaseForm, RouteForm, SupportMessageForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in, take_errors
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.mail_messages import say_sent
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"pk", "deadline", "changed"}
STATES = {
    "open": pgettext_lazy("count", "Open"),
    "late": pgettext_lazy("count", "Overdue"),
    "mine": gettext_lazy("Assigned to me"),
    "solved": gettext_lazy("Solved"),
    "": gettext_lazy("All requests"),
}


@page(staff=DESKS)
def index(request: PageRequest) -> HttpResponseBase:
    wanted = request.GET.get("state", "open")
    state = wanted if wanted in STATES else "open"
    kind = request.GET.get("kind", "")
    rows = queries.filtered(
        queries.desk_requests(request.actor),
        state="open" if state == "mine" else state,
        kind=kind if kind in RequestKind.values else "",
        text=searched(request),
        owner_id=(request.actor.user_id or -1) if state == "mine" else 0,
    )
    default = "deadline" if state in ("open", "late", "mine") else "-pk"
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, default)
        return list_file(request, form, "support-requests", gettext("Support requests"), _columns(), in_file)
    context = {
        **listed(request, rows, SORTS, default),
        **file_links(request),
        "tabs": [
            {"label": label, "url": first_page(request, state=name), "current": name == state}
            for name, label in STATES.items()
        ],
        "kinds": [(kind.value, kind.label) for kind in RequestKind if kind in kinds_for(request.actor)],
        "kind": kind,
        "state": state,
        "q": searched(request),
        "now": timezone.now(),
    }
    return render(request, "customer_service/desk.html", context)


def _columns() -> Columns[SupportRequest]:
    return {
        gettext("Number"): lambda asked: asked.pk,
        gettext("Heading"): lambda asked: asked.subject,
        gettext("Status"): lambda asked: asked.get_state_display(),
        gettext("About"): lambda asked: asked.get_kind_display(),
        gettext("Organisation"): lambda asked: asked.organisation.name if asked.organisation else "",
        gettext("From"): lambda asked: asked.asker_email,
        gettext("Handled by"): lambda asked: asked.owner.email if asked.owner else "",
        gettext("Received"): lambda asked: asked.created,
        gettext("Due"): lambda asked: asked.deadline,
        gettext("Changed"): lambda asked: asked.changed,
    }


@page(staff=DESKS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return _page(request, pk)


@require_POST
@page(writes=True, staff=DESKS)
def answer(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, pk, gettext("The answer has been sent."))


@require_POST
@page(writes=True, staff=DESKS)
def ask_back(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, pk, gettext("The answer has been sent."), step="ask")


@require_POST
@page(writes=True, staff=DESKS)
def solve(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, pk, gettext("The answer has been sent."), step="solve")


@require_POST
@page(writes=True, staff=DESKS)
def note(request: PageRequest, pk: int) -> HttpResponse:
    message = gettext("The note has been saved. The requester cannot see it.")
    return _write(request, pk, message, internal=True)


def _write(
    request: PageRequest, pk: int, message: str, *, step: str = "", internal: bool = False
) -> HttpResponse:
    form = SupportMessageForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form)
    try:
        services.answer(request.actor, pk, form.cleaned_data["text"], step=step, internal=internal)
    except TransitionRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, pk, form=form)
    if internal:
        messages.success(request, message)
    else:
        instead = gettext("The requester reads the answer on the page of the request. Call if it is urgent.")
        say_sent(request, message, instead)
    return redirect("service_request", pk)


@require_POST
@page(writes=True, staff=DESKS)
def step(request: PageRequest, pk: int) -> HttpResponse:
    try:
        services.step_on(request.actor, pk, posted.text(request, "step"))
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    return redirect("service_request", pk)


@require_POST
@page(writes=True, staff=DESKS)
def assign(request: PageRequest, pk: int) -> HttpResponse:
    owner = posted.text(request, "owner")
    with errors_shown_as_message(request):
        services.assign(request.actor, pk, int(owner) if owner.isdecimal() else None)
    return redirect("service_request", pk)


@require_POST
@page(writes=True, staff=DESKS)
def route(request: PageRequest, pk: int) -> HttpResponse:
    form = RouteForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, route_form=form)
    try:
        moved = services.route(request.actor, pk, form.cleaned_data["kind"], form.cleaned_data["subject"])
    except Invalid as refused:
        take_errors(form, refused)
        return _page(request, pk, route_form=form)
    messages.success(request, gettext("The request has been reclassified, and its deadline has changed."))
    is_still_ours = moved.kind in kinds_for(request.actor)
    return redirect("service_request", pk) if is_still_ours else redirect("service")


@page(writes=True, staff=OFFICERS)
def become_case(request: PageRequest, pk: int) -> HttpResponse:
    """The support request is in fact the beginning of a case."""
    asked = queries.find_desk_request(request.actor, pk)
    said = becoming_case.messages_of_requester(asked)
    form = BecomesCaseForm(becoming_case.kinds_for(request.actor), said, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            opened = becoming_case.open_case(request.actor, pk, form.cleaned_data["kind"], form.cleaned_data)
            messages.success(request, gettext("Case %(number)s has been opened.") % {"number": opened.number})
            return redirect("case_file", opened.number)
    return edit_page(
        request,
        form,
        gettext("Open a case"),
        [
            (gettext("Support requests"), reverse("service")),
            (f"#{asked.pk}", reverse("service_request", args=[pk])),
        ],
        save=gettext("Open the case"),
        intro=gettext(
            "What was written goes with the case. The requester is told its number and from which day it counts, and "
            "the support request is marked as solved."
        ),
    )


def _page(
    request: PageRequest, pk: int, form: SupportMessageForm | None = None, route_form: RouteForm | None = None
) -> HttpResponse:
    support_request = queries.find_desk_request(request.actor, pk)
    thread = queries.conversation(support_request, request.actor)
    answers = [message for message in thread if message.from_staff and not message.internal]
    faults = bool((form and form.errors) or (route_form and route_form.errors))
    context: dict[str, Any] = {
        "asked": support_request,
        "said": thread,
        "steps": [
            (name, REQUEST.steps[name].words)
            for name in REQUEST.open_steps(support_request.state)
            if name not in ("ask", "answered")
        ],
        "diagnosis": with_moments(support_request.diagnosis),
        "history": [(row, RequestState(row.after).label) for row in history_of(REQUEST, support_request.pk)],
        "colleagues": queries.colleagues(support_request.kind),
        "form": form or SupportMessageForm(),
        "route_form": route_form or RouteForm(initial={"kind": support_request.kind}),
        "makes_question": bool(answers) and may_edit(request.actor),
        "now": timezone.now(),
        "case_file": becoming_case.case_of(request.actor, support_request),
        "may_open_case": support_request.case_file_id is None
        and bool(becoming_case.kinds_for(request.actor)),
    }
    return render(request, "customer_service/desk_request.html", context, status=422 if faults else 200)
