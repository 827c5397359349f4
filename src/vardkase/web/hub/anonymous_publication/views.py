"""Composing, checking and submitting an anonymous publication: each step is a form that holds all of it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.hub.anonymity.anonymity_set import anonymity_set
from vardkase.hub.anonymity.hits import HitDecision
from vardkase.hub.anonymous_publication import authoring
from vardkase.hub.anonymous_publication.authoring import Draft
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.recovery_codes import new_code, read_code
from vardkase.hub.anonymous_publication.settings import SMALLEST_SET
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.anonymity.review import decisions_from, review_of
from vardkase.web.hub.anonymous_publication.forms import ComposeForm, SubmitForm
from vardkase.web.hub.anonymous_publication.own import storing
from vardkase.web.hub.anonymous_publication.presenters import left_out_words, shown_attributes
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True)
def start(request: PageRequest) -> HttpResponse:
    """What it is, and the form; the menu of an own event sends which one."""
    authoring.require_open(request.actor)
    event = posted.text(request, "event")
    return _composed(request, ComposeForm(initial={"event": event}), event)


@require_POST
@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True)
def check(request: PageRequest) -> HttpResponse:
    authoring.require_open(request.actor)
    form = ComposeForm(request.POST, request.FILES)
    if form.is_valid():
        with errors_shown_in(form):
            return _checked(request, form.cleaned_data)
    return _composed(request, form, posted.text(request, "event"))


@require_POST
@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True)
def submit(request: PageRequest) -> HttpResponse:
    """Submit, with the decisions on what points to the author; `act=again` carries these out and shows the rest."""
    authoring.require_open(request.actor)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return _composed(request, ComposeForm(), "", refused=form)
    given, sent = form.cleaned_data, posted.fields(request)
    draft: Draft | None = None
    decisions: dict[str, HitDecision] = {}
    with errors_shown_in(form):
        draft = _draft(request, given, given["document"])
        decisions = decisions_from(sent, draft.hits)
        if posted.text(request, "act") == "again":
            changed = json.dumps(draft.decided(decisions))
            return _shown(request, _form(given | {"document": changed}), _draft(request, given, changed), {})
        if all(hit.id in decisions or len(hit.actions) == 1 for hit in draft.hits):
            try:
                _submitted(request, given, draft.decided(decisions))
            except Conflict as refused:
                # Sent once more, because the answer with the code was lost on its way.
                if given["corrects"] or not refused.has(AnonymousProblem.ALREADY_THERE):
                    raise
            return _waiting(request, given)
        form.add_error(None, gettext("Decide on what has been found since the page was shown."))
    if draft is None:
        return _composed(request, ComposeForm(), "", refused=form)
    return _shown(request, form, draft, decisions)


def _composed(
    request: PageRequest, form: ComposeForm, event: str, refused: SubmitForm | None = None
) -> HttpResponse:
    status = 422 if form.errors or refused else 200
    own = authoring.own_event(request.actor, event) if event else None
    context = {
        "form": form,
        "event": event,
        "is_read": own is not None and authoring.is_read_by_others(own),
        "refused": refused,
    }
    return render(request, "anonymous_publication/start.html", context, status=status)


def _checked(request: PageRequest, given: dict[str, Any]) -> HttpResponse:
    if given["event"]:
        source = authoring.own_event_source(request.actor, given["event"])
    else:
        source = authoring.read_source(given["file"].read() if given["file"] else given["document"])
    corrects = read_code(given["code"]) if given["code"] else None
    draft = authoring.draft_of(
        request.actor,
        source,
        given["distribution"],
        keeps_times=given["keeps_times"],
        corrects=corrects,
        copy_of=given["event"] or None,
    )
    code = given["code"] or new_code()
    form = _form(
        {
            "event": given["event"],
            "document": json.dumps(draft.document),
            "distribution": given["distribution"],
            "keeps_times": given["keeps_times"],
            "corrects": corrects is not None,
            "code": code,
        }
    )
    return _shown(request, form, draft, {})


def _form(given: dict[str, Any]) -> SubmitForm:
    # A hidden input that is empty stands for a box that is not ticked.
    return SubmitForm(initial={name: value or None for name, value in given.items()})


def _shown(
    request: PageRequest, form: SubmitForm, draft: Draft, decisions: dict[str, HitDecision]
) -> HttpResponse:
    found = anonymity_set(draft.document)
    context = {
        "form": form,
        "document": draft.document,
        "exceeded": ", ".join(authoring.exceeded_labels(draft.document)),
        "attributes": shown_attributes(draft.document),
        "written": json.dumps(draft.document, indent=2, ensure_ascii=False),
        "left_out": left_out_words(draft.left_out),
        "review": review_of(draft.document, draft.hits, decisions),
        "members": found.count,
        "by_history": found.by_history,
        "smallest": SMALLEST_SET.value,
        "is_few": found.count < SMALLEST_SET.value,
        "corrects": bool(form["corrects"].value()),
    }
    return render(request, "anonymous_publication/check.html", context, status=422 if form.errors else 200)


def _draft(request: PageRequest, given: dict[str, Any], document: str) -> Draft:
    """Copied anew: what the page holds may have been changed in the meantime."""
    corrects = read_code(given["code"]) if given["corrects"] else None
    source = authoring.read_source(document)
    return authoring.draft_of(
        request.actor,
        source,
        given["distribution"],
        keeps_times=given["keeps_times"],
        corrects=corrects,
        copy_of=given["event"] or None,
    )


def _submitted(request: PageRequest, given: dict[str, Any], document: dict[str, Any]) -> None:
    if given["corrects"]:
        authoring.submit_correction(
            request.actor, given["code"], document, confirms_tlp=given["confirms_tlp"]
        )
        return
    authoring.submit_publication(
        request.actor,
        given["code"],
        document,
        consents=given["consents"],
        confirms_tlp=given["confirms_tlp"],
    )


def _waiting(request: PageRequest, given: dict[str, Any]) -> HttpResponse:
    kind = SubmissionKind.CORRECT if given["corrects"] else SubmissionKind.PUBLISH
    context = storing(read_code(given["code"]).receipt(kind), "") | {
        "code": given["code"],
        "corrects": given["corrects"],
        "own": reverse("anonymous_publication_own"),
    }
    return render(request, "anonymous_publication/submitted.html", context)
