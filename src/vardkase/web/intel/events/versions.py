"""Published versions of an event: the list, who has which, one of them as it was, and the difference of two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.exchange.outbox.models import DeliveryState, EntryKind
from vardkase.exchange.outbox.queries import deliveries
from vardkase.formats.misp_json.comparison import NOW, compare
from vardkase.formats.misp_json.published import as_misp_json, last_published_event, published_event
from vardkase.formats.problems import ExportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.versions import (
    VersionLine,
    event_acts,
    event_versions,
    holders,
    may_read_history,
    version_on,
)
from vardkase.web.intel.events.last_version import last_version_page, numbered
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.published import matching_rows, published_context
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.document_changes import worded
from vardkase.web.ui.files import event_download
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

A_PAGE = 200
"""Differences on a page."""
HUBS = 100
"""Connected hubs named at most."""


@page()
def history(request: PageRequest, reference: str) -> HttpResponse:
    """With `day` leads to the version that was in force at its end."""
    shell = shell_of(request.actor, reference)
    versions = event_versions(request.actor, shell.event)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = None
    chosen = version_on(versions, _end_of(day)) if day else None
    if chosen is not None:
        return redirect("event_version", shell.event.id, chosen.version)
    held = holders(request.actor, shell.event)
    context = {
        "may_read_history": may_read_history(request.actor, shell.event),
        "versions": _lines(versions),
        "acts": event_acts(request.actor, shell.event),
        "day": day,
        "day_is_too_early": day is not None,
        "held": [(version, list(some)) for version, some in groupby(held, key=lambda holder: holder.version)],
        "hubs": _hubs(request.actor, shell.event, versions),
    }
    return render(request, "events/history.html", {**shell_context(shell, "event_history"), **context})


@page()
def version(request: PageRequest, reference: str, number: int) -> HttpResponse:
    """The event as it was published; also for those who may read no other version of it."""
    try:
        shell = shell_of(request.actor, reference)
    except NotFound:
        numbered(request.actor, reference, number)
        return last_version_page(request, reference)
    shown = published_event(request.actor, shell.event, number)
    versions = event_versions(request.actor, shell.event)
    context = {
        "line": next(line for line in _lines(versions) if line["line"].version == number),
        "number": number,
        **published_context(request, shown),
    }
    return render(request, "events/version.html", {**shell_context(shell, "event_history"), **context})


@page()
def version_file(request: PageRequest, reference: str, number: int, form: str) -> HttpResponseBase:
    """A version as MISP JSON, or the values of its attributes as text, one on each line."""
    try:
        shown = published_event(request.actor, find_event(request.actor, reference), number)
    except NotFound:
        shown = last_published_event(request.actor, numbered(request.actor, reference, number))
    name = f"misp.event.{shown.uuid}.version-{number}"
    if form == "json":
        content = as_misp_json(shown)
        return event_download(request.actor, [int(shown.id)], [content], f"{name}.json", "application/json")
    if form != "txt":
        raise Http404
    rows = matching_rows(shown, request.GET.get("text", "").strip())
    values = dict.fromkeys(row.line.value for row in rows)
    content = "\n".join(values).encode()
    return event_download(
        request.actor, [int(shown.id)], [content], f"{name}.txt", "text/plain; charset=utf-8"
    )


@page()
def comparison(request: PageRequest, reference: str) -> HttpResponse:
    """The difference between the versions `old` and `new`; without `new`, to the event as it is."""
    shell = shell_of(request.actor, reference)
    versions = event_versions(request.actor, shell.event)
    if not versions:
        raise NotFound(ExportProblem.VERSION_NOT_FOUND())
    old, new = _number(request, "old", versions[0].version), _number(request, "new", NOW)
    # Whichever was chosen first, the difference is shown forwards in time.
    if old == NOW or (new != NOW and new < old):
        old, new = new, old
    start = _start(request)
    found = compare(request.actor, shell.event, old, new, start=start, shown=A_PAGE) if old != NOW else None
    context = {
        "versions": _lines(versions),
        "old": old,
        "new": new,
        "rows": worded(found.rows) if found else [],
        "total": found.total if found else 0,
        **_links(request, start, found.total if found else 0),
    }
    return render(request, "events/comparison.html", {**shell_context(shell, "event_history"), **context})


def _lines(versions: Sequence[VersionLine]) -> list[dict[str, Any]]:
    return [{"line": line, "when": moment(line.published_at)} for line in versions]


def _hubs(actor: Actor, event: EventRow, versions: Sequence[VersionLine]) -> list[tuple[str, int | None]]:
    """The connected hubs that the latest versions were delivered to; only site administrators know them."""
    if not actor.is_site_admin:
        return []
    numbers = {line.published_at: line.version for line in versions}
    sent = deliveries(actor, event=str(event.uuid), kind=EntryKind.CONNECTION)
    sent = sent.filter(state__in=(DeliveryState.SENT, DeliveryState.KNOWN)).order_by(
        "receiver_id", "-version"
    )
    latest = sent.distinct("receiver_id").values_list("receiver_name", "version")[:HUBS]
    return [(name, numbers.get(at)) for name, at in latest]


def _end_of(day: date) -> int:
    return int(timezone.make_aware(datetime.combine(day, time.max)).timestamp())


def _number(request: PageRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Http404
    return int(text)


def _start(request: PageRequest) -> int:
    text = request.GET.get("start", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _links(request: PageRequest, start: int, total: int) -> dict[str, str]:
    newer = with_query(request, start=str(max(0, start - A_PAGE))) if start else ""
    older = with_query(request, start=str(start + A_PAGE)) if start + A_PAGE < total else ""
    return {"newer": newer, "older": older}
