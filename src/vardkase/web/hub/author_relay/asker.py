"""The page on which readers of an anonymous event write to its author, and read the answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.hub.author_relay import asking, queries
from vardkase.web.hub.author_relay.forms import AskAuthorForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(writes=True)
def ask(request: PageRequest, reference: str) -> HttpResponse:
    event, asked = queries.asked_about(request.actor, reference)
    form = AskAuthorForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            asking.ask(request.actor, reference, **form.cleaned_data)
            messages.success(request, gettext("Your message reaches the author in the next round."))
            return redirect("event_author", reference)
    context = {"event": event, "asked": asked, "form": form}
    return render(request, "author_relay/ask.html", context, status=422 if form.errors else 200)
