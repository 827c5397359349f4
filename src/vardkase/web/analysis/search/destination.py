"""Where the search box leads: to the thing or page that a text names, to a filtered list, or to the results."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.analysis.search.value_search import ValueMeaning, known_values, understand
from vardkase.core.errors import NotFound
from vardkase.intel.queries.find import find_attribute
from vardkase.intel.queries.last_version import event_to_read
from vardkase.web.analysis.search.asked import LONGEST, LONGEST_LINK, address_of
from vardkase.web.analysis.search.commands import command_named
from vardkase.web.analysis.search.not_searched import changing_with
from vardkase.web.analysis.search.operators import Unclear, address_of_filters, operator_help
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.pages import PageRequest, page

EVENT_NUMBER = re.compile(r"#(\d{1,18})")


@page()
def destination(request: PageRequest) -> HttpResponseBase:
    text = request.GET.get("q", "")[:LONGEST].replace("\0", "").strip()
    if len(text) > LONGEST_LINK:
        return redirect(address_of(request, "lookup", text) or "lookup")
    try:
        return redirect(
            _thing(request, text)
            or address_of_filters(request.actor, text)
            or _values(request, text)
            or _named(request, text)
            or _results(q=text)
        )
    except Unclear as why:
        context = {"why": str(why), "search_text": text, "operators": operator_help()}
        return render(request, "search/unclear.html", context, status=422)


def _thing(request: PageRequest, text: str) -> str | None:
    """The event with this number, or the event or attribute with this UUID."""
    if number := EVENT_NUMBER.fullmatch(text):
        try:
            return reverse("event", args=[event_to_read(request.actor, int(number[1]))])
        except NotFound as missing:
            raise Unclear(gettext("There is no event %(id)s that you can see.") % {"id": text}) from missing
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    try:
        return reverse("event", args=[event_to_read(request.actor, uuid)])
    except NotFound:
        pass
    try:
        attribute = find_attribute(request.actor, uuid)
    except NotFound:
        return None  # The value of an attribute may be a UUID.
    return f"{reverse('event', args=[attribute.event_id])}?{urlencode({'text': attribute.value})}"


def _values(request: PageRequest, text: str) -> str | None:
    """The page of a value that somebody has shared, or the table of several."""
    query = understand(text)
    if query.meaning is ValueMeaning.VALUES:
        return address_of(request, "lookup", text)
    if query.meaning not in (ValueMeaning.VALUE, ValueMeaning.NETWORK):
        return None
    (known,) = known_values(request.actor, query.values)
    is_shared = known.attributes or changing_with(request.actor, known.value)
    return value_url(known.value) if is_shared else None


def _named(request: PageRequest, text: str) -> str | None:
    """The page or saved search with this name, unless it is a value that somebody has shared."""
    named = command_named(request.actor, text)
    return named.url if named else None


def _results(**parameters: Any) -> str:
    return f"{reverse('search')}?{urlencode(parameters)}"
