"""Form for an object: its own fields, and a field for each element of its template."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core import held_uploads
from vardkase.core.errors import Invalid
from vardkase.formats.incoming.file_objects import objects_of_file
from vardkase.formats.incoming.reading_time import reading_time
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.object_contents import HeldValue
from vardkase.intel.services.samples import FILE_TEMPLATE
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.queries import elements_of, requirements
from vardkase.misp.file_groups import HASHES
from vardkase.misp.types import ATTACHMENT_TYPES, DEFAULTS, category_allows, default_category
from vardkase.web.intel.editing.forms.attribute import moment_field, refusal_of
from vardkase.web.intel.editing.forms.tagging import check_tags
from vardkase.web.knowledge.tag_picker import TagPicker
from vardkase.web.ui.forms.reach import ReachForm

BOOLEAN = "boolean"
FILE = "file"
LONG_TYPES = frozenset({"text", "comment", "email-body", "email-header", "yara", "sigma", "snort"})
MOST_INPUTS = 200
"""Values of one element in a form."""
FILLED = frozenset(("filename", *HASHES, "size-in-bytes", "entropy", "mimetype"))
"""Relations of the `file` object that are filled from an attached file."""


class ObjectForm(ReachForm):
    inherits = True

    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=65_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    first_seen = moment_field(_("First seen"))
    last_seen = moment_field(_("Last seen"))
    tags = TagPicker(
        label=_("Tags on its attributes"),
        help_text=_("Every attribute of the object gets them. Numbers such as T1486 are recognised."),
    )

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["tags"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        check_tags(self, "tags", self.actor)
        return cleaned

    def tagged(self, attributes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The attributes, each with the chosen tags."""
        tags = [{"name": name} for name in self.cleaned_data.get("tags", ())]
        return [{**attribute, "Tag": tags} if tags else attribute for attribute in attributes]

    def facts(self) -> dict[str, Any]:
        """The object's own members as MISP writes them. Times are included only when changed."""
        cleaned = self.cleaned_data
        seen: dict[str, Any] = {
            name: cleaned[name].isoformat() if cleaned[name] else ""
            for name in ("first_seen", "last_seen")
            if name in self.changed_data
        }
        return {"comment": cleaned["comment"], **seen, **self.reach()}


@dataclass(slots=True, eq=False)
class Input:
    """One input of an element; `held` is the stored attribute that it edits, `reference` that of an upload kept
    since the form was last sent (`core.held_uploads`).
    """

    name: str
    value: str = ""
    held: HeldValue | None = None
    error: str = ""
    file: File[Any] | None = None
    reference: str = ""


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
    def is_hash(self) -> bool:
        return self.element.type in HASHES

    @property
    def choices(self) -> list[str]:
        if self.element.type == BOOLEAN and not self.element.values_list:
            return ["1", "0"]
        return [str(value) for value in self.element.values_list or []]

    @property
    def suggestions(self) -> list[str]:
        return [str(value) for value in self.element.sane_default or []]

    @property
    def anchor(self) -> str:
        """The id of the input to go to: the first with an error, or the first."""
        number = next((place for place, entered in enumerate(self.inputs) if entered.error), 0)
        return f"{self.inputs[number].name}_{number}"

    @property
    def is_first_hand(self) -> bool:
        filled = any(entered.value or entered.held or entered.file for entered in self.inputs)
        return self.is_required or self.element.ui_priority > 0 or filled


