"""Search results: what is known of the values searched for, matching attributes, and events by title."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.analysis.search.event_list import EventFilters, event_page
from vardkase.analysis.search.value_search import (
    KnownValue,
    ValueMeaning,
    ValueQuery,
    find_attributes,
    known_values,
    understand,
)
from vardkase.web.analysis.search.forms import AttributeFilterForm
from vardkase.web.analysis.search.hits import hits_of
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size

LONGEST = 100_000
"""Characters of a paste that are read."""
EVENTS_SHOWN = 5
SHORTEST_TITLE = 3
"""Titles are searched by trigrams: fewer characters would mean reading them all."""


@page()
def search(request: PageRequest) -> HttpResponse:
    text = posted.text(request, "q") if request.method == "POST" else request.GET.get("q", "")
    query = understand(text[:LONGEST])
    context = _found(request, query) | {"title": gettext("Search")}
    return render(request, "search/results.html", context)


@page()
def latest(request: PageRequest) -> HttpResponse:
    context = _found(request, understand("")) | {"title": gettext("Values")}
    return render(request, "search/results.html", context)


def _found(request: PageRequest, query: ValueQuery) -> dict[str, Any]:
    form = AttributeFilterForm(request.GET)
    matches = find_attributes(
        request.actor, query, form.filters(), wanted_place(request), wanted_size(request)
    )
    known = known_values(request.actor, query.values) if query.meaning is ValueMeaning.VALUES else []
    return {
        "asked": query,
        "form": form,
        "chips": [
            {"label": f"{label}: {text}", "remove_url": first_page(request, **{name: None})}
            for name, label, text in form.asked()
        ],
        "hits": hits_of(request.actor, matches.rows),
        "known": [{"value": match, "url": value_url(match.value)} for match in known],
        "summary": _summary(known),
        "events": _events(request, query),
        "search_text": query.text if query.meaning is not ValueMeaning.VALUES else "",
        **page_links(request, matches),
    }


def _events(request: PageRequest, query: ValueQuery) -> list[ListedEvent]:
    is_one = query.meaning in (ValueMeaning.VALUE, ValueMeaning.PATTERN)
    text = query.text.strip("%")
    if not is_one or (len(text) < SHORTEST_TITLE and not text.isdecimal()) or wanted_place(request):
        return []
    rows = event_page(request.actor, EventFilters(text=text[:200]), None, EVENTS_SHOWN).rows
    return [ListedEvent(row) for row in rows]


def _summary(known: list[KnownValue]) -> str:
    """ "14 values: 9 known"."""
    hits = sum(1 for match in known if match.attributes)
    message = ngettext("%(values)s value: %(known)s known", "%(values)s values: %(known)s known", len(known))
    return message % {"values": thin(len(known)), "known": thin(hits)} if known else ""
