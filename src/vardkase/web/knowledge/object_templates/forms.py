"""Forms of an own object template: with a row for each attribute, or its definition in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.knowledge.object_templates.definitions import decoded_definition
from vardkase.misp.object_template import LARGEST_VERSION, LONGEST_NAME, LONGEST_TEXT, MOST_ELEMENTS
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField
from vardkase.web.ui.forms.rows import RowForm, RowKind, Rows


class DefinitionForm(forms.Form):
    definition = forms.CharField(
        label=_("Definition"),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 24, **PLAIN_TEXT}),
        help_text=_(
            "As in a definition.json of the MISP objects: name, meta-category, version and attributes."
        ),
    )

    def clean_definition(self) -> dict[str, Any]:
        try:
            decoded = decoded_definition(self.cleaned_data["definition"])
        except Invalid as error:
            raise forms.ValidationError(sentences(error)) from None
        except (ValueError, RecursionError):
            raise forms.ValidationError(gettext("This is not valid JSON.")) from None
        if not isinstance(decoded, dict):
            raise forms.ValidationError(gettext("The definition must be a JSON object."))
        return decoded


def sentences(error: Invalid) -> list[str]:
    """What is wrong, each with its place in the document."""
    if not isinstance(error.errors, dict):
        return [str(error)]
    return [f"{path}: {problem}" for path, problems in error.errors.items() for problem in problems]


NEEDS = (
    ("", _("Optional")),
    ("required", pgettext_lazy("attribute of a template", "Required")),
    ("requiredOneOf", _("One of these is required")),
)
MEMBERS = {
    "misp-attribute": "type",
    "description": "description",
    "ui-priority": "priority",
    "multiple": "multiple",
    "categories": "categories",
    "values_list": "values_list",
    "sane_default": "sane_default",
    "disable_correlation": "disable_correlation",
}
"""The members of an element in a definition, and the fields of its row."""


class ObjectTemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs=PLAIN_TEXT))
    meta_category = forms.CharField(
        label=_("Category"),
        max_length=LONGEST_NAME,
        initial="misc",
        widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-categories"}),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RelationRow(RowForm):
    relation = forms.CharField(
        label=_("Relation"),
        max_length=LONGEST_NAME,
        help_text=_("The attribute’s name in objects, such as filename."),
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )
    type = forms.CharField(
        label=_("Type"), max_length=100, widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-types"})
    )
    need = forms.ChoiceField(label=_("Rule"), required=False, choices=NEEDS)
    description = forms.CharField(label=_("Description"), required=False, max_length=LONGEST_TEXT)
    multiple = forms.BooleanField(label=_("Several values"), required=False)
    disable_correlation = forms.BooleanField(label=_("Not correlated"), required=False)
    priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=0,
        max_value=LARGEST_VERSION,
        help_text=_("Attributes with a higher priority come first in forms."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Categories to choose from"),
        required=False,
        choices=[(name, name) for name in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("If you choose none, those of the type apply."),
    )
    values_list = LinesField(
        label=_("Values to choose from"),
        help_text=_("One per line. Without any, the value is typed."),
        max_length=100_000,
    )
    sane_default = LinesField(label=_("Suggested values"), help_text=_("One per line."), max_length=100_000)

    @property
    def title(self) -> str:
        return self.entered("relation")[:80] or gettext("New attribute")

    def clean_type(self) -> str:
        kind: str = self.cleaned_data["type"]
        if kind not in TYPES:
            raise forms.ValidationError(gettext("There is no such type."))
        return kind


class RelationRows(Rows[RelationRow]):
    def __init__(self) -> None:
        kinds = [RowKind("element", gettext("Add an attribute"))]
        super().__init__(
            "elements",
            lambda _kind, data, **given: RelationRow(data, **given),
            kinds,
            MOST_ELEMENTS,
            "relation",
        )

    def show_definition(self, definition: Mapping[str, Any], order: Sequence[str]) -> None:
        """`order`: the relations as they were written, which PostgreSQL’s JSON does not keep."""
        self.show([("element", each) for each in _initials(definition, order)])

    def members(self) -> dict[str, Any]:
        """The members of a definition that valid rows make."""
        found: dict[str, Any] = {"attributes": {}, "required": [], "requiredOneOf": []}
        for row in self.rows:
            sent = dict(row.form.cleaned_data)
            relation = sent["relation"]
            own = {member: sent[name] for member, name in MEMBERS.items()}
            filled = {member: value for member, value in own.items() if value not in (None, "", [], False)}
            kept = {member: value for member, value in sent["kept"].items() if member not in MEMBERS}
            found["attributes"][relation] = kept | filled
            if sent["need"]:
                found[sent["need"]].append(relation)
        return found

    def take(self, path: str, words: list[str]) -> bool:
        """Show a problem of ``attributes.<relation>.<member>`` at its row; False if it is of none."""
        for row in self.rows:
            place = f"attributes.{str(row.form.cleaned_data.get('relation', ''))[:50]}"
            if path == place or path.startswith(f"{place}."):
                row.form.add_error(MEMBERS.get(path[len(place) + 1 :], "relation"), words)
                return True
        return False


def _initials(definition: Mapping[str, Any], order: Sequence[str]) -> Iterator[dict[str, Any]]:
    for relation in order:
        element = definition["attributes"][relation]
        needs = (name for name in ("required", "requiredOneOf") if relation in definition.get(name, ()))
        yield {
            **{name: element.get(member) for member, name in MEMBERS.items()},
            "relation": relation,
            "need": next(needs, ""),
            "kept": json.dumps(element, ensure_ascii=False),
        }
