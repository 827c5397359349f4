"""Each controller of a request, for handlers: the hub owner's own items, and how far the others are."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from vardkase.hub.data_protection.requests import queries
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.web.hub.data_protection import items
from vardkase.web.ui.pages import PageRequest, page

NAMES = {
    "view": "data_request_controller",
    "answer": "data_request_answer",
    "finish": "data_request_finish",
    "list": "data_requests",
}


@page(staff=HANDLERS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return items.items_page(request, queries.find_controller(request.actor, pk), NAMES)


@require_POST
@page(staff=HANDLERS, writes=True)
def answer(request: PageRequest, pk: int) -> HttpResponse:
    return items.answer(request, queries.find_controller(request.actor, pk), NAMES)


@require_POST
@page(staff=HANDLERS, writes=True)
def finish(request: PageRequest, pk: int) -> HttpResponse:
    return items.finish(request, queries.find_controller(request.actor, pk), NAMES)
