"""Editing the texts of the public page: preview, versions, restore."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.customer_service.queries import conversation, find_desk_request
from vardkase.hub.customer_service.rules import DESKS
from vardkase.hub.public_pages import queries, services
from vardkase.hub.public_pages.passages import LANGUAGES, Passage, PassagePart, PassageText
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.web.hub.public_pages.forms import PassageForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.markdown import rendered_by_owner
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page()
def index(request: PageRequest) -> HttpResponse:
    services.require_editor(request.actor)
    rows = queries.passages()
    parts = [(PARTS[part](), [row for row in rows if row.part == part]) for part in PassagePart]
    return render(request, "public_pages/passages.html", {"parts": parts, "questions": PassagePart.QUESTION})


@page(writes=True)
def edit(request: PageRequest, part: str, name: str) -> HttpResponse:
    services.require_editor(request.actor)
    passage = queries.find_passage(part, name)
    form = PassageForm(request.POST or None, initial=_initial(passage))
    if form.is_valid():
        with errors_shown_in(form):
            data = form.cleaned_data
            made = services.change_passage(request.actor, part, name, data, data["number"], data["reason"])
            return _done(request, made, gettext("Saved. Visitors see the new text now."))
    return _form(request, form, passage)


@require_POST
@page(writes=True)
def preview(request: PageRequest, part: str, name: str) -> HttpResponse:
    services.require_editor(request.actor)
    return _form(request, PassageForm(request.POST), queries.find_passage(part, name))


@page(writes=True)
def add(request: PageRequest) -> HttpResponse:
    services.require_editor(request.actor)
    form = PassageForm(request.POST or None, initial={"number": 0, **_of_request(request)})
    if form.is_valid():
        with errors_shown_in(form):
            made = services.add_question(request.actor, form.cleaned_data, form.cleaned_data["reason"])
            return _done(request, made, gettext("The question is on the public page."))
    return _form(request, form, None)


@require_POST
@page(writes=True)
def preview_new(request: PageRequest) -> HttpResponse:
    services.require_editor(request.actor)
    return _form(request, PassageForm(request.POST), None)


@require_POST
@page(writes=True)
def show(request: PageRequest, name: str) -> HttpResponse:
    shown = posted.flag(request, "shown")
    with errors_shown_as_message(request):
        made = services.show_question(request.actor, name, shown=shown)
        message = (
            gettext("The question is shown again.")
            if shown
            else gettext("The question is hidden from the page. It can be shown again.")
        )
        return _done(request, made, message)
    return redirect("passages")


@require_POST
@page(writes=True)
def move(request: PageRequest, name: str) -> HttpResponse:
    services.move_question(request.actor, name, up=posted.text(request, "to") == "up")
    return redirect("passages")


@page()
def versions(request: PageRequest, part: str, name: str) -> HttpResponse:
    services.require_editor(request.actor)
    passage = queries.find_passage(part, name)
    rows = [(row, queries.passage_of(row).words) for row in queries.versions(passage)]
    return render(
        request,
        "public_pages/versions.html",
        {"passage": passage, "title": passage.words["sv"].title, "rows": rows},
    )


@require_POST
@page(writes=True)
def restore(request: PageRequest, part: str, name: str) -> HttpResponse:
    number = posted.text(request, "number")
    try:
        version = int(number) if number.isdecimal() else -1
        made = services.restore_version(request.actor, part, name, version)
    except Invalid:
        messages.error(request, gettext("Version not found."))
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        return _done(
            request, made, gettext("The earlier text is shown again."), "passage_versions", part, name
        )
    return redirect("passage_versions", part, name)


def _done(request: PageRequest, made: ApprovalRequest | None, message: str, *back: str) -> HttpResponse:
    """Where the reader goes on: to what another officer has to approve, or back to what has changed."""
    if made is not None and made.is_waiting:
        return proposed(request, made)
    messages.success(request, message)
    return redirect(*(back or ("passages",)))


def _form(request: PageRequest, form: PassageForm, passage: Passage | None) -> HttpResponse:
    previews = (
        [_preview(form, language) for language in LANGUAGES] if form.is_bound and form.is_valid() else []
    )
    context: dict[str, Any] = {
        "form": form,
        "passage": passage,
        "title": passage.words["sv"].title if passage else gettext("New question"),
        "previews": previews,
    }
    return render(request, "public_pages/passage_form.html", context, status=422 if form.errors else 200)


def _preview(form: PassageForm, language: str) -> dict[str, Any]:
    written = PassageText(*(form.cleaned_data[f"{name}_{language}"] for name in ("title", "lead", "text")))
    words = queries.filled(written, language)
    return {
        "language": language,
        "title": words.title,
        "lead": words.lead,
        "html": rendered_by_owner(words.text),
    }


def _initial(passage: Passage) -> dict[str, Any]:
    initial: dict[str, Any] = {"number": passage.number}
    for language in LANGUAGES:
        text: PassageText = passage.words[language]
        initial |= {
            f"title_{language}": text.title,
            f"lead_{language}": text.lead,
            f"text_{language}": text.text,
        }
    return initial


def _of_request(request: PageRequest) -> dict[str, str]:
    number = request.GET.get("request", "")
    if not number.isdecimal() or request.actor.staff.isdisjoint(DESKS):
        return {}
    support_request = find_desk_request(request.actor, int(number))
    answers = [
        message.text
        for message in conversation(support_request, request.actor)
        if message.from_staff and not message.internal
    ]
    language = support_request.language if support_request.language in LANGUAGES else "sv"
    return {f"title_{language}": support_request.subject, f"text_{language}": answers[-1] if answers else ""}


PARTS = {
    PassagePart.HERO: lambda: gettext("Header"),
    PassagePart.STEP: lambda: gettext("Get started in six steps"),
    PassagePart.QUESTION: lambda: gettext("Questions and answers"),
    PassagePart.LEG: lambda: gettext("Security rests on two pillars"),
    PassagePart.HELP: lambda: gettext("Help beside the application"),
    PassagePart.FOOT: lambda: gettext("Footer"),
    PassagePart.PRIVACY: lambda: gettext("Privacy notice"),
    PassagePart.ACCESSIBILITY: lambda: gettext("Accessibility statement"),
}
