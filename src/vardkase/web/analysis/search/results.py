"""Search results: matching attributes, and events by title."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.analysis.search.event_list import EventFilters, event_page
from vardkase.analysis.search.value_search import ValueMeaning, ValueQuery, find_attributes, understand
from vardkase.web.analysis.search.asked import LONGEST_LINK, asked_query
from vardkase.web.analysis.search.downloads import common_formats
from vardkase.web.analysis.search.forms import AttributeFilterForm
from vardkase.web.analysis.search.hits import hits_of
from vardkase.web.analysis.search.not_searched import not_searched
from vardkase.web.analysis.search.operators import (
    SEEN,
    Unclear,
    address_of_filters,
    operator_help,
    text_of,
    unknown_operator,
)
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

EVENTS_SHOWN = 5
SHORTEST_TITLE = 3
"""Titles are searched by trigrams: fewer characters would mean reading them all."""


@page(from_replica=True)
def search(request: PageRequest) -> HttpResponse:
    if not request.GET:
        return redirect("values")
    if address := _filtered(request):
        return redirect(address)
    if (query := asked_query(request)) is None:
        messages.error(request, gettext("This list is no longer kept. Paste it again."))
        return redirect("lookup")
    context = _found(request, query) | {"title": gettext("Search")}
    return render(request, "search/results.html", context)


def _filtered(request: PageRequest) -> str | None:
    """The list that answers a link whose text has operators; None where there are none, or none that is clear."""
    try:
        return address_of_filters(request.actor, request.GET.get("q", "")[:LONGEST_LINK])
    except Unclear:
        return None


@page(from_replica=True)
def latest(request: PageRequest) -> HttpResponse:
    context = _found(request, understand("")) | {"title": gettext("Values")}
    return render(request, "search/results.html", context)


def _found(request: PageRequest, query: ValueQuery) -> dict[str, Any]:
    form = AttributeFilterForm(request.GET)
    matches = find_attributes(
        request.actor, query, form.filters(), wanted_place(request), wanted_size(request)
    )
    return {
        "asked": query,
        "form": form,
        "chips": form.chips(request),
        "hits": hits_of(request.actor, matches.rows),
        "formats": common_formats(),
        "operators": operator_help(),
        "events": _events(request, query),
        "not_searched": not_searched(
            request.actor,
            query.values[0] if query.meaning in (ValueMeaning.VALUE, ValueMeaning.NETWORK) else "",
        ),
        "unknown_operator": unknown_operator(query.text),
        "search_text": _typed(query, form),
        **page_links(request, matches),
    }


def _typed(query: ValueQuery, form: AttributeFilterForm) -> str:
    """The search box's text that finds the same, to be refined."""
    if query.meaning is ValueMeaning.VALUES:
        return ""
    names = {"type": "type", "category": "category", "since": SEEN}
    given = {names[name]: form.cleaned_data[name] for name, _label, _words in form.asked() if name in names}
    return text_of(query.text, **{name: str(value) for name, value in given.items()})


def _events(request: PageRequest, query: ValueQuery) -> list[ListedEvent]:
    is_one = query.meaning in (ValueMeaning.VALUE, ValueMeaning.PATTERN)
    text = query.text.strip("%")
    if not is_one or (len(text) < SHORTEST_TITLE and not text.isdecimal()) or wanted_place(request):
        return []
    rows = event_page(request.actor, EventFilters(text=text[:200]), None, EVENTS_SHOWN).rows
    return [ListedEvent(row) for row in rows]
