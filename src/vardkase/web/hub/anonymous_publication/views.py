"""Composing, checking and submitting an anonymous publication: each step is a form that holds all of it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.hub.anonymous_publication import authoring
from vardkase.hub.anonymous_publication.authoring import Draft
from vardkase.hub.anonymous_publication.members import members_that_could
from vardkase.hub.anonymous_publication.recovery_codes import new_code, read_code
from vardkase.hub.anonymous_publication.settings import SMALLEST_SET
from vardkase.hub.anonymous_publication.slots import SLOT
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.anonymous_publication.forms import ComposeForm, SubmitForm
from vardkase.web.hub.anonymous_publication.presenters import left_out_words
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True, body=BodyLimits.DRAFT)
def start(request: PageRequest) -> HttpResponse:
    """What it is, and the form; the menu of an own event sends which one."""
    authoring.require_open(request.actor)
    event = posted.text(request, "event")
    if event:
        authoring.own_event_source(request.actor, event)
    return _composed(request, ComposeForm(initial={"event": event}), event)


@require_POST
@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True, body=BodyLimits.DRAFT)
def check(request: PageRequest) -> HttpResponse:
    authoring.require_open(request.actor)
    form = ComposeForm(request.POST, request.FILES)
    if form.is_valid():
        with errors_shown_in(form):
            return _checked(request, form.cleaned_data)
    return _composed(request, form, posted.text(request, "event"))


@require_POST
@page(Permission.ADD, Permission.PUBLISH, writes=True, traceless=True, body=BodyLimits.DRAFT)
def submit(request: PageRequest) -> HttpResponse:
    form = SubmitForm(request.POST)
    draft = None
    if form.is_valid():
        with errors_shown_in(form):
            draft = _draft(request, form.cleaned_data)
            _submitted(request, form.cleaned_data, draft)
            return _waiting(request, form.cleaned_data)
    if draft is None:
        return _composed(request, ComposeForm(), "", refused=form)
    return _shown(request, form, draft)


def _composed(
    request: PageRequest, form: ComposeForm, event: str, refused: SubmitForm | None = None
) -> HttpResponse:
    status = 422 if form.errors or refused else 200
    context = {"form": form, "event": event, "refused": refused}
    return render(request, "anonymous_publication/start.html", context, status=status)


def _checked(request: PageRequest, given: dict[str, Any]) -> HttpResponse:
    if given["event"]:
        source = authoring.own_event_source(request.actor, given["event"])
    else:
        source = authoring.read_source(given["file"].read() if given["file"] else given["document"])
    corrects = read_code(given["code"]) if given["code"] else None
    draft = authoring.draft_of(
        request.actor, source, given["distribution"], keeps_times=given["keeps_times"], corrects=corrects
    )
    initial = {
        "document": json.dumps(draft.document),
        "distribution": given["distribution"],
        "keeps_times": given["keeps_times"] or None,
        "corrects": "1" if corrects else None,
        "code": given["code"] or new_code(),
    }
    return _shown(request, SubmitForm(initial=initial), draft)


def _shown(request: PageRequest, form: SubmitForm, draft: Draft) -> HttpResponse:
    members = members_that_could()
    context = {
        "form": form,
        "document": draft.document,
        "written": json.dumps(draft.document, indent=2, ensure_ascii=False),
        "left_out": left_out_words(draft.left_out),
        "members": members,
        "smallest": SMALLEST_SET.value,
        "is_few": members < SMALLEST_SET.value,
        "corrects": bool(form["corrects"].value()),
    }
    return render(request, "anonymous_publication/check.html", context, status=422 if form.errors else 200)


def _draft(request: PageRequest, given: dict[str, Any]) -> Draft:
    """Copied anew: what the page holds may have been changed in the meantime."""
    corrects = read_code(given["code"]) if given["corrects"] else None
    source = authoring.read_source(given["document"])
    keeps_times = given["keeps_times"]
    return authoring.draft_of(
        request.actor, source, given["distribution"], keeps_times=keeps_times, corrects=corrects
    )


def _submitted(request: PageRequest, given: dict[str, Any], draft: Draft) -> None:
    if given["corrects"]:
        authoring.submit_correction(request.actor, given["code"], draft, confirms_tlp=given["confirms_tlp"])
        return
    authoring.submit_publication(
        request.actor,
        given["code"],
        draft,
        members=members_that_could(),
        consents=given["consents"],
        confirms_tlp=given["confirms_tlp"],
    )


def _waiting(request: PageRequest, given: dict[str, Any]) -> HttpResponse:
    kind = SubmissionKind.CORRECT if given["corrects"] else SubmissionKind.PUBLISH
    context = {
        "code": given["code"],
        "receipt": read_code(given["code"]).receipt(kind),
        "minutes": SLOT // 60,
        "corrects": given["corrects"],
        "own": reverse("anonymous_publication_own"),
    }
    return render(request, "anonymous_publication/submitted.html", context)
