"""Connections to other instances: are they up, what moved, what failed, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.exchange.servers.client import test_connection
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server, servers
from vardkase.exchange.sync import queries, tasks
from vardkase.exchange.sync.models import Direction, State
from vardkase.identity.access.permissions import Permission
from vardkase.web.diagnosis import diagnosis
from vardkase.web.pages import PageRequest, page
from vardkase.web.views.administration.listing import listed

SET_ASIDE_SHOWN = 20


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    """Every connection, with how its last runs went."""
    rows = list(servers(request.actor))
    latest = queries.latest_runs(request.actor, rows)
    shown = [
        (server, *(latest.get((server.pk, way)) for way in (Direction.PULL, Direction.PUSH)))
        for server in rows
    ]
    return render(request, "administration/connections.html", {"rows": shown})


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    """One connection: its last runs, and what could not be taken in."""
    return _shown(request, find_server(request.actor, pk))


@require_POST
@page(Permission.SITE_ADMIN)
def test(request: PageRequest, pk: int) -> HttpResponse:
    """Ask the other instance now."""
    server = find_server(request.actor, pk)
    return _shown(request, server, found=diagnosis(test_connection(request.actor, pk)))


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def pull(request: PageRequest, pk: int) -> HttpResponse:
    """Have everything new fetched, or one event that was set aside."""
    server = find_server(request.actor, pk)
    try:
        tasks.order_pull(request.actor, server.pk, request.POST.get("event") or "full")
    except Invalid as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Fetching begins in a moment. This page tells how it goes."))
    return redirect("server", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def push(request: PageRequest, pk: int) -> HttpResponse:
    """Have everything sent that the other instance lacks."""
    server = find_server(request.actor, pk)
    tasks.order_push(request.actor, server.pk, "full")
    messages.success(request, gettext("Sending begins in a moment. This page tells how it goes."))
    return redirect("server", pk)


@page(Permission.SITE_ADMIN)
def run(request: PageRequest, pk: int) -> HttpResponse:
    """One run: what became of each event."""
    found = queries.find_run(request.actor, pk)
    context = {"run": found, "server": found.server}
    return render(
        request,
        "administration/connection_run.html",
        context | listed(request, queries.events_of(request.actor, found.pk), {"pk"}, "pk"),
    )


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Have a run stop; what it has moved stays."""
    found = queries.cancel_run(request.actor, pk)
    messages.success(request, gettext("The run stops after the event it is at. What has been moved stays."))
    return redirect("server", found.server_id)


def _shown(request: PageRequest, server: Server, **more: Any) -> HttpResponse:
    runs = queries.runs_of(request.actor, server.pk)
    aside = queries.set_aside_of(request.actor, server.pk)
    context = {
        "server": server,
        "running": runs.filter(state=State.RUNNING).order_by("-pk"),
        "aside": aside[:SET_ASIDE_SHOWN],
        "aside_count": aside.count(),
        **listed(request, runs, {"pk"}, "-pk"),
        **more,
    }
    return render(request, "administration/connection.html", context)
