"""The form that an event template defines: its sections and texts in order, and inputs for each of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from vardkase.core.errors import Invalid, by_field
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_templates.definition import (
    LONGEST,
    AnyField,
    AttributeField,
    Definition,
    Field,
    FileField,
    GalaxyField,
    ObjectField,
    Reference,
    Section,
    TagField,
    TextBlock,
)
from vardkase.knowledge.taxonomies.tlp import meaning
from vardkase.misp.flags import as_int
from vardkase.web.intel.event_templates.choices import Clusters, Tags, entries_in
from vardkase.web.intel.event_templates.relations import ObjectInputs, sentences
from vardkase.web.intel.event_templates.uploads import FileAnswers, Room
from vardkase.web.ui.chips import tag_words
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField
from vardkase.web.ui.forms.picker import Picker
from vardkase.web.ui.markdown import rendered

MOST_SETS = 30
"""Objects of one field; the API takes more."""
TLP = "tlp"
LISTED = 12
"""So many tags are shown at once; more of them are searched."""
LONG_TYPES = frozenset({"text", "comment", "email-body", "email-header", "yara", "sigma", "snort"})


@dataclass(slots=True)
class FormPart:
    """A section, a text or a field. `groups`: the names of its inputs, those of each object together."""

    kind: str
    label: str = ""
    help: str = ""
    key: str = ""
    mandatory: bool = False
    several: bool = False
    groups: list[list[str]] = field(default_factory=list)
    files: FileAnswers | None = None
    errors: list[str] = field(default_factory=list)
    inputs: list[list[forms.BoundField]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"part-{self.key}"

    @property
    def all_errors(self) -> list[str]:
        return [*self.errors, *(self.files.errors if self.files else ())]


class GuidedForm(forms.Form):
    """`sent` is None for an empty form; `checks`: whether it is to be validated, or only shown with more inputs."""

    def __init__(
        self,
        actor: Actor,
        definition: Definition,
        sent: Any = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
        *,
        checks: bool = True,
    ) -> None:
        super().__init__(sent if checks else None)
        self.actor, self.sent = actor, sent
        self.relations = ObjectInputs(definition)
        self.parts = [made for element in definition.structure if (made := self._part(element))]
        self._read_files(files)
        if sent is not None and not checks:
            for name, each in self.fields.items():
                self.initial[name] = each.widget.value_from_datadict(sent, {}, name)
        for part in self.parts:
            part.inputs = [[self[name] for name in names] for names in part.groups]

    @property
    def other_errors(self) -> list[tuple[str, str]]:
        """Errors of whole fields, each with the id of its place."""
        return [(part.anchor, f"{part.label}: {words}") for part in self.parts for words in part.all_errors]

    def is_valid(self) -> bool:
        return super().is_valid() and not self.other_errors

    def values(self) -> dict[str, Any]:
        """The answers by the ids of the template’s fields, as the service reads them."""
        return {part.key: self._value(part) for part in self.parts if part.key}

    def take(self, refused: Invalid) -> None:
        parts = {part.key: part for part in self.parts if part.key}
        for name, problems in by_field(refused, "").items():
            texts = [str(problem) for problem in problems]
            part = parts.get(name)
            if part is None:
                self.add_error(None, texts)
            elif part.kind == "field":
                self.add_error(part.groups[0][0], texts)
            else:
                part.errors += texts

    def keep_files(self) -> None:
        for part in self.parts:
            if part.files:
                part.files.keep()

    def drop_files(self) -> None:
        for part in self.parts:
            if part.files:
                part.files.drop()

    def _value(self, part: FormPart) -> Any:
        if part.files is not None:
            documents = [file.document() for file in part.files.files]
            return documents if part.several else next(iter(documents), None)
        if part.kind != "object":
            return self.cleaned_data[part.groups[0][0]]
        answers = [
            {name.split(".", 3)[3]: self.cleaned_data[name] for name in names} for names in part.groups
        ]
        return answers if part.several else answers[0]

    def _part(self, element: Any) -> FormPart | None:
        match element:
            case Section():
                return FormPart("section", element.label, element.help or "")
            case TextBlock():
                return FormPart("text", help=rendered(element.content))
            case Reference():
                return None
            case Field():
                return self._part_of_field(element)
        return None

    def _part_of_field(self, element: Any) -> FormPart:
        part = FormPart(
            "field", element.label, element.help or "", element.id, element.mandatory, element.takes_several
        )
        if isinstance(element, ObjectField):
            part.kind = "object"
            part.groups = [
                [self._add(name, made) for name, made in self.relations.fields(element, place)]
                for place in range(self._sets(element))
            ]
        elif isinstance(element, FileField):
            part.kind, part.files = "file", FileAnswers(self.actor.user_id)
        else:
            part.groups = [[self._add(f"f.{element.id}", self._input(element))]]
        return part

    def _add(self, name: str, made: forms.Field) -> str:
        self.fields[name] = made
        return name

    def _input(self, element: AnyField) -> forms.Field:
        label = element.label
        if not element.mandatory:
            label = gettext("%(label)s (optional)") % {"label": label}
        shared: dict[str, Any] = {"label": label, "help_text": element.help or ""}
        if isinstance(element, AttributeField):
            return _input_of_attribute(element, shared)
        if isinstance(element, TagField):
            return self._input_of_tags(element, shared)
        picker = Picker(**shared)
        if isinstance(element, GalaxyField):
            picker.source = Clusters(self.actor, element.restrict_galaxy_types)
        return picker

    def _input_of_tags(self, element: TagField, shared: Mapping[str, Any]) -> forms.Field:
        entries = entries_in(element.restrict_taxonomies) if element.restrict_taxonomies else []
        if entries and len(entries) <= LISTED:
            choices = [
                (entry.tag, f"{tag_words(entry.tag)} – {meaning(entry.tag) or entry.expanded}")
                for entry in entries
            ]
            if element.multiple:
                return forms.MultipleChoiceField(
                    choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **shared
                )
            is_tlp = tuple(element.restrict_taxonomies) == (TLP,)
            unanswered = gettext("Choose a TLP label") if is_tlp else gettext("Choose a tag")
            return forms.ChoiceField(choices=[("", unanswered), *choices], required=False, **shared)
        picker = Picker(**shared)
        picker.source = Tags(self.actor, element.restrict_taxonomies)
        return picker

    def _sets(self, element: ObjectField) -> int:
        if self.sent is None or not element.repeatable:
            return 1
        sent: int = as_int(self.sent.get(f"sets.{element.id}")) or 1
        wanted = sent + 1 if self.sent.get("more") == element.id else sent
        return max(1, min(MOST_SETS, wanted))

    def _read_files(self, files: MultiValueDict[str, UploadedFile[Any]] | None) -> None:
        if self.sent is None:
            return
        room = Room()
        for part in self.parts:
            if part.files is not None:
                uploads: Sequence[UploadedFile[Any]] = files.getlist(f"f.{part.key}") if files else []
                kept = self.sent.getlist(f"kept.{part.key}")
                # Of a field for one file, a new one takes the place of the one kept.
                part.files.read([] if uploads and not part.several else kept, uploads, room)


def _input_of_attribute(element: AttributeField, shared: Mapping[str, Any]) -> forms.Field:
    default = element.misp.default_value or None
    if element.repeatable:
        made = LinesField(max_length=LONGEST, initial=default, **shared)
        made.help_text = sentences([str(made.help_text), gettext("One per line.")])
        return made
    if element.misp.type == "boolean":
        answers = [("", gettext("Not stated")), ("1", gettext("Yes")), ("0", gettext("No"))]
        return forms.ChoiceField(choices=answers, required=False, initial=default, **shared)
    is_long = element.misp.type in LONG_TYPES
    widget = forms.Textarea(attrs={"rows": 2}) if is_long else forms.TextInput(attrs=PLAIN_TEXT)
    return forms.CharField(max_length=LONGEST, required=False, initial=default, widget=widget, **shared)
