"""Form for an object: its own fields, and a field for each element of its template."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.intel.queries.object_contents import HeldValue
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.queries import elements_of, requirements
from vardkase.misp.types import ATTACHMENT_TYPES, DEFAULTS, category_allows, default_category
from vardkase.web.intel.editing.forms.attribute import moment_field, refusal_of
from vardkase.web.ui.forms.reach import ReachForm

BOOLEAN = "boolean"
LONG_TYPES = frozenset({"text", "comment", "email-body", "email-header", "yara", "sigma", "snort"})
MOST_INPUTS = 200
"""Values of one element in a form."""


class ObjectForm(ReachForm):
    inherits = True

    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=65_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    first_seen = moment_field(_("First seen"))
    last_seen = moment_field(_("Last seen"))

    def facts(self) -> dict[str, Any]:
        """The object's own members as MISP writes them. Times are included only when changed."""
        cleaned = self.cleaned_data
        seen: dict[str, Any] = {
            name: cleaned[name].isoformat() if cleaned[name] else ""
            for name in ("first_seen", "last_seen")
            if name in self.changed_data
        }
        return {"comment": cleaned["comment"], **seen, **self.reach()}


@dataclass(slots=True)
class Input:
    """One input of an element; `held` is the stored attribute that it edits."""

    name: str
    value: str = ""
    held: HeldValue | None = None
    error: str = ""
    file: UploadedFile[Any] | None = None


@dataclass(slots=True, eq=False)
class ElementField:
    """A template element with its inputs. `kind` is choice, file, long or line."""

    element: ObjectTemplateElement
    kind: str
    is_required: bool
    is_one_of: bool
    inputs: list[Input] = field(default_factory=list)

    @property
    def relation(self) -> str:
        return self.element.object_relation

    @property
    def choices(self) -> list[str]:
        if self.element.type == BOOLEAN and not self.element.values_list:
            return ["1", "0"]
        return [str(value) for value in self.element.values_list or []]

    @property
    def suggestions(self) -> list[str]:
        return [str(value) for value in self.element.sane_default or []]

    @property
    def is_first_hand(self) -> bool:
        filled = any(entered.value or entered.held for entered in self.inputs)
        return self.is_required or self.element.ui_priority > 0 or filled


