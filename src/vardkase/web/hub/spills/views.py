"""Pages that show spills: to officers with every step, to those concerned how it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
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
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

MOST_HOLDERS = 500
CITED = ("protective_security_2_4", "archive_10")
"""The provisions that the page cites, as far as the authority has them."""


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    found = queries.spills(request.actor)
    context = {
        **listed(request, found.order_by(), {"pk"}, "-pk"),
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
