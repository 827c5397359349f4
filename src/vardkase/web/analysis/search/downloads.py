"""Search results as files, in every export format: the attributes found, or the whole events that contain them."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.analysis.search.value_search import ValueMeaning, ValueQuery, events_of_attributes, found_by
from vardkase.formats.misp_json import chosen_ids
from vardkase.web.analysis.search.asked import asked_query
from vardkase.web.analysis.search.forms import AttributeFilterForm
from vardkase.web.ui.exports import (
    BY_SLUG,
    ExportFormat,
    export_attributes,
    export_events,
    offered_for_attributes,
    offered_formats,
)
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

COMMON = ("csv", "xlsx", "json", "stix2", "suricata", "text")
"""In the menu of a search; the others are on a page of their own."""
EVENTS = "events"
"""Value of the parameter `contents` for whole events."""


def common_formats() -> list[ExportFormat]:
    return [offered for slug in COMMON if (offered := BY_SLUG[slug]).is_usable]


@page()
def formats(request: PageRequest) -> HttpResponse:
    """Every format in which what is found can be downloaded, and what each is for."""
    whole = request.GET.get("contents") == EVENTS
    query = _query(request)
    context = {
        "heading": gettext("Download search results"),
        "about": _about(query.meaning, query.text),
        "base": reverse("search_formats"),
        "groups": offered_formats() if whole else offered_for_attributes(),
        "back": f"{reverse('value' if 'v' in request.GET else 'search')}{first_page(request, contents=None)}",
        "contents": [
            {
                "label": gettext("The attributes found"),
                "url": first_page(request, contents=None),
                "current": not whole,
            },
            {
                "label": gettext("Full events that contain them"),
                "url": first_page(request, contents=EVENTS),
                "current": whole,
            },
        ],
    }
    return render(request, "search/downloads.html", context)


@page(from_replica=True)
def results_file(request: PageRequest, format: str) -> HttpResponseBase:
    query, filters = _query(request), AttributeFilterForm(request.GET).filters()
    if request.GET.get("contents") != EVENTS:
        return export_attributes(request, format, found_by(query, filters), "misp.attributes")
    event_ids = chosen_ids(events_of_attributes(request.actor, query, filters))
    return export_events(request, format, event_ids, "misp.events")


def _query(request: PageRequest) -> ValueQuery:
    if (query := asked_query(request)) is None:
        raise Http404  # The list is no longer kept.
    return query


def _about(meaning: ValueMeaning, text: str) -> str:
    match meaning:
        case ValueMeaning.NOTHING:
            return gettext("The newest values that you can see.")
        case ValueMeaning.VALUES:
            return gettext("The values that you listed.")
        case _:
            return gettext("Results for “%(text)s”.") % {"text": text}
