"""Dry runs of pulls and pushes: what would move."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import dry_run
from vardkase.exchange.sync.decisions import REASONS, SyncDecision
from vardkase.exchange.sync.models import SyncDirection
from vardkase.exchange.sync.problems import KINDS
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import titles_by_uuid
from vardkase.web.ui.pages import PageRequest, page

DIRECTIONS = {"fetch": SyncDirection.PULL, "send": SyncDirection.PUSH}
TECHNIQUES = {SyncDirection.PULL: ("full", "update"), SyncDirection.PUSH: ("full", "incremental")}
"""What may be looked at each way; the first is what "now" does on a connection's page."""

NOT_HERE = _("The event does not exist here yet.")


@page(Permission.SITE_ADMIN)
def show(request: PageRequest, pk: int, way: str) -> HttpResponse:
    if way not in DIRECTIONS:
        raise Http404
    server, direction = find_server(request.actor, pk), DIRECTIONS[way]
    wanted = request.GET.get("only", "")
    technique = wanted if wanted in TECHNIQUES[direction] else TECHNIQUES[direction][0]
    context: dict[str, Any] = {"server": server, "way": way, "technique": technique}
    try:
        plan = dry_run.plan(request.actor, server, direction, technique)
    except (Conflict, Invalid, OutgoingFailed) as refused:
        return render(request, "servers/plan.html", context | {"fault": str(refused)})
    reasons = {**REASONS, **({SyncDecision.NEW: NOT_HERE} if direction is SyncDirection.PULL else {})}
    stays = [(reasons[fate], count) for fate, count in plan.events.most_common() if not fate.moves]
    context |= {
        "plan": plan,
        "stays": stays,
        "others": [(KINDS[kind](), count) for kind, count in plan.others.items() if count],
        "troubles": [(KINDS[kind](), message) for kind, message in plan.troubles.items()],
        "moving": [(item, reasons[item.fate]) for item in plan.items if item.fate.moves],
        "staying": [(item, reasons[item.fate]) for item in plan.items if not item.fate.moves],
        "here": titles_by_uuid(request.actor, [item.uuid for item in plan.items]),
    }
    return render(request, "servers/plan.html", context)
