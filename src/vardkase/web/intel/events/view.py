"""Pages of an event, one tab at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.analysis.correlation.queries import related_events
from vardkase.analysis.correlation.shared_values import shared_values
from vardkase.analysis.search.statement import containing
from vardkase.intel.queries import event_parts
from vardkase.intel.queries.attribute_lines import Layout, LineFilter, attribute_lines, count_lines
from vardkase.intel.queries.find import UUID_FORM, find_event
from vardkase.intel.queries.object_lines import event_references
from vardkase.web.intel.editing.common import bulk_reaches
from vardkase.web.intel.events.layout import RELATED_SHOWN, shell_context, shell_of, with_rows
from vardkase.web.intel.events.presenters import blocks_of
from vardkase.web.intel.events.rows import moment
from vardkase.web.intel.events.shell import EventLayout
from vardkase.web.ui.display import thin
from vardkase.web.ui.markdown import LONGEST, rendered
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size, with_query

RELATED_A_PAGE = 15


@page()
def attributes(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    wanted = _wanted(request, shell)
    lines = attribute_lines(
        request.actor, shell.event.id, wanted, wanted_place(request), wanted_size(request)
    )
    filtered = wanted != LineFilter(layout=wanted.layout)
    total = (
        count_lines(request.actor, shell.event.id, wanted) if filtered else shell.listed.row.attribute_count
    )
    context = {
        "blocks": blocks_of(request.actor, shell.event, lines.rows, wanted.layout),
        "shows_comments": any(line.comment for line in lines.rows),
        "wanted": wanted,
        "text": request.GET.get("text", ""),
        "layouts": [(Layout.OBJECTS, gettext("Objects")), (Layout.FLAT, gettext("Flat list"))],
        "shown": ngettext("%(shown)s of %(total)s attribute", "%(shown)s of %(total)s attributes", total)
        % {"shown": thin(len(lines.rows)), "total": thin(total)},
        "may_see_deleted": _may_see_deleted(shell),
        "bulk_reaches": bulk_reaches(request.actor) if shell.may_modify else [],
        "all_url": first_page(request, text=None),
        **page_links(request, lines),
    }
    return _part(request, shell, "event", "events/attributes.html", context)


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
def related(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    every = related_events(request.actor, event.id)
    context = {
        "event": event,
        "number": len(every),
        "related": with_rows(request.actor, every[:RELATED_SHOWN]),
    }
    return render(request, "events/related.html#related", context)


@page()
def reports(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    # The reports of a page share one allowance: each could be as long as rendering permits.
    shown, room = [], LONGEST
    for report in event_parts.event_reports(request.actor, shell.event.id):
        html = rendered(report.content, room)
        shown.append({"report": report, "html": html, "changed": moment(report.timestamp)})
        room = max(room - len(report.content), 0)
    return _part(request, shell, "event_reports", "events/reports.html", {"reports": shown})


@page()
def references(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    found_references = event_references(request.actor, shell.event.id)
    return _part(
        request, shell, "event_references", "events/references.html", {"references": found_references}
    )


@page()
def history(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    versions = [
        {"line": line, "when": moment(line.published_at)}
        for line in event_parts.event_versions(request.actor, shell.event)
    ]
    acts = event_parts.event_acts(request.actor, shell.event)
    return _part(request, shell, "event_history", "events/history.html", {"versions": versions, "acts": acts})


def _part(
    request: PageRequest, shell: EventLayout, name: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    return render(request, template, {**shell_context(shell, name), **context})


def _wanted(request: PageRequest, shell: EventLayout) -> LineFilter:
    # PostgreSQL refuses NUL in a text.
    text = request.GET.get("text", "").strip()[:500].replace("\0", "")
    layout = Layout.FLAT if request.GET.get("layout") == Layout.FLAT else Layout.OBJECTS
    deleted = request.GET.get("deleted") == "1" and _may_see_deleted(shell)
    if UUID_FORM.fullmatch(text):
        return LineFilter(uuid=UUID(text), layout=layout, deleted=deleted)
    return LineFilter(containing(text) if text else "", layout=layout, deleted=deleted)


def _may_see_deleted(shell: EventLayout) -> bool:
    return shell.is_ours or shell.actor.is_site_admin
