"""Preview of another hub's events before anything is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import previews
from vardkase.identity.access.permissions import Permission
from vardkase.web.exchange.servers.forms import PreviewForm
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

MOST_PAGES = 10_000
ATTRIBUTES_SHOWN = 200


@page(Permission.SITE_ADMIN)
def index(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    form, number = PreviewForm(request.GET or None), _number(request)
    context: dict[str, Any] = {"server": server, "form": form, "rows": [], "filtered": bool(form.filters())}
    try:
        filters = form.filters() | {"page": str(number)}
        events = previews.preview_index(request.actor, pk, filters)
    except OutgoingFailed as failed:
        return render(request, "servers/there.html", context | {"fault": str(failed)})
    full = len(events) >= previews.PAGE
    context |= {
        "rows": previews.previewed(events),
        "newer": with_query(request, page=str(number - 1)) if number > 1 else "",
        "older": with_query(request, page=str(number + 1)) if full and number < MOST_PAGES else "",
    }
    return render(request, "servers/there.html", context)


@page(Permission.SITE_ADMIN)
def event(request: PageRequest, pk: int, reference: str) -> HttpResponse:
    server = find_server(request.actor, pk)
    try:
        document = previews.preview_event(request.actor, pk, reference)["Event"]
    except OutgoingFailed as failed:
        messages.error(request, str(failed))
        return redirect("server_there", pk)
    attributes = list(_attributes(document))
    about = next(iter(previews.previewed([document])), None)
    if about is None:
        messages.error(request, gettext("The other hub responded with something other than the event."))
        return redirect("server_there", pk)
    context = {
        "server": server,
        "event": about,
        "attributes": attributes[:ATTRIBUTES_SHOWN],
        "more": max(0, len(attributes) - ATTRIBUTES_SHOWN),
        "reports": [str(report.get("name")) for report in _dicts(document, "EventReport")],
        "tags": [str(tag.get("name"))[: previews.LONGEST] for tag in _dicts(document, "Tag")],
    }
    return render(request, "servers/there_event.html", context)


def _number(request: PageRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 6 else 1


def _attributes(event: dict[str, Any]) -> Iterator[dict[str, str]]:
    for attribute in _dicts(event, "Attribute"):
        yield _attribute(attribute, "")
    for object_ in _dicts(event, "Object"):
        for attribute in _dicts(object_, "Attribute"):
            yield _attribute(attribute, str(object_.get("name")))


def _attribute(attribute: dict[str, Any], object_name: str) -> dict[str, str]:
    return {name: str(attribute.get(name) or "") for name in ("type", "value", "category", "comment")} | {
        "object": object_name
    }


def _dicts(document: dict[str, Any], member: str) -> list[dict[str, Any]]:
    rows = document.get(member)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
