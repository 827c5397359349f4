"""Redirects from MISP's URLs in old mails and tickets to our pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.web.ui.pages import PageRequest, page


@page()
def event(request: PageRequest, reference: str) -> HttpResponse:
    return redirect("event", find_event(request.actor, reference).id)


@page()
def events(request: PageRequest) -> HttpResponse:
    return redirect("events")


@page()
def attribute(request: PageRequest, reference: str) -> HttpResponse:
    """`/attributes/view/<id or uuid>`: the event, filtered to that attribute."""
    stored = find_attribute(request.actor, reference)
    return redirect(f"{reverse('event', args=[stored.event_id])}?text={stored.uuid}#attribute-{stored.id}")
