"""What a saved search looks for, in words, and where it opens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind, SharedWith
from vardkase.analysis.saved_searches.rules import SCOPES, may_change
from vardkase.identity.access.actor import Actor
from vardkase.web.analysis.saved_searches.forms import SHARED_WITH
from vardkase.web.analysis.search.advanced_filters import form_data_of
from vardkase.web.analysis.search.advanced_form import AdvancedForm, fields_in
from vardkase.web.analysis.search.asked import address_of
from vardkase.web.analysis.search.forms import AttributeFilterForm
from vardkase.web.intel.events.forms import EventFilterForm
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest

KINDS: Mapping[str, str | Promise] = {
    SearchKind.EVENTS: _("Events"),
    SearchKind.ATTRIBUTES: _("Attributes"),
    SearchKind.OBJECTS: _("Objects"),
    SearchKind.EVENT_LIST: _("List of events"),
    SearchKind.VALUES: _("Values"),
}
LONGEST = 80
"""Characters of a condition that are shown."""
SHOWN = 4
"""Conditions that a list shows."""
ANY_OF: Mapping[str, str | Promise] = {
    "value": _("Value"),
    "type": _("Type"),
    "category": _("Category"),
    "tags": pgettext_lazy("noun", "Tag"),
    "org": _("Created by"),
    "sharinggroup": _("Shared with group"),
}
"""Labels without "any of", which the text says."""
ANSWERED = frozenset({"to_ids", "org_local", "published", "protected"})
"""Conditions whose label says what a yes says."""
BACK = re.compile(r"(?P<n>[0-9]{1,5})(?P<unit>[dhmw])")
TIMES: Mapping[str, str | Promise] = {
    f"{name}_{end}": label
    for name, label in {
        "date": _("Event date"),
        "published": pgettext_lazy("event", "Published"),
        "event": _("Event changed"),
        "changed": _("Attribute changed"),
        "first_seen": _("First seen"),
        "last_seen": _("Last seen"),
    }.items()
    for end in ("from", "until")
}
"""What is said of a time that is counted back from now."""


@dataclass(frozen=True, slots=True)
class ListedSearch:
    search: SavedSearch
    may_change: bool

    @property
    def kind(self) -> str:
        return str(KINDS[self.search.kind])

    @property
    def shared_with(self) -> str:
        return str(SHARED_WITH[SharedWith(self.search.shared_with)])

    @property
    def conditions(self) -> list[str]:
        return list(conditions(self.search.kind, self.search.filters))[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(list(conditions(self.search.kind, self.search.filters))) - SHOWN)


def listed_search(actor: Actor, search: SavedSearch) -> ListedSearch:
    return ListedSearch(search, actor.may_write and may_change(actor, search))


def conditions(kind: str, filters: Mapping[str, Any]) -> Iterator[str]:
    """The conditions in words."""
    if kind in SCOPES:
        fields = AdvancedForm.base_fields
        shown = form_data_of(fields_in(SCOPES[SearchKind(kind)]), filters)
    else:
        form = EventFilterForm if kind == SearchKind.EVENT_LIST else AttributeFilterForm
        fields, shown = form.base_fields, dict(filters)
        if text := shown.pop("q", ""):
            yield _said(gettext("Search text"), text)
        shown.pop("sort", None)
        if view := shown.pop("view", ""):
            yield {"ours": gettext("Our events")}.get(view, gettext("Awaiting publication"))
    yield from _further(shown.pop("more", ""))
    for name, value in shown.items():
        if value not in ("", None, []) and name in fields:
            yield _condition(name, fields[name], value)


def _further(more: str) -> Iterator[str]:
    """The parameters that the form has no field for, by their names in the API."""
    for name, value in (json.loads(more) if more else {}).items():
        yield _said(name, _parameter(value))


def _condition(name: str, field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField) or (name in ANSWERED and value == "1"):
        return str(field.label)
    if name in TIMES and (back := BACK.fullmatch(str(value))):
        when = _before if name.endswith("_until") else _since
        return f"{TIMES[name]} {when(back['unit'], int(back['n']))}"
    label = ANY_OF.get(name, field.label)
    return _said(str(label), _text(field, value, any_of=name in ANY_OF))


def _since(unit: str, n: int) -> str:
    match unit:
        case "h":
            words = ngettext("in the last hour", "in the last %(n)s hours", n)
        case "m":
            words = ngettext("in the last minute", "in the last %(n)s minutes", n)
        case "w":
            words = ngettext("in the last week", "in the last %(n)s weeks", n)
        case _:
            words = ngettext("in the last day", "in the last %(n)s days", n)
    return words % {"n": thin(n)}


def _before(unit: str, n: int) -> str:
    match unit:
        case "h":
            words = ngettext("more than an hour ago", "more than %(n)s hours ago", n)
        case "m":
            words = ngettext("more than a minute ago", "more than %(n)s minutes ago", n)
        case "w":
            words = ngettext("more than a week ago", "more than %(n)s weeks ago", n)
        case _:
            words = ngettext("more than a day ago", "more than %(n)s days ago", n)
    return words % {"n": thin(n)}


def _said(label: str, text: str) -> str:
    return f"{label}: {_short(text)}"


def _parameter(value: Any) -> str:
    if isinstance(value, dict):
        words = {"OR": gettext("any of"), "AND": gettext("all of"), "NOT": gettext("none of")}
        return "; ".join(f"{words.get(name, name)} {_parameter(items)}" for name, items in value.items())
    if isinstance(value, list):
        return ", ".join(map(_parameter, value))
    return gettext("Yes") if value is True else gettext("No") if value is False else str(value)


def opening_address(request: PageRequest, search: SavedSearch) -> str:
    """Where the search is run: the advanced search, or the list that it was saved from."""
    if search.kind in SCOPES:
        return f"{reverse('advanced_search')}?{urlencode({'saved': search.pk})}"
    if search.kind == SearchKind.EVENT_LIST:
        return f"{reverse('events')}?{urlencode(search.filters)}"
    filters = dict(search.filters)
    address = address_of(request, "search", filters.pop("q", "")) or reverse("search") + "?"
    return f"{address}&{urlencode(filters)}" if filters else address


def _text(field: forms.Field, value: Any, *, any_of: bool) -> str:
    chosen = [str(each) for each in (value if isinstance(value, list) else [value])]
    if isinstance(field, forms.ChoiceField):
        words = {str(key): str(word) for key, word in field.choices}  # type: ignore[misc, union-attr]
        chosen = [words.get(each, each) for each in chosen]
    elif any_of and isinstance(value, str):
        chosen = value.splitlines()
    if any_of and len(chosen) > 1:
        some = {"some": ", ".join(chosen[:-1]), "last": chosen[-1]}
        return pgettext("any of several", "%(some)s or %(last)s") % some
    return ", ".join(chosen)


def _short(text: str) -> str:
    text = ", ".join(text.splitlines())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
