"""The table of an event's attributes and objects: the whole page, the part that a filter changes, and further rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from vardkase.identity.accounts.models import User
from vardkase.intel.queries.attribute_lines import Extent, LineFilter, LineOrder, entries, extent
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.editing.common import bulk_reaches
from vardkase.web.intel.events import columns
from vardkase.web.intel.events.facets import empty_facets, facets
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.presenters import table_rows
from vardkase.web.intel.events.row_parts import RowParts
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.intel.events.shell import EventLayout
from vardkase.web.intel.events.table_query import TableQuery, may_see_deleted, table_query, without
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

WINDOW = 50
"""Rows at a time: on a page without scripts, and in what the table fetches when it is scrolled."""
MOST_ROWS = 500_000
"""Rows that are scrolled through: more are higher than browsers draw, and are found by filtering or page by page."""
RESULTS, LATE_FACETS = "attribute-results", "late-facets"
"""Ids of the elements that ask for a part of the page."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Numbered pages, for browsers without scripts."""

    current: int
    count: int

    @property
    def shown(self) -> list[int]:
        """The first, the last, and those around the current one; 0 where some are left out."""
        near = sorted(
            {1, *range(self.current - 2, self.current + 3), self.count} & {*range(1, self.count + 1)}
        )
        shown: list[int] = []
        for number in near:
            if shown and number > shown[-1] + 1:
                shown.append(0)
            shown.append(number)
        return shown


@page()
def attributes(request: PageRequest, reference: str) -> HttpResponse:
    asking = request.headers.get("HX-Target", "")
    # A part is swapped into a page that has its head and side column already.
    shell = (
        bare_shell(request, reference)
        if asking in (RESULTS, LATE_FACETS)
        else shell_of(request.actor, reference)
    )
    query = table_query(request.GET, shell)
    wanted = query.resolved(request.actor, shell.event.id)
    if asking == LATE_FACETS:
        context = {"facets": facets(shell, query, wanted), "oob": True}
        return render(request, "events/attributes.html#facet-choices", context)
    is_large = shell.listed.row.attribute_count > columns.LARGE
    context = {
        **_rows_context(request, shell, query, wanted),
        "is_large": is_large,
        "facets": empty_facets(query) if is_large else facets(shell, query, wanted),
        "text": query.text,
    }
    if asking == RESULTS:
        # The box that is typed in stays as it is, unless what was pressed is outside its form.
        context |= {"shell": shell, "event": shell.event, "oob": True}
        context["renews_text"] = request.headers.get("HX-Trigger") != "attribute-filter"
        return render(request, "events/attributes.html#answer", context)
    return render(request, "events/attributes.html", {**shell_context(shell, "event"), **context})


@page()
def rows(request: PageRequest, reference: str) -> HttpResponse:
    """Rows from `?start=` on, without what is around them."""
    shell = bare_shell(request, reference)
    query = table_query(request.GET, shell)
    wanted = query.resolved(request.actor, shell.event.id)
    shown = columns.named(request.GET.get("columns", ""))
    text = request.GET.get("start", "")
    start = int(text) if text.isdecimal() and len(text) < 9 else 0
    context = {**_window(request, shell, wanted, query.order, start), "shell": shell, "event": shell.event}
    return render(request, "events/attributes.html#rows", {**context, "keys": shown})


def bare_shell(request: PageRequest, reference: str) -> EventLayout:
    """The event without what only its head and side column show."""
    event = find_event(request.actor, reference)
    (row,) = index_rows(request.actor, [event.id])
    return EventLayout(request.actor, event, ListedEvent(row), [], None)


def _rows_context(
    request: PageRequest, shell: EventLayout, query: TableQuery, wanted: LineFilter
) -> dict[str, Any]:
    size = extent(request.actor, shell.event.id, wanted, query.order)
    pages = Pages(_page_number(request, size.rows), -(-size.rows // WINDOW))
    shown = columns.shown_columns(
        request.actor, cast(User, request.user), shell.event.id, shell.listed.row.attribute_count
    )
    rows_url = reverse("event_rows", args=[shell.event.id])
    return {
        **_window(request, shell, wanted, query.order, (pages.current - 1) * WINDOW),
        "columns": shown,
        "keys": shown.keys,
        "query": query,
        "extent": size,
        "scrolled": min(size.rows, MOST_ROWS),
        "pages": pages,
        "page_url": with_query(request, page=None),
        "rows_url": rows_url + with_query(request, page=None, columns=",".join(shown.keys)),
        "window": WINDOW,
        "chips": [
            {"label": label, "remove_url": without(request.GET, name, value)}
            for name, value, label in query.chips()
        ],
        "all_url": f"?layout={query.order.layout}",
        "counted": _counted(shell, query, size),
        "may_see_deleted": may_see_deleted(shell),
        "bulk_reaches": bulk_reaches(request.actor) if shell.may_modify else [],
        "default_sort": "-updated" if query.order.is_flat else "",
        "grouped_url": with_query(request, layout=None, sort=None, page=None),
        "flat_url": with_query(request, layout="flat", page=None),
        "fold_url": with_query(request, folded=None if query.order.folded else "1", toggled=None, page=None),
    }


def _window(
    request: PageRequest, shell: EventLayout, wanted: LineFilter, order: LineOrder, start: int
) -> dict[str, Any]:
    found = entries(request.actor, shell.event.id, wanted, order, start, WINDOW)
    window = table_rows(request.actor, shell.event, found, start, order, deleted=wanted.deleted)
    parts = RowParts(request, shell)
    return {
        "rows": [(row, *(parts.of(row.shown.line) if row.shown else ("", ""))) for row in window],
        "start": start,
        "may_modify": shell.may_modify,
        "toggle_url": with_query(request, toggled=None, page=None, start=None, columns=None),
    }


def _page_number(request: PageRequest, count: int) -> int:
    text = request.GET.get("page", "")
    wanted = int(text) if text.isdecimal() and len(text) < 9 else 1
    return max(1, min(wanted, -(-count // WINDOW)))


def _counted(shell: EventLayout, query: TableQuery, size: Extent) -> str:
    """How many attributes are shown, of how many the event has for this reader."""
    total = shell.listed.row.attribute_count
    shown = {"shown": thin(size.attributes), "total": thin(total)}
    # With the deleted ones there may be more than the event counts.
    if not query.is_filtered or size.attributes > total:
        return ngettext("%(shown)s attribute", "%(shown)s attributes", size.attributes) % shown
    return ngettext("%(shown)s of %(total)s attribute", "%(shown)s of %(total)s attributes", total) % shown
