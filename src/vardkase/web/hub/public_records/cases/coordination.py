"""Authorities with requests about the same material write to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vardkase.hub.public_records.cases import coordination
from vardkase.hub.public_records.cases.models import Coordination
from vardkase.hub.public_records.officers.rules import require_officer
from vardkase.web.hub.public_records.cases.forms import MessageForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    context = listed(request, coordination.coordinations(request.actor), {"pk"}, "-pk")
    authority = require_officer(request.actor)
    titles = coordination.own_titles(authority, context["rows"])
    context["found"] = [_described(authority, row, titles) for row in context["rows"]]
    return render(request, "cases/coordinations.html", context)


@page(allowed_while_suspended=True)
def view(request: PageRequest, pk: int) -> HttpResponse:
    shown = coordination.find_coordination(request.actor, pk)
    form = MessageForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            coordination.write(request.actor, pk, form.cleaned_data["text"])
            return redirect("records_coordination", pk)
    authority = require_officer(request.actor)
    context = {
        **_described(authority, shown, coordination.own_titles(authority, [shown])),
        "said": coordination.messages_of(request.actor, shown),
        "form": form,
    }
    return render(request, "cases/coordination.html", context, status=422 if form.errors else 200)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def join(request: PageRequest, pk: int) -> HttpResponse:
    coordination.join(request.actor, pk)
    return redirect("records_coordination", pk)


def _described(authority: int, row: Coordination, titles: Mapping[UUID, str]) -> dict[str, Any]:
    place = coordination.standing(authority, row)
    return {
        "coordination": row,
        "title": titles.get(row.event_uuid, ""),
        "parties": coordination.names_of_parties(authority, row),
        "own": [party.case for party in place.own_parties],
        "takes_part": place.takes_part,
        "may_join": any(party.joined_at is None for party in place.own_parties),
    }
