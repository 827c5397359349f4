"""What a search page is asked: one value (`v`), a text (`q`), or a list too long for an address (`list`)."""

from __future__ import annotations

import json
from dataclasses import asdict
from urllib.parse import urlencode

from django.urls import reverse

from vardkase.analysis.search.value_list import ListedValue, ValueList, read_values
from vardkase.analysis.search.value_page import occurrences
from vardkase.analysis.search.value_search import ValueMeaning, ValueQuery, understand
from vardkase.core import held_uploads
from vardkase.core.limits import Limit
from vardkase.web.ui.pages import PageRequest

LONGEST = 2_000_000
"""Characters of a list that are read."""
LONGEST_LINK = 1000
"""Characters; Django refuses to redirect to long addresses, and a text as long as this is a list of values."""
LISTS_A_DAY = Limit("lists looked up", 200, 24 * 3600)
"""Of one user: each is kept for some hours, so that its pages and files have an address."""


def asked_list(request: PageRequest) -> ValueList | None:
    """The values asked for; None if a list was kept, but is no longer."""
    if (reference := request.GET.get("list")) is None:
        return read_values(_text(request))
    if (held := held_uploads.find(request.actor.user_id, reference, kind="list")) is None:
        return None
    kept = json.loads(held.read())
    return ValueList([ListedValue(**value) for value in kept["values"]], kept["left_out"])


def asked_query(request: PageRequest) -> ValueQuery | None:
    """What to search for, all that is new if nothing is asked; None as for `asked_list`."""
    if value := request.GET.get("v", "").replace("\0", "").strip():
        return occurrences(value[:LONGEST])
    if "list" not in request.GET:
        return understand(_text(request))
    listed = asked_list(request)
    return ValueQuery("", ValueMeaning.VALUES, listed.texts) if listed else None


def address_of(request: PageRequest, view: str, text: str) -> str:
    """The address of a search page for this text; empty if it is too long and cannot be kept."""
    if len(text) <= LONGEST_LINK:
        return f"{reverse(view)}?{urlencode({'q': text})}"
    # Before the list is read, since that is what takes time.
    if LISTS_A_DAY.spend(request.actor.user_id).is_exceeded:
        return ""
    # Kept as it was read: recognising ten thousand values takes half a second, too long for each page of them.
    content = json.dumps(asdict(read_values(text[:LONGEST]))).encode()
    kept = held_uploads.hold(request.actor.user_id, "", content, limit=None, kind="list")
    return f"{reverse(view)}?{urlencode({'list': kept})}" if kept else ""


def _text(request: PageRequest) -> str:
    return request.GET.get("q", "")[:LONGEST].replace("\0", "").strip()
