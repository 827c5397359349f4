"""The page of a case, and what is done on it with a button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.case_files.appeals.kinds import takes_appeals
from vardkase.hub.case_files.appeals.queries import appeals_in
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.case_files.queries import documents_of, given_out
from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.appeals import open_appeal
from vardkase.hub.public_records.cases.filing import file_of
from vardkase.hub.public_records.cases.models import CaseState, RecordsCase, RequestChannel
from vardkase.hub.public_records.cases.quarantine import deleted_spills, has_quarantined
from vardkase.hub.public_records.cases.rules import BY_HAND, CASE, answer_due
from vardkase.hub.public_records.cases.services import answering, appealing, assessing, opening
from vardkase.hub.public_records.officers.queries import people_of
from vardkase.web.hub.public_records.cases import presenters
from vardkase.web.hub.public_records.cases.forms import RecordsNoteForm, RequesterForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page

ITEMS_SHOWN = 20


@page(allowed_while_suspended=True)
def view(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    items = list(queries.items_of_case(case)[: ITEMS_SHOWN + 1])
    case_file = file_of(case)
    context: dict[str, Any] = {
        **presenters.described(case),
        "steps": presenters.steps(case),
        "by_hand": presenters.by_hand(case),
        "unanswered": presenters.is_unanswered(case),
        "due": answer_due(case),
        "items": items[:ITEMS_SHOWN],
        "has_more_items": len(items) > ITEMS_SHOWN,
        "item_count": case.items.count(),
        "unassessed": assessing.unassessed(case),
        "may_consult": case.state in CASE.steps["consult"].before or case.state == CaseState.CONSULTATION,
        "consultations": queries.consultations_of(case),
        "answers": queries.answers_of(case),
        "case_file": case_file,
        "appeals": appeals_in(case_file),
        "appeal": open_appeal(case.pk),
        "may_appeal": CASE.may(case.state, "appeal") and takes_appeals(case_file),
        "documents": documents_of(case_file)[:200],
        "has_quarantined": has_quarantined(case),
        "deleted_spills": deleted_spills(case),
        "registry_number": case_file.registry_number,
        "people": people_of(case.authority_id),
        "history": presenters.history(case),
        "channel": RequestChannel(case.channel).label,
    }
    return render(request, "cases/case.html", context)


@page(allowed_while_suspended=True)
def requester(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    version = ShownVersion(request, case)
    names = ("name", "email", "postal_address", "requester")
    form = RequesterForm(request.POST or None, initial={name: getattr(case, name) for name in names})
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            opening.change_requester(request.actor, number, form.cleaned_data)
            return redirect("records_case", number)
    return edit_page(
        request,
        form,
        gettext("The requester"),
        parents(case),
        intro=gettext("Enter only what the requester has told you. All of it can stay empty."),
        version=version,
    )


@require_POST
@page(writes=True, allowed_while_suspended=True)
def assign(request: PageRequest, number: str) -> HttpResponse:
    chosen = posted.text(request, "responsible")
    with errors_shown_as_message(request):
        opening.assign(request.actor, number, int(chosen) if chosen.isdecimal() else 0)
    return redirect("records_case", number)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def want_decision(request: PageRequest, number: str) -> HttpResponse:
    with errors_shown_as_message(request):
        answering.want_decision(request.actor, number)
        messages.success(request, gettext("Decide in writing next."))
    return redirect("records_case", number)


@page(allowed_while_suspended=True)
def step(request: PageRequest, number: str, name: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    if name not in BY_HAND:
        raise Http404
    form = RecordsNoteForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            appealing.step(request.actor, number, name, form.cleaned_data["note"])
            return redirect("records_case", number)
    words = str(CASE.steps[name].words)
    return edit_page(request, form, words, parents(case), save=words)


@page(allowed_while_suspended=True)
def document(request: PageRequest, number: str, document: int) -> HttpResponseBase:
    return document_file(queries.find_case(request.actor, number), document)


def document_file(case: RecordsCase, number: int) -> HttpResponseBase:
    """A document of the case's file as a download; the caller has checked who asks."""
    found = (
        CaseDocument.objects.filter(case_file=file_of(case), number=number).select_related("letter").first()
    )
    if found is None:
        raise Http404
    name = found.file_name or f"{case.number}-{found.number}.txt"
    return download([given_out(found)], name, found.media_type)


def parents(case: RecordsCase) -> list[Crumb]:
    return [
        (gettext("Public records requests"), reverse("records_cases")),
        (case.number, reverse("records_case", args=(case.number,))),
    ]
