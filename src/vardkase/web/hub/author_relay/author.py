"""The author's page of messages: opened with the recovery code, which is in the page and in its forms alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.author_relay import answering
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.author_relay.forms import AuthorAnswerForm, MessagesCodeForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True, traceless=True)
def messages(request: PageRequest) -> HttpResponse:
    form = MessagesCodeForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return _shown(request, form.cleaned_data["code"])
    status = 422 if form.errors else 200
    return render(request, "author_relay/code.html", {"form": form}, status=status)


@require_POST
@page(Permission.ADD, writes=True, traceless=True)
def answer(request: PageRequest) -> HttpResponse:
    form = AuthorAnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, _code_in(form), failed=form)
    given = form.cleaned_data
    try:
        answering.answer(request.actor, given["code"], given["message"], given["text"])
    except (Conflict, Invalid, NotFound) as error:
        form.add_error(None, str(error))
        return _shown(request, given["code"], failed=form)
    return _shown(request, given["code"], is_sent=True)


def _code_in(form: AuthorAnswerForm) -> str:
    code = form.cleaned_data.get("code")
    if not code:
        raise Conflict(AnonymousProblem.NOT_A_CODE())
    return str(code)


def _shown(
    request: PageRequest, code: str, *, failed: AuthorAnswerForm | None = None, is_sent: bool = False
) -> HttpResponse:
    """Raises Invalid under `code`."""
    try:
        read = answering.messages_for(request.actor, code)
    except Invalid as unknown:
        if failed is None and not is_sent:
            raise
        raise Conflict(unknown.problem) from unknown
    shown: list[dict[str, Any]] = []
    for number, each in enumerate(read):
        is_failed = failed is not None and str(failed["message"].value()) == str(each.id)
        empty = AuthorAnswerForm(initial={"code": code, "message": each.id}, auto_id=f"answer_{number}_%s")
        form = failed if is_failed else empty
        shown.append({"message": each, "form": form})
    context = {"shown": shown, "code": code, "is_sent": is_sent, "failed": failed}
    return render(request, "author_relay/messages.html", context, status=422 if failed else 200)
