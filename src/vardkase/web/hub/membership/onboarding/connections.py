"""Connections in the name of the user's organisation, which its administrator confirms before the hub fetches."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.exchange.servers import confirmation
from vardkase.identity.access.permissions import Permission
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
    try:
        confirmation.confirm(request.actor, pk, request.POST.get("identity", ""))
    except Conflict as changed:
        messages.error(request, str(changed))
    else:
        messages.success(request, gettext("Confirmed. What the hub fetches there counts as yours."))
    return redirect("membership_connections")
