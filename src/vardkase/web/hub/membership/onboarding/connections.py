"""Connections in the name of the user's organisation, which its administrator confirms before the hub fetches."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.servers import confirmation
from vardkase.identity.access.permissions import Permission
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADMIN, allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    rows = [
        (server, confirmation.identity_of(server), confirmation.waits_for_confirmation(server))
        for server in confirmation.connections_of(request.actor)
    ]
    return render(request, "onboarding/connections.html", {"rows": rows})


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def confirm(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        confirmation.confirm(request.actor, pk, posted.text(request, "identity"))
        messages.success(
            request, gettext("Confirmed. Anything the hub fetches from there is treated as yours.")
        )
    return redirect("membership_connections")
