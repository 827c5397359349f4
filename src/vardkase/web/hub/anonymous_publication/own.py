"""What the holder of a recovery code sees and does. The code is in the page and in forms, never in an address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.anonymous_publication import authoring
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.queries import is_carried_out, is_stored
from vardkase.hub.anonymous_publication.slots import LATEST, SLOT, waits_here
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.anonymous_publication.forms import ComposeForm, RecoveryCodeForm
from vardkase.web.hub.anonymous_publication.presenters import why_words
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

FILE = "vardkase-recovery-code.txt"
SLOT_MARGIN = 60
"""Seconds after the beginning of a slot in which it is surely written."""
ACTS = {"withdraw": authoring.submit_withdrawal, "consent": authoring.submit_consent}


@page(Permission.ADD, writes=True, traceless=True)
def show(request: PageRequest) -> HttpResponse:
    form = RecoveryCodeForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return _own(request, form.cleaned_data["code"])
    status = 422 if form.errors else 200
    return render(request, "anonymous_publication/own.html", {"form": form}, status=status)


@require_POST
@page(Permission.ADD, writes=True, traceless=True)
def act(request: PageRequest) -> HttpResponse:
    """Withdraw or consent, as a submission of its own."""
    code, wanted = posted.text(request, "code"), ACTS.get(posted.text(request, "act"))
    refused = ""
    if wanted is None:
        raise Conflict(AnonymousProblem.NOT_PUBLISHED())
    try:
        wanted(request.actor, code)
    except (Conflict, Invalid) as error:
        refused = str(error)
    return _own(request, code, refused, done=not refused)


@require_POST
@page(Permission.ADD, writes=True, traceless=True)
def stored(request: PageRequest) -> HttpResponse:
    """Whether the submission with a receipt is in the queue: asked by the page that was left open."""
    context = storing(posted.text(request, "receipt")[:64], posted.text(request, "submitted")[:12])
    return render(request, "anonymous_publication/stored.html", context)


def storing(receipt: str, submitted: str) -> dict[str, Any]:
    """What ``stored.html`` needs; `submitted`: when, in Unix seconds, which only the page itself knows."""
    at = int(submitted) if submitted.isdecimal() else now_seconds()
    slot = at - at % SLOT + SLOT
    state = "waits"
    if is_stored(receipt):
        state = "stored"
    elif is_carried_out(receipt):
        state = "done"
    elif now_seconds() > slot + LATEST and not waits_here(receipt):
        state = "lost"
    elif now_seconds() > slot + SLOT_MARGIN:
        state = "late"
    return {
        "receipt": receipt,
        "submitted": str(at),
        "state": state,
        "slot": datetime.fromtimestamp(slot, UTC),
        "latest": datetime.fromtimestamp(slot + LATEST, UTC),
    }


@require_POST
@page(Permission.ADD, writes=True, traceless=True)
def code_file(request: PageRequest) -> HttpResponse:
    """The code that the page shows, as a file to save."""
    form = RecoveryCodeForm(request.POST)
    if not form.is_valid():
        raise Conflict(AnonymousProblem.NOT_A_CODE())
    response = HttpResponse(form.cleaned_data["code"] + "\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


def _own(request: PageRequest, code: str, refused: str = "", *, done: bool = False) -> HttpResponse:
    try:
        status = authoring.status_of(request.actor, code)
    except Invalid as unknown:
        form = RecoveryCodeForm({"code": code})
        form.add_error("code", str(unknown))
        return render(request, "anonymous_publication/own.html", {"form": form}, status=422)
    publication = status.publication
    context = {
        "code": code,
        "status": status,
        "publication": publication,
        "why": why_words(publication),
        "is_pending": bool(status.submitted or status.unsaved),
        "withdraws": SubmissionKind.WITHDRAW in status.submitted | status.unsaved,
        "compose": ComposeForm(initial={"code": code}),
        "refused": refused,
        "done": done,
    }
    return render(request, "anonymous_publication/publication.html", context, status=409 if refused else 200)
