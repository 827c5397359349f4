"""Pages that show spills: to officers with every step, to those concerned how it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from vardkase.audit.actions import find_action
from vardkase.core.errors import NotFound
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.law.queries import provisions
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.spills import queries
from vardkase.hub.spills.deciding import DELETE, RELEASE
from vardkase.hub.spills.models import SETTLED, Spill, SpillState
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.report import report
from vardkase.hub.spills.rules import SPILL, may_handle
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.web.hub.spills.presenters import places_in_words, steps_of
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page

MOST_HOLDERS = 500
CITED = ("protective_security_2_4", "archive_10")
"""The provisions that the page cites, as far as the authority has them."""


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponseBase:
    found = queries.spills(request.actor).order_by()
    if form := wanted_file(request):
        in_file = in_order(request, found, {"pk"}, "-pk")
        return list_file(request, form, "spills", gettext("Suspected spills"), _columns(), in_file)
    context = {
        **listed(request, found, {"pk"}, "-pk"),
        **file_links(request),
        "handles": may_handle(request.actor),
    }
    return render(request, "spills/index.html", context)


@page(allowed_while_suspended=True)
def spill(request: PageRequest, pk: int) -> HttpResponse:
    shown = queries.find_spill(request.actor, pk)
    if not may_handle(request.actor):
        return redirect("spill_status", pk)
    holders = list(queries.holders_of(shown)[: MOST_HOLDERS + 1])
    waiting = waiting_request(DELETE.name, str(pk)) or waiting_request(RELEASE.name, str(pk))
    context = {
        "spill": shown,
        "places": places_in_words(shown),
        "steps": steps_of(shown, waiting=waiting is not None, unsettled=queries.unsettled(shown).count()),
        "waiting": waiting,
        "holders": holders[:MOST_HOLDERS],
        "more_holders": len(holders) > MOST_HOLDERS,
        "settled": SETTLED,
        "is_open": shown.state == SpillState.OPEN,
        "is_deleted": shown.state in (SpillState.DELETED, SpillState.CLOSED),
        "cited": [rule for key, rule in provisions().items() if key in CITED],
        "case_file": case_file_of(SPILL.kind, shown.pk),
        "history": history(shown),
    }
    return render(request, "spills/spill.html", context)


@page(allowed_while_suspended=True)
def status(request: PageRequest, pk: int) -> HttpResponse:
    """How it stands, for who declared it and for the organisations that had the event: nothing of the content."""
    shown = queries.find_spill(request.actor, pk)
    is_own = shown.declared_by is not None and shown.declared_by == request.actor.user_id
    context: dict[str, Any] = {
        "spill": shown,
        "is_own": is_own,
        "holders": list(queries.own_holders(request.actor, shown)[:MOST_HOLDERS]),
        "is_deleted": shown.state in (SpillState.DELETED, SpillState.CLOSED),
    }
    return render(request, "spills/status.html", context)


@page(allowed_while_suspended=True)
def report_pdf(request: PageRequest, pk: int) -> HttpResponse:
    shown = queries.find_spill(request.actor, pk)
    if not may_handle(request.actor):
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    content = report(shown, get_language() or "sv")
    answer = HttpResponse(content, content_type="application/pdf")
    name = gettext("spill")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{shown.number}.pdf"'
    return answer


def history(shown: Spill) -> list[dict[str, Any]]:
    return [
        {"at": entry.at, "actor_name": entry.actor_name, "words": _words(entry), "note": entry.note}
        for entry in history_of(SPILL, shown.pk)
    ]


def _words(entry: HistoryEntry) -> str:
    step = SPILL.steps.get(entry.step)
    action = step.act if step else find_action(f"{SPILL.kind}.{entry.step}")
    return str(action.text) if action else entry.step


def _columns() -> Columns[Spill]:
    return {
        gettext("Number"): lambda spill: spill.number,
        gettext("Status"): lambda spill: spill.get_state_display(),
        gettext("How it was found"): lambda spill: spill.get_origin_display(),
        gettext("Suspected"): lambda spill: spill.get_kind_display(),
        gettext("In quarantine since"): lambda spill: spill.declared_at,
        gettext("Declared by"): lambda spill: spill.declared_by_name,
        gettext("Reported to the Security Service"): lambda spill: spill.reported_at,
        gettext("Decided"): lambda spill: spill.ended_at,
        gettext("Remains in backups until"): lambda spill: spill.backups_until,
        gettext("Closed"): lambda spill: spill.closed_at,
    }
