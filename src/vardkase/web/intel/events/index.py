"""The event list: filtered, sorted, paginated, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.analysis.search.event_list import (
    COUNTED,
    EventFilters,
    EventListView,
    count_events,
    event_page,
    every_event,
)
from vardkase.core.sql import SqlQuery
from vardkase.formats.event_list import event_table
from vardkase.formats.misp_json import Chosen, chosen_ids, event_index
from vardkase.formats.misp_json.changing_list import changing_listed
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates.queries import visible_templates
from vardkase.intel.queries.event_index import index_rows
from vardkase.web.intel.events.forms import EventFilterForm
from vardkase.web.intel.events.last_version import changing_rows, changing_words
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.ui.display import thin
from vardkase.web.ui.exports import export_events, offered_formats
from vardkase.web.ui.files import event_download
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size

EXACT = 10_000
"""A number above this is rounded and says so."""

FEW_CHANGING = 3
"""Events that are being changed at the top of the list; all are on a page of their own."""

NOT_IN_TABLE = ("view", "sort", "since", "until", "arrived", "arrived_from")
"""Parameters that the row of filters in the table keeps as they are."""

FORMATS = {
    "json": (event_index, "application/json"),
    "csv": (event_table, "text/csv; charset=utf-8"),
}


@page()
def index(request: PageRequest) -> HttpResponse:
    form = EventFilterForm(request.GET)
    filters = form.filters(request.actor)
    events = event_page(request.actor, filters, wanted_place(request), wanted_size(request))
    by_arrival = filters.sort.removeprefix("-") == "arrived"
    changing = changing_listed(request.actor, filters)
    is_first = not {"before", "after"} & request.GET.keys()
    context = {
        "form": form,
        "filters": filters,
        "changing": changing_rows(changing[:FEW_CHANGING]) if is_first else [],
        "changing_words": changing_words(len(changing)),
        "all_changing": len(changing) > FEW_CHANGING,
        "changing_query": first_page(request, sort=None, rows=None),
        "events": [ListedEvent(row, by_arrival) for row in events.rows],
        "chips": form.chips(request),
        "kept": [(name, value) for name in NOT_IN_TABLE if (value := request.GET.get(name))],
        "count": _count_words(count_events(request.actor, filters)),
        "views": _views(request, filters),
        "default_sort": filters.sort,
        "by_arrival": by_arrival,
        "offers_templates": _offers_templates(request),
        **page_links(request, events),
    }
    return render(request, "events/index.html", context)


def _offers_templates(request: PageRequest) -> bool:
    """Whether the page of templates leads anywhere: to one to fill in, or to making one."""
    if not request.actor.may(Permission.ADD):
        return False
    return (
        request.actor.may(Permission.TEMPLATE)
        or visible_templates(request.actor).filter(active=True).exists()
    )


@page()
def export(request: PageRequest, format: str) -> HttpResponseBase:
    if format not in FORMATS:
        raise Http404
    write, content_type = FORMATS[format]
    chosen = _chosen(request)
    # Of those that were named, the ones that the reader may read.
    ids = (
        chosen_ids(chosen)
        if isinstance(chosen, SqlQuery)
        else [row.id for row in index_rows(request.actor, chosen)]
    )
    return event_download(request.actor, ids, write(request.actor, chosen), f"events.{format}", content_type)


@page()
def formats(request: PageRequest) -> HttpResponse:
    """Every format in which the listed or selected events can be downloaded, and what each is for."""
    count = len(_chosen_ids(request))
    message = ngettext("Download %(count)s event", "Download %(count)s events", count) % {
        "count": thin(count)
    }
    context = {"heading": message, "groups": offered_formats()}
    return render(request, "events/downloads.html", context)


@page()
def event_files(request: PageRequest, format: str) -> HttpResponseBase:
    return export_events(request, format, _chosen_ids(request), "misp.events")


def _chosen(request: PageRequest) -> Chosen:
    chosen = [int(pk) for pk in request.GET.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    if "pk" in request.GET:
        return chosen
    query: SqlQuery = every_event(request.actor, EventFilterForm(request.GET).filters(request.actor))
    return query


def _chosen_ids(request: PageRequest) -> Sequence[int]:
    chosen = _chosen(request)
    return chosen_ids(chosen) if isinstance(chosen, SqlQuery) else chosen


def _views(request: PageRequest, filters: EventFilters) -> list[dict[str, Any]]:
    """The tabs. Only the reader's own events are counted; counting all would cost a scan per page."""
    tabs = [(EventListView.ALL, gettext("All")), (EventListView.OURS, gettext("Our events"))]
    tabs.append((EventListView.WAITING, gettext("Awaiting publication")))
    counts = {
        view: count_events(request.actor, replace(EventFilters(), view=view))
        for view in (EventListView.OURS, EventListView.WAITING)
    }
    return [
        {
            "label": label,
            "url": first_page(request, view=view.value or None),
            "count": counts.get(view, ""),
            "current": view is filters.view,
        }
        for view, label in tabs
    ]


def _count_words(count: int) -> str:
    if count > COUNTED:
        return gettext("More than %(count)s events") % {"count": thin(COUNTED)}
    if count > EXACT:
        return gettext("About %(count)s events") % {"count": thin(round(count, -3))}
    return ngettext("%(count)s event", "%(count)s events", count) % {"count": thin(count)}
