"""Where the search box leads: to the thing or page that a text names, to a filtered list, or to the results."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.analysis.search.event_list import TLPS
from vardkase.analysis.search.value_search import ValueMeaning, known_values, understand
from vardkase.core.errors import NotFound
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.analysis.search.asked import LONGEST, LONGEST_LINK, address_of
from vardkase.web.analysis.search.commands import command_named
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.pages import PageRequest, page

EVENT_FILTERS = {"tag": "text", "galaxy": "text", "org": "organisation", "tlp": "tlp"}
"""Operator → parameter of the event list."""
VALUE_FILTERS = {"type": "type", "category": "category"}
"""Operator → parameter of the value search."""
SEEN = "seen"
"""The operator that both know: changed or dated since."""
WORD = re.compile(
    rf"""(?:({"|".join((*EVENT_FILTERS, *VALUE_FILTERS, SEEN))}):)?(?:"([^"]+)"|(\S+))""", re.IGNORECASE
)
"""An operator or none, and a word or several in quotation marks."""
CHOICES = {"tlp": TLPS, "type": sorted(TYPES), "category": sorted(CATEGORIES)}
"""Operators that know all their answers."""
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
AGO = re.compile(r"(\d{1,3})([dwmy])")
EVENT_NUMBER = re.compile(r"#(\d{1,18})")


class Unclear(Exception):
    """Operators that cannot be answered; the text says why."""


@page()
def destination(request: PageRequest) -> HttpResponseBase:
    text = request.GET.get("q", "")[:LONGEST].replace("\0", "").strip()
    if len(text) > LONGEST_LINK:
        return redirect(address_of(request, "lookup", text) or "lookup")
    try:
        return redirect(
            _thing(request, text)
            or _filtered(text)
            or _values(request, text)
            or _named(request, text)
            or _results(q=text)
        )
    except Unclear as why:
        return render(request, "search/unclear.html", {"why": str(why), "search_text": text}, status=422)


def filters_of(text: str) -> tuple[dict[str, str], str]:
    """The operators of a text and what they ask for, and the words beside them."""
    if "\n" in text:  # A pasted list: none of its lines is an operator.
        return {}, text
    words = [(name.lower(), quoted or plain) for name, quoted, plain in WORD.findall(text)]
    filters = {name: word for name, word in words if name}
    return filters, " ".join(word for name, word in words if not name) if filters else text


def _thing(request: PageRequest, text: str) -> str | None:
    """The event with this number, or the event or attribute with this UUID."""
    if number := EVENT_NUMBER.fullmatch(text):
        try:
            return reverse("event", args=[find_event(request.actor, int(number[1])).id])
        except NotFound as missing:
            raise Unclear(gettext("There is no event %(id)s that you can see.") % {"id": text}) from missing
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    try:
        return reverse("event", args=[find_event(request.actor, uuid).id])
    except NotFound:
        pass
    try:
        attribute = find_attribute(request.actor, uuid)
    except NotFound:
        return None  # The value of an attribute may be a UUID.
    return f"{reverse('event', args=[attribute.event_id])}?{urlencode({'text': attribute.value})}"


def _filtered(text: str) -> str | None:
    """The event list or the value search with the filters that the operators name."""
    filters, words = filters_of(text)
    if not filters:
        return None
    since = {"since": _day(filters.pop(SEEN))} if SEEN in filters else {}
    filters = {name: _choice(name, word) if name in CHOICES else word for name, word in filters.items()}
    if not filters.keys() & EVENT_FILTERS.keys():
        return _results(q=words, **{VALUE_FILTERS[name]: value for name, value in filters.items()}, **since)
    if filters.keys() & VALUE_FILTERS.keys():
        raise Unclear(
            gettext(
                "Type and category filter values; tag, galaxy, org and tlp filter events. Use one kind at a time."
            )
        )
    given: dict[str, str] = {}
    for name, value in (*filters.items(), *([("tag", words)] if words else [])):
        parameter = EVENT_FILTERS[name]
        if parameter in given:
            raise Unclear(gettext("Events can be filtered by one tag, cluster or title at a time."))
        given[parameter] = value
    return f"{reverse('events')}?{urlencode(given | since)}"


def _choice(name: str, word: str) -> str:
    for choice in CHOICES[name]:
        if choice.casefold() == word.casefold():
            return choice
    raise Unclear(
        gettext("“%(word)s” is not a value for %(operator)s. Use one of: %(choices)s.")
        % {"operator": name, "word": word, "choices": ", ".join(CHOICES[name])}
    )


def _day(text: str) -> str:
    """An ISO date, or so many days, weeks, months or years ago."""
    if ago := AGO.fullmatch(text.lower()):
        return str(timezone.localdate() - timedelta(days=int(ago[1]) * DAYS[ago[2]]))
    try:
        return str(date.fromisoformat(text))
    except ValueError as malformed:
        raise Unclear(
            gettext("Enter seen: as a date, 2026-11-01, or as a time back, 7d, 2w, 3m or 1y.")
        ) from malformed


def _values(request: PageRequest, text: str) -> str | None:
    """The page of a value that somebody has shared, or the table of several."""
    query = understand(text)
    if query.meaning is ValueMeaning.VALUES:
        return address_of(request, "lookup", text)
    if query.meaning not in (ValueMeaning.VALUE, ValueMeaning.NETWORK):
        return None
    (known,) = known_values(request.actor, query.values)
    return value_url(known.value) if known.attributes else None


def _named(request: PageRequest, text: str) -> str | None:
    """The page or saved search with this name, unless it is a value that somebody has shared."""
    named = command_named(request.actor, text)
    return named.url if named else None


def _results(**parameters: Any) -> str:
    return f"{reverse('search')}?{urlencode(parameters)}"
