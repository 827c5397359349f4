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
from vardkase.web.display import thin
from vardkase.web.forms.search import AttributeFilterForm
from vardkase.web.pages import PageRequest, page
from vardkase.web.paging import first_page, page_links, wanted_place, wanted_size
from vardkase.web.views.events.presenters import value_url
from vardkase.web.views.events.rows import ListedEvent
from vardkase.web.views.search.hits import hits_of

LONGEST = 100_000
"""Characters of a paste that are read."""
EVENTS_SHOWN = 5
SHORTEST_TITLE = 3
"""Titles are searched by trigrams: fewer characters would mean reading them all."""


@page()
def search(request: PageRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    asked = understand(given.get("q", "")[:LONGEST])
    context = _found(request, asked) | {"title": gettext("Search")}
    return render(request, "search/results.html", context)


@page()
def latest(request: PageRequest) -> HttpResponse:
    context = _found(request, understand("")) | {"title": gettext("Values")}
    return render(request, "search/results.html", context)


def _found(request: PageRequest, asked: ValueQuery) -> dict[str, Any]:
    form = AttributeFilterForm(request.GET)
    found = find_attributes(request.actor, asked, form.filters(), wanted_place(request), wanted_size(request))
    known = known_values(request.actor, asked.values) if asked.meaning is ValueMeaning.VALUES else []
    return {
        "asked": asked,
        "form": form,
        "chips": [
            {"label": f"{label}: {words}", "remove_url": first_page(request, **{name: None})}
            for name, label, words in form.asked()
        ],
        "hits": hits_of(request.actor, found.rows),
        "known": [{"value": each, "url": value_url(each.value)} for each in known],
        "summary": _summary(known),
        "events": _events(request, asked),
        "search_text": asked.text if asked.meaning is not ValueMeaning.VALUES else "",
        **page_links(request, found),
    }


def _events(request: PageRequest, asked: ValueQuery) -> list[ListedEvent]:
    is_one = asked.meaning in (ValueMeaning.VALUE, ValueMeaning.PATTERN)
    text = asked.text.strip("%")
    if not is_one or (len(text) < SHORTEST_TITLE and not text.isdecimal()) or wanted_place(request):
        return []
    rows = event_page(request.actor, EventFilters(text=text[:200]), None, EVENTS_SHOWN).rows
    return [ListedEvent(row) for row in rows]


def _summary(known: list[KnownValue]) -> str:
    """ "14 values: 9 known"."""
    hits = sum(1 for each in known if each.attributes)
    words = ngettext("%(values)s value: %(known)s known", "%(values)s values: %(known)s known", len(known))
    return words % {"values": thin(len(known)), "known": thin(hits)} if known else ""
