"""Overlap between connected hubs, and an event's ids there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers import tasks
from vardkase.exchange.servers.queries import find_server, servers
from vardkase.exchange.sync import remote_event_ids
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.queries import overlaps
from vardkase.web.exchange.servers.overlap_forms import TranslationForm
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.SITE_ADMIN)
def overlap(request: PageRequest) -> HttpResponse:
    caches = overlaps(request.actor, (SERVER,))
    columns = [source for source, _others in caches]
    rows = []
    for source, others in caches:
        shares = {share.other.number: share for share in others}
        rows.append((source, [shares.get(column.number) for column in columns]))
    return render(request, "servers/overlap.html", {"rows": rows, "columns": columns})


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def cache(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    if server.caching_enabled:
        tasks.order_cache(request.actor, [server.pk])
        messages.success(request, gettext("The hashes will be fetched in a moment."))
    else:
        messages.error(request, gettext("Hashes are not cached for this connection."))
    return redirect("server", pk)


@page(Permission.SITE_ADMIN)
def numbers(request: PageRequest) -> HttpResponse:
    form = TranslationForm(servers(request.actor), request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            server, number = form.cleaned_data["server"], form.cleaned_data["number"].strip()
            event = (
                remote_event_ids.here(request.actor, server, number)
                if server
                else find_event(request.actor, number)
            )
        except NotFound:
            form.add_error("number", gettext("The event does not exist here."))
        except OutgoingFailed as failed:
            form.add_error("server", str(failed))
        else:
            context |= {"event": event, "there": list(remote_event_ids.elsewhere(request.actor, event))}
    return render(request, "servers/numbers.html", context, status=422 if form.errors else 200)
