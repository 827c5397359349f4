"""Requests to publish: asking colleagues who may, and their list of what they are asked."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.core.mail.services import TooManyMessages
from vardkase.identity.access.permissions import Permission
from vardkase.intel.publication_requests.queries import publication_requests
from vardkase.intel.publication_requests.services import LONGEST_MESSAGE, close_request, request_publication
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.editing.common import attempt, own_event
from vardkase.web.intel.event_delegations.presenters import request_tabs
from vardkase.web.ui.pages import PageRequest, page

MOST = 200


class PublicationRequestForm(forms.Form):
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What those who publish it should know or check."),
    )


@page()
def every(request: PageRequest) -> HttpResponse:
    context = {
        "heading": gettext("Requests to publish"),
        # The other requests are for those who may write events.
        "tabs": request_tabs("publish") if request.actor.may(Permission.ADD) else [],
        "requests": publication_requests(request.actor)[:MOST],
    }
    return render(request, "publication_requests/every.html", context)


@page(Permission.ADD, writes=True)
def create(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    form = PublicationRequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            made = attempt(
                form,
                lambda: request_publication(
                    request.actor, event.id, form.cleaned_data["message"].replace("\r\n", "\n")
                ),
            )
        except (Conflict, TooManyMessages) as refused:
            made = None
            form.add_error(None, str(refused))
        if made is not None:
            messages.success(request, gettext("Your colleagues who may publish have been asked."))
            return redirect("event", event.id)
    context = {"heading": gettext("Ask a colleague to publish"), "event": event, "form": form}
    return render(request, "publication_requests/form.html", context)


@page(Permission.ADD, writes=True)
@require_POST
def close(request: PageRequest, reference: str) -> HttpResponse:
    """Withdraw one's own request, or decline it."""
    event = find_event(request.actor, reference)
    asked = close_request(request.actor, event.id)
    if asked.requester_id == request.actor.user_id:
        messages.success(request, gettext("The request has been withdrawn."))
    else:
        messages.success(request, gettext("The request has been declined."))
    return redirect("event", event.id)
