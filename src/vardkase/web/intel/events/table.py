"""The table of an event's attributes and objects: the whole page, the part that a filter changes, and further rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from vardkase.analysis.search.statement import Statement
from vardkase.core.errors import NotFound
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.identity.user_settings.display import choose_columns
from vardkase.intel.queries.attribute_counts import attribute_counts
from vardkase.intel.queries.attribute_lines import (
    Entry,
    Extent,
    LineFilter,
    LineOrder,
    attribute_lines,
    entries,
    extent,
    first_entries,
    opening,
)
from vardkase.intel.queries.find import find_event
from vardkase.misp.values.defang import defang
from vardkase.web.intel.events import columns
from vardkase.web.intel.events.facets import empty_facets, facets
from vardkase.web.intel.events.last_version import last_version_page
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.presenters import table_rows
from vardkase.web.intel.events.row_parts import ID, RowParts
from vardkase.web.intel.events.selection import reach_choices, selected_ids
from vardkase.web.intel.events.shell import OpenEvent
from vardkase.web.intel.events.table_query import TableQuery, may_see_deleted, table_query, without
from vardkase.web.ui.display import thin
from vardkase.web.ui.exports import export_attributes
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

WINDOW = 30
"""Rows at a time: on a page without scripts, and in what the table fetches when it is scrolled. About as many as a
screen shows, since browsers take longer to draw rows than the hub to find them."""
MOST_ROWS = 500_000
"""Rows that are scrolled through: more are higher than browsers draw, and are found by filtering or page by page."""
RESULTS, LATE_COUNT, LATE_FACETS = "attribute-results", "late-count", "late-facets"
"""Ids of the elements that ask for a part of the page."""
TYPED = "Typed-Columns"
"""The header of a request for what a person types, which names the columns of the open table: they stay, and the
choices of the filters are counted when one of their menus is opened."""


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
    is_part = asking in (RESULTS, LATE_COUNT, LATE_FACETS)
    try:
        layout = None if is_part else shell_of(request.actor, reference)
        shell = layout or counted(request, reference)
    except NotFound:
        return last_version_page(request, reference)
    if asking == LATE_FACETS:
        return render(request, "events/attributes.html#facet-choices", facets_context(request, shell))
    if asking == LATE_COUNT:
        return render(request, "events/attributes.html#late-count", count_context(request, shell))
    query = table_query(request.GET, sees_deleted=may_see_deleted(request.actor, shell.event))
    wanted = query.resolved(request.actor, shell.event.id)
    is_large = shell.attribute_count > columns.LARGE
    is_typed = asking == RESULTS and TYPED in request.headers
    opened = request.headers[TYPED] if is_typed else None
    shown = columns.shown_columns(request.actor, shell.event.id, is_large=is_large, opened=opened)
    context = {
        **_rows_context(request, shell, query, wanted, shown, is_quick=is_large and asking == RESULTS),
        "facets_come": is_large or is_typed,
        "text": query.text,
    }
    if not is_typed:
        context["facets"] = empty_facets(query) if is_large else facets(shell, query, wanted)
    if layout is None:
        # The box that is typed in stays as it is, unless what was pressed is outside its form.
        context |= {"shell": shell, "event": shell.event, "oob": True}
        context["renews_text"] = request.headers.get("HX-Trigger") != "attribute-filter"
        return render(request, "events/attributes.html#answer", context)
    return render(request, "events/attributes.html", {**shell_context(layout, "event"), **context})


@page()
def rows(request: PageRequest, reference: str) -> HttpResponse:
    """Rows from `?start=` on, without what is around them."""
    shell = uncounted(request, reference)
    query = table_query(request.GET, sees_deleted=may_see_deleted(request.actor, shell.event))
    wanted = query.resolved(request.actor, shell.event.id)
    shown = columns.named(request.GET.get("columns", ""))
    text = request.GET.get("start", "")
    start = int(text) if text.isdecimal() and len(text) < 9 else 0
    found = entries(request.actor, shell.event.id, wanted, query.order, start, WINDOW)
    context = {
        **_window(request, shell, wanted, query.order, start, found, shown),
        "shell": shell,
        "event": shell.event,
    }
    return render(request, "events/attributes.html#rows", {**context, "keys": shown})


@page(writes=True, allowed_while_suspended=True)
@require_POST
def choose(request: PageRequest, reference: str) -> HttpResponse:
    """Keeps which columns the reader wants in the tables of all events."""
    event = find_event(request.actor, reference)
    wanted = (
        None if posted.flag(request, "as_fits") else columns.named(",".join(posted.texts(request, "column")))
    )
    choose_columns(request.actor, wanted)
    return redirect(f"{reverse('event', args=[event.id])}?{posted.text(request, 'query')}")


@page()
@require_POST
def copy(request: PageRequest, reference: str, form: str) -> HttpResponseBase:
    """The selected values as text, one on each line, or in a format of export."""
    event = find_event(request.actor, reference)
    chosen = selected_ids(request, event)
    if form not in ("raw", "defanged"):

        def of_event(statement: Statement) -> Iterator[str]:
            yield f"a.event_id = {statement.bind(event.id, 'bigint')}"
            yield f"a.id = ANY({statement.bind(chosen, 'bigint[]')})"

        return export_attributes(request, form, of_event, f"misp.event.{event.uuid}")
    lines = attribute_lines(request.actor, event.id, chosen, deleted=may_see_deleted(request.actor, event))
    texts = ((line.value, line.type) for line in (lines[number] for number in chosen if number in lines))
    record_fetch(request.actor, FetchChannel.EXPORT, FetchedKind.EVENT, [event.id])
    written = [defang(value, kind) if form == "defanged" else value for value, kind in texts]
    return HttpResponse("\n".join(written), content_type="text/plain; charset=utf-8")


def uncounted(request: PageRequest, reference: str) -> OpenEvent:
    """The event for some of its rows."""
    return OpenEvent(request.actor, find_event(request.actor, reference), 0)


def counted(request: PageRequest, reference: str) -> OpenEvent:
    """The event for its table alone."""
    event = find_event(request.actor, reference)
    return OpenEvent(request.actor, event, attribute_counts(request.actor, [event.id]).get(event.id, 0))


def count_context(request: PageRequest, shell: OpenEvent) -> dict[str, Any]:
    """How many match, which of a large event takes longer than the first rows."""
    query = table_query(request.GET, sees_deleted=may_see_deleted(request.actor, shell.event))
    wanted = query.resolved(request.actor, shell.event.id)
    size = extent(request.actor, shell.event.id, wanted, query.order)
    return {"oob": True, "shell": shell, **_size_context(shell, query, size)}


def facets_context(request: PageRequest, shell: OpenEvent) -> dict[str, Any]:
    query = table_query(request.GET, sees_deleted=may_see_deleted(request.actor, shell.event))
    wanted = query.resolved(request.actor, shell.event.id)
    return {
        "oob": True,
        "query": query,
        "facets": facets(shell, query, wanted),
        "may_see_deleted": may_see_deleted(request.actor, shell.event),
    }


def one_row(
    request: PageRequest, shell: OpenEvent, attribute_id: int, number: int, keys: Sequence[str]
) -> SafeString:
    """The row of one attribute as it stands in the table, as its row `number`."""
    order = table_query(request.GET, sees_deleted=False).order
    (line,) = attribute_lines(request.actor, shell.event.id, [attribute_id], deleted=False).values()
    entry = Entry(line.object_id, attribute_id)
    window = _window(request, shell, LineFilter(), order, number - 2, [entry], keys)
    context = {**window, "shell": shell, "event": shell.event, "keys": keys}
    return render_to_string("events/attributes.html#rows", context, request)


def _rows_context(
    request: PageRequest,
    shell: OpenEvent,
    query: TableQuery,
    wanted: LineFilter,
    shown: columns.ShownColumns,
    *,
    is_quick: bool,
) -> dict[str, Any]:
    """`is_quick`: a script asks for the rows of a large event, and for their number afterwards."""
    size: Extent | None
    if is_quick and not query.order.is_flat:
        size, found = first_entries(request.actor, shell.event.id, wanted, query.order, WINDOW)
    else:
        size, found = opening(request.actor, shell.event.id, wanted, query.order, WINDOW)
    count = len(found) if size is None else size.rows
    pages = Pages(_page_number(request, count), -(-count // WINDOW))
    start = (pages.current - 1) * WINDOW
    if start:
        found = entries(request.actor, shell.event.id, wanted, query.order, start, WINDOW)
    rows_url = reverse("event_rows", args=[shell.event.id])
    return {
        **_window(request, shell, wanted, query.order, start, found, shown.keys),
        "columns": shown,
        "every_column": columns.COLUMNS,
        "keys": shown.keys,
        "query": query,
        **_size_context(shell, query, size, count),
        "pages": pages,
        "page_url": with_query(request, page=None),
        "rows_url": rows_url + with_query(request, page=None, columns=",".join(shown.keys)),
        "window": WINDOW,
        "chips": [
            {"label": label, "remove_url": without(request.GET, name, value)}
            for name, value, label in query.chips()
        ],
        "all_url": f"?layout={query.order.layout}",
        "may_see_deleted": may_see_deleted(request.actor, shell.event),
        "bulk_reaches": reach_choices(request.actor) if shell.may_modify else [],
        "default_sort": "-updated" if query.order.is_flat else "",
        "grouped_url": with_query(request, layout=None, sort=None, page=None),
        "flat_url": with_query(request, layout="flat", page=None),
        "fold_url": with_query(request, folded=None if query.order.folded else "1", toggled=None, page=None),
    }


def _size_context(shell: OpenEvent, query: TableQuery, size: Extent | None, shown: int = 0) -> dict[str, Any]:
    """How many there are, or while that is not known yet how many are `shown`."""
    return {
        "query": query,
        "event": shell.event,
        "extent": size,
        "scrolled": shown if size is None else min(size.rows, MOST_ROWS),
        "counted": "" if size is None else _counted(shell, query, size),
    }


def _window(
    request: PageRequest,
    shell: OpenEvent,
    wanted: LineFilter,
    order: LineOrder,
    start: int,
    found: Sequence[Entry],
    keys: Sequence[str],
) -> dict[str, Any]:
    window = table_rows(request.actor, shell.event, found, start, order, deleted=wanted.deleted, keys=keys)
    # A page that is not asked for by a script works without any.
    are_light = "HX-Request" in request.headers
    parts = RowParts(request, shell, are_light=are_light)
    return {
        "row_menus": parts.menus,
        "menu_id": ID,
        "are_light": are_light,
        "rows": [(row, *(parts.of(row.shown.line) if row.shown else ("", ""))) for row in window],
        "start": start,
        "may_modify": shell.may_modify,
        "cell_button": render_to_string("events/cell_button.html"),
        "toggle_url": with_query(request, toggled="", page=None, start=None, columns=None),
    }


def _page_number(request: PageRequest, count: int) -> int:
    text = request.GET.get("page", "")
    wanted = int(text) if text.isdecimal() and len(text) < 9 else 1
    return max(1, min(wanted, -(-count // WINDOW)))


def _counted(shell: OpenEvent, query: TableQuery, size: Extent) -> str:
    """How many attributes are shown, of how many the event has for this reader."""
    total = shell.attribute_count
    shown = {"shown": thin(size.attributes), "total": thin(total)}
    # With the deleted ones there may be more than the event counts.
    if not query.is_filtered or size.attributes > total:
        return ngettext("%(shown)s attribute", "%(shown)s attributes", size.attributes) % shown
    return ngettext("%(shown)s of %(total)s attribute", "%(shown)s of %(total)s attributes", total) % shown
