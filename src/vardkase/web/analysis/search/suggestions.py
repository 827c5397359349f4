"""Search suggestions while typing: a few links, from indexes only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.analysis.search.event_list import EventFilters, event_page
from vardkase.analysis.search.value_search import COUNTED, ValueMeaning, ValueQuery, known_values, understand
from vardkase.web.analysis.search.asked import LONGEST
from vardkase.web.analysis.search.commands import commands
from vardkase.web.analysis.search.destination import filters_of
from vardkase.web.analysis.search.results import SHORTEST_TITLE
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest, page

EVENTS_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    icon: str
    url: str
    text: str
    note: str
    is_value: bool = False


@page()
def suggestions(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:LONGEST]
    query = understand(text)
    if filters_of(text)[0]:
        go = f"{reverse('search_go')}?{urlencode({'q': text})}"
        filtering = [Suggestion("search", go, gettext("Show what matches these filters"), "")]
        return _listed(request, filtering)
    rows = [
        Suggestion(each.icon, each.url, each.label, gettext("Go to"))
        for each in commands(request, request.actor, text)
    ]
    if query.meaning is not ValueMeaning.NOTHING:
        rows = [*_values(request, query), *rows, *_events(request, query)]
    if query.text:
        rows.append(_everything(query))
    return _listed(request, rows)


def _listed(request: PageRequest, rows: list[Suggestion]) -> HttpResponse:
    html = render_to_string("search/suggestions.html", {"suggestions": rows}, request)
    return HttpResponse(html.strip())  # a list with nothing in it must be empty to be hidden


def _values(request: PageRequest, query: ValueQuery) -> list[Suggestion]:
    if query.meaning is ValueMeaning.PATTERN:
        return []
    known = known_values(request.actor, query.values)
    if query.meaning is ValueMeaning.VALUES:
        hits = sum(1 for match in known if match.attributes)
        text = gettext("%(values)s values: %(known)s known") % {
            "values": thin(len(known)),
            "known": thin(hits),
        }
        url = f"{reverse('lookup')}?{urlencode({'q': query.text})}"
        return [Suggestion("fingerprint", url, text, "")]
    (value,) = known
    if not value.attributes:
        return []
    # Counting stops at COUNTED attributes, so there may be more events than these.
    number = thin(value.events) + ("+" if value.attributes >= COUNTED else "")
    note = ngettext("%(count)s event", "%(count)s events", value.events) % {"count": number}
    return [Suggestion("fingerprint", value_url(value.value), value.value, note, is_value=True)]


def _events(request: PageRequest, query: ValueQuery) -> list[Suggestion]:
    if query.meaning is ValueMeaning.VALUES or (
        len(query.text) < SHORTEST_TITLE and not query.text.isdecimal()
    ):
        return []
    filters = EventFilters(text=query.text.strip("%")[:200])
    rows = event_page(request.actor, filters, None, EVENTS_SUGGESTED).rows
    return [
        Suggestion("list-details", reverse("event", args=[row.id]), row.info, f"{row.id}, {row.orgc.name}")
        for row in rows
    ]


def _everything(query: ValueQuery) -> Suggestion:
    if query.meaning in (ValueMeaning.VALUE, ValueMeaning.NETWORK):
        wanted = f"%{query.text}%" if query.meaning is ValueMeaning.VALUE else query.text
        return Suggestion("search", _search_url(wanted), gettext("Everything containing this"), "")
    return Suggestion("search", _search_url(query.text), gettext("All results"), "")


def _search_url(text: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text})}"
