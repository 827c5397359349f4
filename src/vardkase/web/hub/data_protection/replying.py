"""The reply to a data subject: reasons, a draft of the letter, and the letter."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.data_protection.requests import queries, replying, wording
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.web.hub.data_protection.forms import DataReplyForm
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_in, take_errors
from vardkase.web.ui.mail_messages import post_the_letter, say_sent
from vardkase.web.ui.pages import PageRequest, page


@page(staff=HANDLERS, writes=True)
def reply(request: PageRequest, pk: int) -> HttpResponse:
    form = DataReplyForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            replying.reply(request.actor, pk, given["text"], given["without_because"])
            say_sent(
                request, gettext("The reply has been sent, and the request is closed."), post_the_letter()
            )
            return redirect("data_request", pk)
    return _shown(request, pk, form)


@require_POST
@page(staff=HANDLERS, writes=True)
def preview(request: PageRequest, pk: int) -> HttpResponseBase:
    form = DataReplyForm(request.POST)
    if form.is_valid():
        try:
            content = replying.preview_reply(request.actor, pk, form.cleaned_data["text"])
        except (Invalid, Conflict) as refused:
            take_errors(form, refused)
        else:
            return download([content], "draft.pdf", "application/pdf")
    return _shown(request, pk, form)


def _shown(request: PageRequest, pk: int, form: DataReplyForm) -> HttpResponse:
    asked = queries.find_request(request.actor, pk)
    context = {
        "asked": asked,
        "form": form,
        "concerned": queries.controllers(asked),
        "unanswered": queries.own_unanswered(asked),
        "results": wording.results(asked),
        "undone": wording.undone(asked),
        "unfilled": wording.unfilled(asked),
        "is_address_unknown": queries.is_address_unknown(asked),
    }
    return render(request, "data_protection/reply.html", context, status=422 if form.errors else 200)
