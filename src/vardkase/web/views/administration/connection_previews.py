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
from vardkase.web.forms.connection import PreviewForm
from vardkase.web.pages import PageRequest, page
from vardkase.web.paging import with_query

MOST_PAGES = 10_000
ATTRIBUTES_SHOWN = 200


@page(Permission.SITE_ADMIN)
def index(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    form, number = PreviewForm(request.GET or None), _number(request)
    context: dict[str, Any] = {"server": server, "form": form, "rows": [], "filtered": bool(form.filters())}
    try:
        asked = form.filters() | {"page": str(number)}
        found = previews.preview_index(request.actor, pk, asked)
    except OutgoingFailed as failed:
        return render(request, "administration/connection_there.html", context | {"fault": str(failed)})
    full = len(found) >= previews.PAGE
    context |= {
        "rows": previews.previewed(found),
        "newer": with_query(request, page=str(number - 1)) if number > 1 else "",
        "older": with_query(request, page=str(number + 1)) if full and number < MOST_PAGES else "",
    }
    return render(request, "administration/connection_there.html", context)


@page(Permission.SITE_ADMIN)
def event(request: PageRequest, pk: int, reference: str) -> HttpResponse:
    server = find_server(request.actor, pk)
    try:
        found = previews.preview_event(request.actor, pk, reference)["Event"]
    except OutgoingFailed as failed:
        messages.error(request, str(failed))
        return redirect("server_there", pk)
    attributes = list(_attributes(found))
    about = next(iter(previews.previewed([found])), None)
    if about is None:
        messages.error(request, gettext("The other hub answered with something else than the event."))
        return redirect("server_there", pk)
    context = {
        "server": server,
        "event": about,
        "attributes": attributes[:ATTRIBUTES_SHOWN],
        "more": max(0, len(attributes) - ATTRIBUTES_SHOWN),
        "reports": [str(each.get("name")) for each in _dicts(found, "EventReport")],
        "tags": [str(each.get("name")) for each in _dicts(found, "Tag")],
    }
    return render(request, "administration/connection_there_event.html", context)


def _number(request: PageRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 6 else 1


def _attributes(found: dict[str, Any]) -> Iterator[dict[str, str]]:
    for each in _dicts(found, "Attribute"):
        yield _attribute(each, "")
    for thing in _dicts(found, "Object"):
        for each in _dicts(thing, "Attribute"):
            yield _attribute(each, str(thing.get("name")))


def _attribute(each: dict[str, Any], thing: str) -> dict[str, str]:
    return {name: str(each.get(name) or "") for name in ("type", "value", "category", "comment")} | {
        "object": thing
    }


def _dicts(found: dict[str, Any], member: str) -> list[dict[str, Any]]:
    rows = found.get(member)
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
