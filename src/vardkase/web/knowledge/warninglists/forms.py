"""Forms of own warninglists, and of the test of values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.rules import LONGEST_NAME, entry_in_line, entry_problem
from vardkase.misp.freetext import refang
from vardkase.misp.types import TYPES as ATTRIBUTE_TYPES
from vardkase.web.knowledge.warninglists.labels import CATEGORIES, MATCHES, TYPES
from vardkase.web.ui.forms.fields import PLAIN_TEXT
from vardkase.web.ui.forms.picker import Names, Picker

ERRORS_SHOWN = 10
MOST_EDITED = 20_000
"""Entries that fit into a text box; a longer list is edited by adding values, or through the API."""
MOST_TESTED = 1_000
LONGEST_TEXT = 4_000_000

ATTRIBUTE_TYPE_NAMES = Names(lambda text: (name for name in ATTRIBUTE_TYPES if text.lower() in name))
WAYS: list[tuple[str, str | Promise]] = [
    (name, format_lazy("{} – {}", label, MATCHES[name])) for name, label in TYPES.items()
]


def entries_field() -> forms.CharField:
    # Not stripped: errors name the line as it is numbered in the box.
    return forms.CharField(
        label=_("Entries"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12, **PLAIN_TEXT}),
        help_text=_("One per line. A comment may follow an entry after #."),
    )


class WarninglistForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say what the values are and why they are harmless: it is shown beside each hit."),
    )
    type = forms.ChoiceField(
        label=_("How values match"), choices=WAYS, initial="string", widget=forms.RadioSelect
    )
    category = forms.ChoiceField(
        label=_("Category"),
        choices=CATEGORIES.items,
        initial="false_positive",
        widget=forms.RadioSelect,
    )
    matching_attributes = Picker(
        label=_("Attribute types"),
        help_text=_("The list is checked for attributes of these types. Leave empty for all types."),
    )
    entries = entries_field()
    enabled = forms.BooleanField(label=_("Check values against this list"), required=False, initial=True)

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, stored: Warninglist | None = None) -> None:
        super().__init__(data, initial=_initial(stored) if stored else {})
        self.fields["matching_attributes"].source = ATTRIBUTE_TYPE_NAMES  # type: ignore[attr-defined]
        if stored and stored.entry_count > MOST_EDITED:
            del self.fields["entries"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for error in line_errors(cleaned.get("type", ""), cleaned.get("entries", "")):
            self.add_error("entries", error)
        return cleaned


class AddEntriesForm(forms.Form):
    entries = entries_field()

    def __init__(self, data: Any, *, type_: str) -> None:
        super().__init__(data)
        self.type_ = type_
        self.fields["entries"].widget.attrs["rows"] = 4

    def clean_entries(self) -> dict[str, str | None]:
        text: str = self.cleaned_data["entries"]
        if errors := line_errors(self.type_, text):
            raise forms.ValidationError(errors)
        return {value: comment for value, comment in map(entry_in_line, text.splitlines()) if value}


class WarninglistTestForm(forms.Form):
    values = forms.CharField(
        label=_("Values"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, **PLAIN_TEXT}),
        help_text=_("One per line, at most 1,000. You can paste defanged values."),
    )
    every = forms.BooleanField(label=_("Also search the lists that are disabled"), required=False)

    def clean_values(self) -> list[str]:
        lines = (refang(line.strip()) for line in self.cleaned_data["values"].splitlines())
        values = list(dict.fromkeys(line for line in lines if line))
        if len(values) > MOST_TESTED:
            raise forms.ValidationError(gettext("Test at most 1,000 values at a time."))
        return values


def line_errors(kind: str, text: str) -> list[str]:
    """What is wrong with each entry, by line; the service would name only the first."""
    errors = []
    for number, line in enumerate(text.splitlines(), start=1):
        value, _comment = entry_in_line(line)
        if value and (problem := entry_problem(kind, value)) is not None:
            errors.append(gettext("Line %(line)s: %(problem)s") % {"line": number, "problem": problem})
    if (more := len(errors) - ERRORS_SHOWN) > 0:
        rest = ngettext("%(n)s more line has an error.", "%(n)s more lines have errors.", more)
        return [*errors[:ERRORS_SHOWN], rest % {"n": more}]
    return errors


def _initial(stored: Warninglist) -> dict[str, Any]:
    names = ("name", "description", "type", "category", "matching_attributes", "enabled", "mark")
    values: dict[str, Any] = {name: getattr(stored, name) for name in names}
    if stored.entry_count <= MOST_EDITED:
        rows = stored.entries.order_by("pk").values_list("value", "comment")
        values["entries"] = "\n".join(f"{value} # {comment}" if comment else value for value, comment in rows)
    return values
