"""Requests from data subjects that concern what the reader's own organisation has published."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.core.clock import today
from vardkase.hub.data_protection.requests import queries
from vardkase.hub.data_protection.requests.models import ConcernedController
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.data_protection import items
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

NAMES = {
    "view": "own_data_request",
    "answer": "own_data_request_answer",
    "finish": "own_data_request_finish",
    "list": "own_data_requests",
}
SORTS = {"pk", "answer_by"}


@page(Permission.ADMIN, allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    context = {**listed(request, queries.own_tasks(request.actor), SORTS, "-pk"), "today": today()}
    return render(request, "data_protection/own_tasks.html", context)


@page(Permission.ADMIN, allowed_while_suspended=True)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return items.items_page(request, _own(request, pk), NAMES)


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def answer(request: PageRequest, pk: int) -> HttpResponse:
    return items.answer(request, _own(request, pk), NAMES)


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def finish(request: PageRequest, pk: int) -> HttpResponse:
    return items.finish(request, _own(request, pk), NAMES)


def _own(request: PageRequest, pk: int) -> ConcernedController:
    return queries.find_own_task(request.actor, pk)