class TemplateFields:
    def __init__(
        self,
        template: ObjectTemplate,
        held: Sequence[HeldValue] = (),
        sent: Mapping[str, Sequence[str]] | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
    ) -> None:
        self.template = template
        self.needs = requirements(template)
        self.errors: list[str] = []
        elements = sorted(elements_of(template), key=lambda field: (-field.ui_priority, field.pk))
        self.fields = [self._field(element, held, sent, files) for element in elements]
        self.fields.sort(key=lambda field: not (field.is_required or field.is_one_of))

    @property
    def first_hand(self) -> list[ElementField]:
        """The elements shown at once: by the template's ranking, else the required ones, else all."""
        ranked = [field for field in self.fields if field.is_first_hand]
        return ranked or [field for field in self.fields if field.is_one_of] or self.fields

    @property
    def others(self) -> list[ElementField]:
        shown = self.first_hand
        return [field for field in self.fields if field not in shown]

    def is_valid(self) -> bool:
        present = set()
        for element_field, entered in self._given():
            present.add(element_field.relation)
            if not (entered.file or _is_unchanged(entered)):
                entered.error = refusal_of(self._document(element_field, entered))
        self._check_required(present)
        return not self.errors and not any(
            i.error for element_field in self.fields for i in element_field.inputs
        )

    def documents(self) -> list[dict[str, Any]]:
        """The values as MISP writes attributes; an unchanged stored value is given by uuid only."""
        return [
            {"uuid": str(entered.held.uuid)}
            if entered.held and _is_unchanged(entered) and not entered.file
            else self._document(field, entered)
            for field, entered in self._given()
        ]

    def _given(self) -> Iterator[tuple[ElementField, Input]]:
        for element_field in self.fields:
            for entered in element_field.inputs:
                if entered.value or entered.file:
                    yield element_field, entered

    def _check_required(self, present: set[str]) -> None:
        missing = [name for name in self.needs.get("required", ()) if name not in present]
        if missing:
            self.errors.append(gettext("Fill in: %(names)s") % {"names": ", ".join(missing)})
        one_of = self.needs.get("requiredOneOf", ())
        if one_of and not present.intersection(one_of):
            message = gettext("Fill in at least one of these: %(names)s")
            self.errors.append(message % {"names": ", ".join(one_of)})
        if not present and not self.errors:
            self.errors.append(gettext("Fill in at least one value."))

    def _field(
        self,
        element: ObjectTemplateElement,
        held: Sequence[HeldValue],
        sent: Mapping[str, Sequence[str]] | None,
        files: MultiValueDict[str, UploadedFile[Any]] | None,
    ) -> ElementField:
        relation = element.object_relation
        made = ElementField(
            element,
            _kind(element),
            relation in self.needs.get("required", ()),
            relation in self.needs.get("requiredOneOf", ()),
        )
        # Inputs of stored values are named x and the attribute's number, new ones e and the element's.
        stored = [value for value in held if value.object_relation == relation]
        for value in stored:
            name = f"x{value.id}"
            made.inputs.append(
                Input(name, value.value if sent is None else _clean("".join(sent.get(name, ())[-1:])), value)
            )
        made.inputs += _new_inputs(f"e{element.pk}", sent, files)
        wants_more = sent is not None and sent.get("more") == [str(element.pk)]
        if not made.inputs or (element.multiple and wants_more):
            made.inputs.append(Input(f"e{element.pk}"))
        return made

    def _document(self, field: ElementField, entered: Input) -> dict[str, Any]:
        element = field.element
        document: dict[str, Any] = {"object_relation": element.object_relation, "type": element.type}
        document |= {"value": entered.value or (entered.file.name if entered.file else "")}
        if entered.held:
            return {**document, "uuid": str(entered.held.uuid), **_data(entered)}
        if (category := _category(element)) is not None:
            document["category"] = category
        definition = (self.template.definition.get("attributes") or {}).get(element.object_relation) or {}
        if "to_ids" in definition:
            document["to_ids"] = bool(definition["to_ids"])
        if element.disable_correlation is not None:
            document["disable_correlation"] = element.disable_correlation
        return {**document, **_data(entered)}


def _new_inputs(
    name: str, sent: Mapping[str, Sequence[str]] | None, files: MultiValueDict[str, UploadedFile[Any]] | None
) -> list[Input]:
    if sent is None:
        return []
    written = [Input(name, text) for value in sent.get(name, ())[:MOST_INPUTS] if (text := _clean(value))]
    uploads = files.getlist(name) if files else []
    return written + [Input(name, file=file) for file in uploads]


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _is_unchanged(entered: Input) -> bool:
    return entered.held is not None and entered.held.value == entered.value


def _kind(element: ObjectTemplateElement) -> str:
    if element.type in ATTACHMENT_TYPES:
        return "file"
    if element.values_list or element.type == BOOLEAN:
        return "choice"
    return "long" if element.type in LONG_TYPES else "line"


def _category(element: ObjectTemplateElement) -> str | None:
    if element.type not in DEFAULTS or not element.categories:
        return None
    if default_category(element.type) in element.categories:
        return None
    return next((name for name in element.categories if category_allows(name, element.type)), None)


def _data(entered: Input) -> dict[str, Any]:
    if not entered.file:
        return {}
    entered.file.seek(0)
    return {"data": base64.b64encode(entered.file.read()).decode("ascii"), "encrypt": True}


class ReferenceForm(forms.Form):
    referenced_uuid = forms.UUIDField(
        label=_("Refers to"),
        error_messages={"required": _("Choose what it refers to."), "invalid": _("This is not a UUID.")},
    )
    relationship_type = forms.CharField(
        label=_("How it relates"),
        max_length=255,
        error_messages={"required": _("Enter how they are related.")},
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=65_000)

    def document(self) -> dict[str, Any]:
        target: UUID = self.cleaned_data["referenced_uuid"]
        return {**self.cleaned_data, "referenced_uuid": str(target)}
