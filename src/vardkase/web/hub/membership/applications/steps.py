"""Form steps, the recommendation beside them, and the review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.hub.membership.applications.documents import answer_in_words
from vardkase.hub.membership.applications.models import Application, ApplicationState, Attachment
from vardkase.hub.membership.applications.recommendation import recommendation
from vardkase.hub.membership.applications.services.conversation import add_evidence, remove_evidence
from vardkase.hub.membership.applications.services.drafting import (
    NotOpen,
    StaleDraft,
    may_change,
    problems,
    save_step,
)
from vardkase.hub.membership.applications.services.submission import submit
from vardkase.hub.membership.questionnaire.fields import FormStep, value_at
from vardkase.hub.membership.questionnaire.reading import read_step
from vardkase.hub.membership.questionnaire.steps import BY_NAME, REVIEW, STEPS
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.membership.themes import MEASURES, THEMES
from vardkase.web.hub.membership.applications.current_application import (
    ApplicantRequest,
    applicant_page,
    home_of,
    page,
    stepper_items,
)
from vardkase.web.hub.membership.applications.forms import StepForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.markdown import rendered_by_owner

ADVISED = frozenset({"needs", "connection", REVIEW})
"""Where the recommendation stands beside the form."""


@applicant_page
def step(request: ApplicantRequest, name: str) -> HttpResponse:
    if name not in BY_NAME:
        raise Http404
    if not may_change(request.application, name):
        return redirect(home_of(request.application))
    if request.method != "POST":
        return _form_page(request, StepForm(BY_NAME[name], _answers(request.application, name)))
    return _save(request, name) or redirect(_next(request.application, name))


@require_POST
@applicant_page
def remove_file(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Remove a file of evidence, and save the form around the button, which would lose what is written there."""
    if not may_change(request.application, "security"):
        return redirect(home_of(request.application))
    return _save(request, "security", removed=pk) or redirect("apply_step", "security")


def _save(request: ApplicantRequest, name: str, removed: int | None = None) -> HttpResponse | None:
    """Save the step and its files; returns the page with the errors, or None."""
    form = StepForm(BY_NAME[name], _answers(request.application, name), request.POST)
    try:
        application, read = save_step(
            request.applicant, request.application, name, form.given(), posted.text(request, "seen")
        )
    except (StaleDraft, NotOpen) as error:
        request.application.refresh_from_db()
        form.blame({"": [error.problem]})
        return _form_page(request, form, status=409)
    request.application = application
    if removed is not None:
        remove_evidence(request.applicant, application, removed)
    # What can be read is saved with its files even where other answers are wrong: browsers do not send files again.
    errors = dict(read.errors) | (_add_files(request) if name == "security" else {})
    if errors:
        form.blame(errors)
        return _form_page(request, form, status=422)
    return None


@require_POST
@applicant_page
def advise(request: ApplicantRequest) -> HttpResponse:
    form = StepForm(BY_NAME["needs"], {}, request.POST)
    values = read_step(BY_NAME["needs"], form.given()).values
    return render(
        request, "applications/aside.html#recommendation", {"recommendation": recommendation(values)}
    )


@applicant_page
def review(request: ApplicantRequest) -> HttpResponse:
    application = request.application
    if application.state != ApplicationState.DRAFT and request.method != "POST":
        return redirect("apply_status")
    errors: Mapping[str, Sequence[Problem]] = problems(application)
    if request.method == "POST":
        try:
            submit(request.applicant, application)
            return redirect("apply_status")
        except Invalid as refused:
            errors = refused.by_field
        except Conflict as refused:
            messages.error(request, str(refused))
            return redirect("apply_status")
    context = page(
        request,
        steps=stepper_items(application, REVIEW),
        sections=[section(application, step, errors) for step in STEPS],
        missing=len(errors),
        recommendation=recommendation(application.answers.get("needs") or {}),
        advises=True,
    )
    return render(
        request, "applications/review.html", context, status=422 if request.method == "POST" else 200
    )


