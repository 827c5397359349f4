"""Search suggestions while typing: a few links, from indexes only."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from vardkase.web.analysis.search.completions import completions
from vardkase.web.analysis.search.operators import OPERATORS, filtering_of
from vardkase.web.analysis.search.results import SHORTEST_TITLE
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest, page

EVENTS_SUGGESTED = 5
SHOWN = 60
"""Characters of a text that is repeated."""
BEGUN = re.compile(rf"(?:^|\s)-?({'|'.join(OPERATORS)}):\S*$", re.IGNORECASE)
"""An operator at the end, of which nothing has to be written yet."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    icon: str
    url: str
    text: str
    note: str
    is_value: bool = False
    fill: str = ""
    """What the box is filled with instead of going to `url`."""
    sent: Mapping[str, str] | None = None
    """Fields that are posted to `url`; None where it is opened."""


@page()
def suggestions(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:LONGEST]
    if filtering_of(text) or BEGUN.search(text):
        go = Suggestion("filter", _go_url(text), gettext("Show what matches these filters"), "")
        return _listed(request, [*([go] if filtering_of(text) else ()), *_completed(request, text)])
    query = understand(text)
    rows = [
        Suggestion(each.icon, each.url, str(each.label), str(each.note), sent=each.sent)
        for each in commands(request, text)
    ]
    if query.meaning is not ValueMeaning.NOTHING:
        rows = [*_values(request, query), *rows, *_events(request, query)]
    if query.text:
        rows += [*_everything(query), *_completed(request, text)]
    return _listed(request, rows)


def _completed(request: PageRequest, text: str) -> list[Suggestion]:
    return [
        Suggestion("filter-plus", _go_url(each.text), each.label, each.note, fill=each.text)
        for each in completions(request.actor, text)
    ]


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


def _everything(query: ValueQuery) -> list[Suggestion]:
    plain = Suggestion(
        "search", _search_url(query.text), gettext("Search for “%(text)s”") % {"text": query.text[:SHOWN]}, ""
    )
    if query.meaning is not ValueMeaning.VALUE:
        return [plain]
    wanted = _search_url(f"%{query.text}%")
    return [plain, Suggestion("search", wanted, gettext("Everything containing this"), "")]


def _go_url(text: str) -> str:
    return f"{reverse('search_go')}?{urlencode({'q': text})}"


def _search_url(text: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text})}"
