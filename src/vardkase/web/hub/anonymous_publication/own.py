"""What the holder of a recovery code sees and does. The code is in the page and in forms, never in an address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.anonymous_publication import authoring
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.queries import is_carried_out, is_stored
from vardkase.hub.anonymous_publication.schedules import next_round
from vardkase.hub.anonymous_publication.slots import LATEST, SLOT, waits_here
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.anonymous_publication.forms import ComposeForm, RecoveryCodeForm
from vardkase.web.hub.anonymous_publication.presenters import why_words
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

FILE = "vardkase-recovery-code.txt"
SLOT_MARGIN = 60
"""Seconds after the beginning of a slot in which it is surely written."""
ACTS = {
    "withdraw": authoring.submit_withdrawal,
    "consent": authoring.submit_consent,
    "undo": authoring.submit_undo,
}
CONFIRMED: dict[str, tuple[Promise, Promise]] = {
    "withdraw": (
        gettext_lazy("Withdraw the publication"),
        gettext_lazy(
            "The next round deletes the event on this hub. Organisations that already have a copy keep it. What is "
            "withdrawn cannot be published again with this code."
        ),
    ),
    "consent": (
        gettext_lazy("Publish it all the same"),
        gettext_lazy(
            "Few members could have published the event, so that others may guess that it was you. What has been "
            "published cannot be made anonymous again."
        ),
    ),
}
"""What is asked about first: its heading, and what it leads to."""
WAITS: dict[str, Promise] = {
    SubmissionKind.PUBLISH: gettext_lazy("The publication waits for the next round."),
    SubmissionKind.CORRECT: gettext_lazy("A correction waits for the next round."),
    SubmissionKind.WITHDRAW: gettext_lazy("A withdrawal waits for the next round."),
    SubmissionKind.CONSENT: gettext_lazy("Your consent waits for the next round."),
    SubmissionKind.UNDO: gettext_lazy("You have undone the withdrawal or consent: nothing comes of it."),
}


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
    """Withdraw, consent or undo either, as a submission of its own; it is asked first whether to."""
    code, name = posted.text(request, "code"), posted.text(request, "act")
    wanted = ACTS.get(name)
    refused = ""
    if wanted is None:
        raise Conflict(AnonymousProblem.NOT_PUBLISHED())
    if name in CONFIRMED and not posted.text(request, "confirmed"):
        return _asked(request, code, name)
    try:
        wanted(request.actor, code)
    except (Conflict, Invalid) as error:
        refused = str(error)
    return _own(request, code, refused, done=not refused)


def _asked(request: PageRequest, code: str, name: str) -> HttpResponse:
    heading, words = CONFIRMED[name]
    above = [(gettext("My anonymous publication"), reverse("anonymous_publication_own"))]
    fields = (("code", code), ("act", name), ("confirmed", "yes"))
    deletes = name == "withdraw"
    return confirm_page(request, str(heading), above, str(words), fields=fields, deletes=deletes)


@require_POST
@page(Permission.ADD, writes=True, traceless=True)
def stored(request: PageRequest) -> HttpResponse:
    """Whether the submission with a receipt is in the queue: asked by the page that was left open."""
    context = storing(posted.text(request, "receipt")[:64], posted.text(request, "submitted")[:12])
    return render(request, "anonymous_publication/stored.html", context)


def storing(receipt: str, submitted: str) -> dict[str, Any]:
    """What ``stored.html`` needs; `submitted`: when, in Unix seconds, which only the page itself knows."""
    now = now_seconds()
    at = min(max(int(submitted), now - 86_400), now) if submitted.isdecimal() else now
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
        "waits": [words for kind, words in WAITS.items() if kind in status.submitted],
        "withdraws": done or SubmissionKind.WITHDRAW in status.submitted,
        "consents": done or SubmissionKind.CONSENT in status.submitted,
        "next_round": next_round(),
        "compose": ComposeForm(initial={"code": code}),
        "refused": refused,
        "done": done,
    }
    return render(request, "anonymous_publication/publication.html", context, status=409 if refused else 200)
