"""Fields for the filter `tags` of restSearch: pickers of the tags that something has, and of those it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.filter_values import terms
from vardkase.analysis.search.filters import Terms
from vardkase.identity.access.actor import Actor
from vardkase.web.knowledge.tag_picker import ChoosableTags, TagPicker
from vardkase.web.ui.forms.picker import PickerChoice

GROUPS = {"tags": ("OR", "any_of"), "all_tags": ("AND", "all_of"), "without_tags": ("NOT", "none_of")}
"""Field → its group in the filter, and in the terms that are read from one."""


class FilterableTags(ChoosableTags):
    """Also what is typed, for a tag that the hub does not have yet or a name with `%` for any text."""

    def find(self, text: str) -> list[PickerChoice]:
        found = super().find(text)
        if any(choice.value.lower() == text.lower() for choice in found):
            return found
        return [*self.named([text]), *found]


class FilterTagPicker(TagPicker):
    def ask(self, actor: Actor) -> None:
        self.source = FilterableTags(actor)


class TagFilterForm(forms.Form):
    tags = FilterTagPicker(label=_("Only with any of these tags"))
    all_tags = FilterTagPicker(label=_("Only with all of these tags"), help_text="")
    without_tags = FilterTagPicker(label=_("Not with any of these tags"), help_text="")

    def ask_for_tags(self, actor: Actor, filters: Mapping[str, Any]) -> None:
        """Fill the fields from stored filters. All of several tags is asked for over the API only."""
        stored = terms(filters.get("tags")) or Terms()
        for name, (_group, part) in GROUPS.items():
            self.fields[name].ask(actor)  # type: ignore[attr-defined]
            self.initial.setdefault(name, list(getattr(stored, part)))
        if not stored.all_of:
            del self.fields["all_tags"]

    def tag_filter(self) -> Any:
        """The filter as restSearch takes it; empty for all."""
        chosen = {name: self.cleaned_data.get(name, []) for name in GROUPS}
        if chosen["all_tags"]:
            return {group: chosen[name] for name, (group, _part) in GROUPS.items() if chosen[name]}
        return [*chosen["tags"], *(f"!{tag}" for tag in chosen["without_tags"])]
