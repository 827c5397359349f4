"""Pages of an event, one tab at a time; the first one is in `table`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.analysis.correlation.queries import related_events
from vardkase.analysis.correlation.shared_values import shared_values
from vardkase.intel.queries.extended_lines import extended_lines
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.events.layout import RELATED_SHOWN, shell_context, shell_of, with_rows
from vardkase.web.intel.events.shell import EventLayout
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size, with_query

RELATED_A_PAGE = 15


@page()
def correlations(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    text = request.GET.get("start", "")
    start = int(text) if text.isdecimal() and len(text) < 6 else 0
    every = related_events(request.actor, shell.event.id) if shell.related is None else shell.related
    some = every[start : start + RELATED_A_PAGE]
    values = shared_values(request.actor, shell.event.id, [correlation.event_id for correlation in some])
    rows = [{**row, "values": values.get(row["event"].row.id, [])} for row in with_rows(request.actor, some)]
    newer = with_query(request, start=str(max(0, start - RELATED_A_PAGE))) if start else ""
    more = len(every) > start + RELATED_A_PAGE
    older = with_query(request, start=str(start + RELATED_A_PAGE)) if more else ""
    context = {"rows": rows, "newer": newer, "older": older, "total": len(every)}
    return _part(request, shell, "event_correlations", "events/correlations.html", context)


@page()
def extended(request: PageRequest, reference: str) -> HttpResponse:
    """The event's attributes together with those of the events that extend it."""
    shell = shell_of(request.actor, reference)
    lines = extended_lines(request.actor, shell.event, wanted_place(request), wanted_size(request))
    context = {"lines": lines.rows, **page_links(request, lines)}
    return _part(request, shell, "event_extended", "events/extended.html", context)


@page()
def related(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    every = related_events(request.actor, event.id)
    context = {
        "event": event,
        "number": len(every),
        "related": with_rows(request.actor, every[:RELATED_SHOWN]),
    }
    return render(request, "events/related.html#related", context)


def _part(
    request: PageRequest, shell: EventLayout, name: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    return render(request, template, {**shell_context(shell, name), **context})
