"""Questions of readers about the events of one's organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.questions.queries import questions
from vardkase.exchange.questions.services import close_question
from vardkase.identity.access.permissions import Permission
from vardkase.web.intel.event_delegations.presenters import request_tabs
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size
from vardkase.web.ui.undo import say_with_undo


@page(Permission.ADD)
def index(request: PageRequest) -> HttpResponse:
    closed = request.GET.get("show") == "closed"
    found = questions(request.actor, wanted_place(request), wanted_size(request), closed=closed)
    context = {
        "rows": found.rows,
        "closed": closed,
        "tabs": request_tabs("questions"),
        **page_links(request, found),
    }
    return render(request, "questions/index.html", context)


@require_POST
@page(Permission.ADD, writes=True)
def close(request: PageRequest, pk: int) -> HttpResponse:
    """Mark a question as answered, or with `open` open it again."""
    if posted.flag(request, "open"):
        close_question(request.actor, pk, closed=False)
        messages.success(request, gettext("The question is open again."))
    else:
        close_question(request.actor, pk)
        say_with_undo(request, gettext("Marked as answered."), "question_close", pk, open="1")
    return redirect("questions")
