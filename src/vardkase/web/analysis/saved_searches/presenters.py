"""What a saved search looks for, in words, and where it opens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
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
    def conditions(self) -> list[tuple[str, str]]:
        return list(conditions(self.search.kind, self.search.filters))[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(list(conditions(self.search.kind, self.search.filters))) - SHOWN)


def listed_search(actor: Actor, search: SavedSearch) -> ListedSearch:
    return ListedSearch(search, actor.may_write and may_change(actor, search))


def conditions(kind: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The conditions as labels and texts."""
    if kind in SCOPES:
        fields = AdvancedForm.base_fields
        shown = form_data_of(fields_in(SCOPES[SearchKind(kind)]), filters)
    else:
        form = EventFilterForm if kind == SearchKind.EVENT_LIST else AttributeFilterForm
        fields, shown = form.base_fields, dict(filters)
        if text := shown.pop("q", ""):
            yield gettext("Search text"), _short(text)
        shown.pop("sort", None)
        if view := shown.pop("view", ""):
            yield gettext("View"), {"ours": gettext("Our events")}.get(view, gettext("Awaiting publication"))
    yield from _further(shown.pop("more", ""))
    for name, value in shown.items():
        if value not in ("", None, []) and name in fields:
            yield str(fields[name].label), _short(_text(fields[name], value))


def _further(more: str) -> Iterator[tuple[str, str]]:
    """The parameters that the form has no field for, by their names in the API."""
    for name, value in (json.loads(more) if more else {}).items():
        yield name, _short(_parameter(value))


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


def _text(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return gettext("Yes")
    if isinstance(field, forms.ChoiceField):
        words = {str(key): str(word) for key, word in field.choices}  # type: ignore[misc, union-attr]
        return ", ".join(
            words.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value])
        )
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(text: str) -> str:
    text = ", ".join(text.splitlines())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
