"""Connections to other hubs: status, transfers, failures and available actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox.models import DeliveryState as Delivered
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.outbox.queries import deliveries
from vardkase.exchange.servers import confirmation, connection_test
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import certificates_of, find_server, servers, users_bound_to
from vardkase.exchange.sync import queries, statistics, tasks
from vardkase.exchange.sync.models import SyncDirection, SyncRunState
from vardkase.exchange.sync.statistics import SyncStatistics
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import titles_by_uuid
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.queries import find_cached
from vardkase.web.exchange.servers.diagnosis import diagnosis
from vardkase.web.identity.accounts.four_eyes.views import problem_text
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.reason import ReasonForm
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

SET_ASIDE_SHOWN = 20
WAYS = (SyncDirection.PULL, SyncDirection.PUSH)


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    rows = list(servers(request.actor).select_related("standing"))
    latest = queries.latest_runs(request.actor, rows)
    counted = statistics.figures(request.actor, [server.pk for server in rows])
    shown = [
        {
            "server": server,
            "standing": getattr(server, "standing", None),
            "ways": [
                (latest.get((server.pk, way)), counted.get((server.pk, way), SyncStatistics()))
                for way in WAYS
            ],
        }
        for server in rows
    ]
    return render(request, "servers/index.html", {"rows": shown})


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return _shown(request, find_server(request.actor, pk))


@require_POST
@page(Permission.SITE_ADMIN)
def test(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    checked = connection_test.check(request.actor, pk)
    return _shown(
        request,
        server,
        found=diagnosis(server, checked),
        certificate=checked.certificate,
        account=checked.account,
    )


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def trust(request: PageRequest, pk: int) -> HttpResponse:
    try:
        connection_test.trust(request.actor, pk, posted.text(request, "fingerprint"))
    except OutgoingFailed as failed:
        messages.error(request, str(failed))
    except Conflict:
        messages.error(
            request, gettext("The other hub now presents a different certificate. Test the connection again.")
        )
    else:
        messages.success(
            request, gettext("This certificate is now trusted for the connection. Test it again.")
        )
    return redirect("server", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def pull(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    try:
        tasks.order_pull(request.actor, server.pk, posted.text(request, "event") or "full")
    except Invalid:
        messages.error(request, gettext("Enter the event’s ID on the other hub, or its UUID."))
    else:
        messages.success(request, gettext("Fetching will start in a moment. Progress is shown on this page."))
    return redirect("server", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def push(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    tasks.order_push(request.actor, server.pk, "full")
    messages.success(request, gettext("Sending will start in a moment. Progress is shown on this page."))
    return redirect("server", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def propose_confirmation(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    try:
        made = confirmation.propose_confirmation(request.actor, server, posted.text(request, "reason"))
    except (Conflict, Invalid) as error:
        messages.error(request, problem_text(error))
        return redirect("server", pk)
    return proposed(request, made)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def dismiss(request: PageRequest, pk: int, uuid: UUID) -> HttpResponse:
    queries.dismiss(request.actor, find_server(request.actor, pk), str(uuid))
    messages.success(
        request, gettext("Dismissed. The event will be listed again if the other hub changes it.")
    )
    return redirect("server", pk)


@page(Permission.SITE_ADMIN)
def run(request: PageRequest, pk: int) -> HttpResponse:
    sync_run = queries.find_run(request.actor, pk)
    page_of = listed(request, queries.events_of(request.actor, sync_run.pk), {"pk"}, "pk")
    context = {
        "run": sync_run,
        "server": sync_run.server,
        "titles": _titles(request, (row.uuid for row in page_of["rows"])),
    }
    return render(request, "servers/run.html", context | page_of)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    sync_run = queries.cancel_run(request.actor, pk)
    messages.success(
        request, gettext("The run will stop after the current event. Events already transferred are kept.")
    )
    return redirect("server", sync_run.server_id)


def _shown(request: PageRequest, server: Server, **more: Any) -> HttpResponse:
    runs = queries.runs_of(request.actor, server.pk)
    aside = queries.set_aside_of(request.actor, server.pk)
    shown, unsent = list(aside[:SET_ASIDE_SHOWN]), statistics.unsent(request.actor, server.pk)
    counted = statistics.figures(request.actor, [server.pk])
    context = {
        "server": server,
        "waits_for_confirmation": confirmation.waits_for_confirmation(server),
        "is_confirmed": confirmation.is_confirmed(server),
        "confirm_form": ReasonForm(),
        "standing": getattr(server, "standing", None),
        "authority": certificates_of(server)[0],
        "accounts": users_bound_to([server.pk]).get(server.pk, []),
        "waiting": deliveries(request.actor, kind=EntryKind.CONNECTION, state=Delivered.WAITING)
        .filter(receiver_id=server.pk)
        .count(),
        "cache": find_cached(SERVER, server.pk) if server.caching_enabled else None,
        "running": runs.filter(state=SyncRunState.RUNNING).order_by("-pk"),
        "is_ordered": queries.is_ordered(request.actor, server.pk),
        "aside": shown,
        "aside_count": aside.count(),
        "unsent": unsent,
        "titles": _titles(request, [*(row.uuid for row in shown), *(event.uuid for event in unsent)]),
        "pulled": counted.get((server.pk, SyncDirection.PULL), SyncStatistics()),
        "pushed": counted.get((server.pk, SyncDirection.PUSH), SyncStatistics()),
        **listed(request, runs, {"pk"}, "-pk"),
        **more,
    }
    return render(request, "servers/server.html", context)


def _titles(request: PageRequest, uuids: Iterable[UUID]) -> dict[str, tuple[int, str]]:
    return titles_by_uuid(request.actor, map(str, uuids))