class TemplateFields:
    def __init__(
        self,
        template: ObjectTemplate,
        owner: int | None,
        held: Sequence[HeldValue] = (),
        sent: Mapping[str, Sequence[str]] | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
    ) -> None:
        self.template, self.owner = template, owner
        self.needs = requirements(template)
        self.missing: list[tuple[str, str]] = []
        self.kept_bytes = 0
        self.included: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.fills_from_file = str(template.uuid) == FILE_TEMPLATE
        elements = sorted(elements_of(template), key=lambda field: (-field.ui_priority, field.pk))
        self.fields = [self._field(element, held, sent, files) for element in elements]
        self.fields.sort(
            key=lambda field: (
                not (self.fills_from_file and field.kind == FILE),
                not (field.is_required or field.is_one_of),
            )
        )
        if self.fills_from_file:
            self._fill_from_file()

    @property
    def has_file(self) -> bool:
        return any(
            entered.file or entered.held
            for each in self.fields
            if each.kind == FILE
            for entered in each.inputs
        )

    @property
    def one_of(self) -> str:
        """The names of the elements of which one is required, where it is a choice among those shown."""
        names = [field.relation for field in self.first_hand if field.is_one_of]
        return ", ".join(names) if len(names) > 1 else ""

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, each with the id of the input where it is put right."""
        return self.missing + [
            (field.anchor, f"{field.relation}: {entered.error}")
            for field in self.fields
            for entered in field.inputs
            if entered.error
        ]

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
        return not self.errors

    def keep_files(self) -> None:
        """Hold the uploads until the form is sent again: a browser never sends a chosen file twice."""
        for element_field in self.fields:
            uploads = [(entered, entered.file) for entered in element_field.inputs if entered.file]
            for entered, file in uploads:
                if not entered.reference and self._takes(file.size):
                    entered.reference = held_uploads.hold(self.owner, file.name or "", _content(file))
                if not entered.reference:
                    entered.file = None
                    entered.error = gettext("The file could not be kept. Choose it again: %(name)s") % {
                        "name": file.name
                    }
            if any(entered.reference for entered, _file in uploads):
                element_field.inputs.append(Input(f"e{element_field.element.pk}"))

    def drop_files(self) -> None:
        for element_field in self.fields:
            for entered in element_field.inputs:
                if entered.reference:
                    held_uploads.drop(self.owner, entered.reference)

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
        anchors = {field.relation: field.anchor for field in self.fields}
        self.missing = [
            (anchors.get(name, ""), gettext("Fill in: %(names)s") % {"names": name})
            for name in self.needs.get("required", ())
            if name not in present
        ]
        one_of = self.needs.get("requiredOneOf", ())
        if one_of and not present.intersection(one_of):
            message = gettext("Fill in at least one of these: %(names)s")
            shown = [field.relation for field in self.first_hand if field.is_one_of] or list(one_of)
            self.missing.append((anchors.get(shown[0], ""), message % {"names": ", ".join(shown)}))
        if not present and not self.missing:
            self.missing.append((self.fields[0].anchor, gettext("Fill in at least one value.")))

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
        made.inputs += _new_inputs(f"e{element.pk}", sent)
        if made.kind == FILE:
            made.inputs += self._uploads(element, sent, files)
        wants_more = sent is not None and sent.get("more") == [str(element.pk)]
        if not made.inputs or (element.multiple and wants_more):
            made.inputs.append(Input(f"e{element.pk}"))
        return made

    def _uploads(
        self,
        element: ObjectTemplateElement,
        sent: Mapping[str, Sequence[str]] | None,
        files: MultiValueDict[str, UploadedFile[Any]] | None,
    ) -> list[Input]:
        name = f"e{element.pk}"
        chosen = [Input(name, file=file) for file in (files.getlist(name) if files else ())]
        if sent is None or (chosen and not element.multiple):
            return chosen  # A new file takes the place of the one kept.
        kept = []
        for reference in sent.get(f"k{element.pk}", ())[:MOST_INPUTS]:
            held = held_uploads.find(self.owner, reference)
            if held is None:
                kept.append(Input(name, error=gettext("The file is no longer kept. Choose it again.")))
            elif self._takes(held.size):
                kept.append(Input(name, file=ContentFile(held.read(), held.name), reference=reference))
            else:
                kept.append(Input(name, error=gettext("The files are too large together.")))
        return kept + chosen

    def _takes(self, size: int) -> bool:
        self.kept_bytes += size
        return self.kept_bytes <= held_uploads.MOST_BYTES

    def _fill_from_file(self) -> None:
        given = [entered for field in self.fields for entered in field.inputs if entered.file]
        if len(given) != 1 or given[0].file is None:
            return  # Of several files it is not known which one the hashes are of.
        file = given[0].file
        try:
            with reading_time(self.owner):
                described, *self.included = objects_of_file(file.name or "", _content(file))
        except Invalid:
            return  # The fields can be filled in by hand.
        self.references = described.get("ObjectReference", [])
        facts = {
            part["object_relation"]: str(part["value"])
            for part in described["Attribute"]
            if part["object_relation"] in FILLED
        }
        for element_field in self.fields:
            if element_field.relation in facts and not any(i.value for i in element_field.inputs):
                element_field.inputs[0].value = facts[element_field.relation]

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


def _new_inputs(name: str, sent: Mapping[str, Sequence[str]] | None) -> list[Input]:
    if sent is None:
        return []
    return [Input(name, text) for value in sent.get(name, ())[:MOST_INPUTS] if (text := _clean(value))]


def _content(file: File[Any]) -> bytes:
    file.seek(0)
    return bytes(file.read())


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _is_unchanged(entered: Input) -> bool:
    return entered.held is not None and entered.held.value == entered.value


def _kind(element: ObjectTemplateElement) -> str:
    if element.type in ATTACHMENT_TYPES:
        return FILE
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
    return {"data": base64.b64encode(_content(entered.file)).decode("ascii"), "encrypt": True}
