"""The consultations that a member is asked to answer; each leads to the form of its private link."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from vardkase.hub.public_records.cases.links import secret_of_consultation
from vardkase.hub.public_records.cases.own_consultations import find_own_consultation, own_consultations
from vardkase.web.hub.public_records.cases.consulted import LINK
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    rows = own_consultations(request.actor)
    context = {**listed(request, rows, {"deadline"}, "deadline"), "now": timezone.now()}
    return render(request, "cases/own_consultations.html", context)


@require_POST
@page(allowed_while_suspended=True)
def open_own(request: PageRequest, pk: int) -> HttpResponse:
    found = find_own_consultation(request.actor, pk)
    return LINK.keep(redirect(LINK.target), secret_of_consultation(found))
