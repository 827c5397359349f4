"""Evaluations of phases: the list, one with its texts, notes and figures, and what officers write in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.phases.queries import phase_title
from vardkase.hub.office.evaluations import document, queries, services
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationState, NoteKind
from vardkase.hub.office.quarterly.document import sections
from vardkase.identity.accounts.staff import DECIDE, OVERSEE
from vardkase.web.hub.office.forms import EvaluationForm, EvaluationNoteForm, EvaluationTextForm
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.pages import PageRequest, page

READERS = tuple(sorted(OVERSEE))
DECIDERS = tuple(sorted(DECIDE))
SORTS = {"title", "first", "last"}


@page(staff=READERS)
def index(request: PageRequest) -> HttpResponseBase:
    text, state = searched(request), request.GET.get("state", "")
    state = state if state in EvaluationState.values else ""
    rows = queries.evaluations(request.actor, text, state)
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, "-first")
        return list_file(request, form, "evaluations", gettext("Evaluations"), _columns(), in_file)
    context = {
        **listed(request, rows, SORTS, "-first"),
        **file_links(request),
        "q": text,
        "state": state,
        "states": EvaluationState.choices,
        "is_narrowed": bool(text or state),
        "may_write": _may_write(request),
    }
    return render(request, "office/evaluations.html", context)


@page(staff=DECIDERS, writes=True)
def add(request: PageRequest) -> HttpResponse:
    form = EvaluationForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            made = services.open_evaluation(request.actor, form.cleaned_data)
            messages.success(
                request, gettext("The evaluation is open. Notes and numbers can be added at any time.")
            )
            return redirect("evaluation", made.pk)
    return edit_page(request, form, gettext("Open an evaluation"), [_list()])


@page(staff=READERS)
def view(request: PageRequest, pk: int) -> HttpResponseBase:
    evaluation = queries.find_evaluation(request.actor, pk)
    if form := wanted_file(request):
        found = list(document.lines(evaluation))
        return list_file(request, form, f"evaluation-{pk}", gettext("Evaluation"), _line_columns(), found)
    notes = queries.notes_of(evaluation)
    figures = queries.figures_of(evaluation)
    context = {
        **file_links(request),
        "evaluation": evaluation,
        "phase": phase_title(evaluation.phase),
        "period": document.period_in_words(evaluation),
        "numbers": [note for note in notes if note.kind == NoteKind.NUMBER],
        "notes": [note for note in notes if note.kind == NoteKind.NOTE],
        "may_write": _may_write(request) and evaluation.is_open,
        "may_reopen": _may_write(request) and not evaluation.is_open,
        "note_form": EvaluationNoteForm(),
        "sections": sections(figures),
        "legend": document.legend(),
        "period_names": document.period_names(),
    }
    return render(request, "office/evaluation.html", context)


@page(staff=DECIDERS, writes=True)
def change(request: PageRequest, pk: int) -> HttpResponse:
    evaluation = queries.find_evaluation(request.actor, pk)
    version = ShownVersion(request, evaluation)
    initial = {name: getattr(evaluation, name) for name in ("title", "phase", "first", "last", "goals")}
    initial["questions"] = [question["text"] for question in evaluation.questions]
    form = EvaluationForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.change_evaluation(request.actor, pk, form.cleaned_data)
            return redirect("evaluation", pk)
    return edit_page(request, form, gettext("Change"), [_list(), _crumb(evaluation)], version=version)


@page(staff=DECIDERS, writes=True)
def write(request: PageRequest, pk: int) -> HttpResponse:
    evaluation = queries.find_evaluation(request.actor, pk)
    version = ShownVersion(request, evaluation)
    initial = {"tried": evaluation.tried, "learnt": evaluation.learnt}
    form = EvaluationTextForm(evaluation.questions, request.POST or None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        answers = [given[f"answer_{place}"] for place in range(len(evaluation.questions))]
        with errors_shown_in(form), version.saving(form):
            services.write_evaluation(request.actor, pk, given["tried"], given["learnt"], answers)
            return redirect("evaluation", pk)
    heading = gettext("Write the evaluation")
    return edit_page(request, form, heading, [_list(), _crumb(evaluation)], version=version)


@page(staff=DECIDERS, writes=True)
def note(request: PageRequest, pk: int) -> HttpResponse:
    evaluation = queries.find_evaluation(request.actor, pk)
    form = EvaluationNoteForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.add_note(request.actor, pk, form.cleaned_data["text"], form.cleaned_data["value"])
            return redirect("evaluation", pk)
    return edit_page(request, form, gettext("Add a note or a number"), [_list(), _crumb(evaluation)])


@page(staff=DECIDERS, writes=True)
def unnote(request: PageRequest, pk: int, note: int) -> HttpResponse:
    evaluation = queries.find_evaluation(request.actor, pk)
    if request.method == "POST":
        with errors_shown_as_message(request):
            services.remove_note(request.actor, pk, note)
            messages.success(request, gettext("Removed."))
        return redirect("evaluation", pk)
    texts = [each.text for each in queries.notes_of(evaluation) if each.pk == note]
    words = gettext("Its text stays in the audit log.")
    return confirm_page(request, gettext("Remove"), [_list(), _crumb(evaluation)], words, things=texts)


@require_POST
@page(staff=DECIDERS, writes=True)
def close(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.close_evaluation(request.actor, pk)
        messages.success(request, gettext("The evaluation is closed, with the figures of its period."))
    return redirect("evaluation", pk)


@require_POST
@page(staff=DECIDERS, writes=True)
def reopen(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.reopen_evaluation(request.actor, pk)
        messages.success(request, gettext("The evaluation is open again."))
    return redirect("evaluation", pk)


@page(staff=READERS)
def printed(request: PageRequest, pk: int) -> HttpResponseBase:
    evaluation = queries.find_evaluation(request.actor, pk)
    content = document.evaluation_pdf(evaluation, "en" if get_language() == "en" else "sv")
    return download([content], f"evaluation-{pk}.pdf", "application/pdf")


def _columns() -> Columns[Evaluation]:
    return {
        gettext("Heading"): lambda each: each.title,
        gettext("Phase"): lambda each: phase_title(each.phase),
        gettext("From"): lambda each: each.first,
        gettext("Until"): lambda each: each.last,
        gettext("Status"): lambda each: each.get_state_display(),
        gettext("Goals"): lambda each: each.goals,
        gettext("What was tried"): lambda each: each.tried,
        gettext("What was learnt"): lambda each: each.learnt,
        gettext("Opened by"): lambda each: each.created_by,
        gettext("Closed"): lambda each: each.closed_at,
    }


def _line_columns() -> Columns[Any]:
    names = document.period_names()
    return {
        gettext("Part"): lambda line: line[0],
        gettext("What"): lambda line: line[1],
        names[0]: lambda line: line[2],
        names[1]: lambda line: line[3],
        names[2]: lambda line: line[4],
    }


def _may_write(request: PageRequest) -> bool:
    return request.actor.may_write and not request.actor.staff.isdisjoint(DECIDE)


def _list() -> Crumb:
    return gettext("Evaluations"), reverse("evaluations")


def _crumb(evaluation: Evaluation) -> Crumb:
    return evaluation.title, reverse("evaluation", args=[evaluation.pk])