def section(
    application: Application, step: FormStep, errors: Mapping[str, Sequence[Problem]]
) -> dict[str, Any]:
    answers = application.answers.get(step.name) or {}
    pairs = []
    for group in step.groups:
        if group.is_asked(answers):
            for field in group.fields:
                key = group.key(field)
                answer = answer_in_words(field, value_at(answers, key))
                wrong = " ".join(map(str, errors.get(f"{step.name}.{key}", [])))
                if answer or wrong or field.required:
                    pairs.append(
                        {"group": group.title, "label": field.label, "answer": answer, "wrong": wrong}
                    )
    return {
        "name": step.name,
        "title": step.title,
        "pairs": pairs,
        "url": reverse("apply_step", args=[step.name]),
        "wrong": sum(1 for pair in pairs if pair["wrong"]),
        "files": list(_evidence(application)) if step.name == "security" else [],
    }


def _form_page(request: ApplicantRequest, form: StepForm, status: int = 200) -> HttpResponse:
    application, name = request.application, form.step.name
    saved = application.saved.get(name, "")
    context = page(
        request,
        form=form,
        step=form.step,
        wrong=form.wrong() if form.is_bound else [],
        steps=stepper_items(application, name),
        seen=saved,
        saved_at=parse_datetime(saved) if saved else None,
        previous=_neighbour(name, -1),
        themes=_themes(application, form) if name == "security" else [],
        terms=_terms() if name == "terms" else None,
        advises=name in ADVISED,
        recommendation=recommendation(_needs(application, form)),
        completes=application.state != ApplicationState.DRAFT,
    )
    return render(request, "applications/step.html", context, status=status)


def _answers(application: Application, name: str) -> dict[str, Any]:
    answers = application.answers.get(name) or {}
    # Terms that were accepted in an earlier version have to be accepted again.
    if name == "terms" and answers.get("version") != current_terms().version:
        return {**answers, "accepted": False}
    return answers


def _terms() -> dict[str, Any]:
    terms = current_terms()
    return {"version": terms.version, "html": rendered_by_owner(terms.text(get_language() or "sv"))}


def _needs(application: Application, form: StepForm) -> dict[str, Any]:
    if form.step.name == "needs" and form.is_bound:
        return read_step(form.step, form.given()).values
    return application.answers.get("needs") or {}


def _themes(application: Application, form: StepForm) -> list[dict[str, Any]]:
    groups = {group.group.name: group for group in form.groups()}
    files: dict[str, list[Attachment]] = {}
    for attachment in _evidence(application):
        files.setdefault(attachment.measure, []).append(attachment)
    return [
        {
            "title": theme.title,
            "measures": [
                {
                    "measure": measure,
                    "fields": groups[measure.name].fields,
                    "files": files.get(measure.name, []),
                }
                for measure in theme.measures
            ],
        }
        for theme in THEMES
    ]


def _evidence(application: Application) -> list[Attachment]:
    return list(application.attachments.filter(message=None).order_by("pk"))


def _add_files(request: ApplicantRequest) -> dict[str, list[Problem]]:
    errors: dict[str, list[Problem]] = {}
    for measure in MEASURES:
        try:
            if sent := posted.files(request, f"{measure}.files"):
                add_evidence(request.applicant, request.application, measure, sent)
        except Invalid as error:
            # A field for files shows no errors of its own: they are shown at the measure's level.
            errors[f"{measure}.level"] = [problem for field in error.by_field.values() for problem in field]
    return errors


def _neighbour(name: str, distance: int) -> dict[str, str] | None:
    place = list(BY_NAME).index(name) + distance
    if not 0 <= place < len(STEPS):
        return None
    other = STEPS[place]
    return {"label": str(other.short), "url": reverse("apply_step", args=[other.name])}


def _next(application: Application, name: str) -> str:
    if application.state != ApplicationState.DRAFT:
        return reverse("apply_status")
    after = _neighbour(name, 1)
    return after["url"] if after else reverse("apply_review")
