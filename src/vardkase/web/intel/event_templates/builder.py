"""The builder’s rows, read from a definition and made into one."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain, count
from typing import Any
from uuid import uuid4

from django.http import QueryDict

from vardkase.core.errors import Invalid, by_field
from vardkase.core.problems import Problem, ProblemCode
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_templates.definition import MOST_ELEMENTS
from vardkase.intel.event_templates.problems import TemplateDefinitionProblem as Wrong
from vardkase.misp.types import default_category
from vardkase.web.intel.event_templates.builder_forms import (
    ROW_FORMS,
    BuilderForm,
    KnownTemplates,
    ObjectRow,
    ReferenceRow,
    StructureRow,
)
from vardkase.web.ui.forms.rows import Row, RowKind, Rows

CLUSTER_TAG = re.compile(r'misp-galaxy:([^=]+)="(.*)"', re.DOTALL)
FIELD_OF: dict[ProblemCode, str] = {
    Wrong.TWICE: "id",
    Wrong.NOT_FROM_OBJECT: "from_",
    Wrong.NOT_TO_THING: "to",
    Wrong.NO_TYPE: "type",
    Wrong.NO_CATEGORY: "category",
    Wrong.NO_TYPE_IN_CATEGORY: "category",
    Wrong.NO_OBJECT_TEMPLATE: "template",
    Wrong.BAD_VARIABLE: "info_template",
    Wrong.NO_FIELD: "info_template",
    Wrong.NO_SHARING_GROUP: "event_distribution",
}
TARGETS = ("object_field", "attribute_field", "file_field")
SHOWN_OF_ATTRIBUTE = ("default_value", "comment_template")


class Structure(Rows[StructureRow]):
    """The elements of a template’s form."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.sent: QueryDict | None = None
        kinds = [RowKind(name, str(made.kind_words)) for name, made in ROW_FORMS.items()]
        super().__init__("structure", self._made, kinds, MOST_ELEMENTS, "id")

    def show_definition(self, definition: Mapping[str, Any]) -> None:
        elements = [each for each in definition.get("structure", ()) if each.get("type") in ROW_FORMS]
        self.show([(each["type"], _initial(each)) for each in elements])
        self._complete()

    def read(self, sent: QueryDict) -> None:
        self.sent = sent
        super().read(sent)
        self._complete()

    def elements(self) -> Iterator[dict[str, Any]]:
        """The rows as elements of a definition; a field belongs to the section above it."""
        section = None
        for row in self.rows:
            element = _element(row.kind, row.form)
            if row.kind == "section":
                section = element["id"]
            elif section and row.kind not in ("text_block", "object_reference"):
                element["parent"] = section
            yield element

    def previewed(self) -> tuple[list[dict[str, Any]], int]:
        """The elements of the rows that are valid as they are, and how many are not."""
        if self.sent is None:
            return [], 0
        checked = Structure(self.actor)
        checked.sent = self.sent
        checked.rows = [
            Row(
                row.key,
                row.kind,
                self._made(row.kind, self.sent, prefix=row.form.prefix, initial={}),
                row.number,
            )
            for row in self.rows
        ]
        checked._complete()
        every = len(checked.rows)
        checked.rows = [row for row in checked.rows if row.form.is_valid()]
        return list(checked.elements()), every - len(checked.rows)

    def take(self, problem: Problem, named: str) -> bool:
        """Show `problem` at the row with the ID `named`; False if there is none."""
        row = next((row for row in self.rows if row.form.cleaned_data.get("id") == named), None)
        if row is None:
            return False
        field = FIELD_OF.get(problem.code, "")
        row.form.add_error(field if field in row.form.fields else None, str(problem))
        return True

    def _made(self, kind: str, data: Any, **options: Any) -> StructureRow:
        return ROW_FORMS[kind](data, actor=self.actor, **options)

    def _complete(self) -> None:
        """What depends on other rows, or on what was chosen: IDs, relations, and what references may connect."""
        taken = {row.form.entered("id") for row in self.rows}
        for row in self.rows:
            if not row.form.entered("id") and (words := _words(row)):
                row.form.given_id = _free_id(words, taken)
                taken.add(row.form.given_id)
                row.form.initial["id"] = row.form.given_id
        known = KnownTemplates()
        for row in self.rows:
            if isinstance(row.form, ObjectRow):
                row.form.ask_for_relations(self.sent, known)
        named = [
            (row.kind, (row.form.entered("id") or row.form.given_id), f"{row.number}. {row.heading}")
            for row in self.rows
            if row.kind in TARGETS
        ]
        for row in self.rows:
            if isinstance(row.form, ReferenceRow):
                objects = [(key, words) for kind, key, words in named if kind == "object_field"]
                row.form.offer(objects, [(key, words) for _kind, key, words in named])


def form_initial(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The initial values of `BuilderForm` that a definition has."""
    defaults = definition.get("event_defaults") or {}
    clusters = defaults.get("galaxy_clusters") or ()
    return {
        "info_template": defaults.get("info_template", ""),
        "event_distribution": defaults.get("distribution", 0),
        "threat_level_id": defaults.get("threat_level_id", 4),
        "analysis": defaults.get("analysis", 0),
        "tags": [tag["name"] for tag in defaults.get("tags") or ()],
        "clusters": [f'misp-galaxy:{each["galaxy_type"]}="{each["value"]}"' for each in clusters],
    }


def built(form: BuilderForm, structure: Structure, former: Mapping[str, Any]) -> dict[str, Any]:
    """The definition that valid rows make; what the builder does not show stays as it is in `former`."""
    sent = form.cleaned_data
    defaults = former.get("event_defaults") or {}
    tags = {tag["name"]: tag for tag in defaults.get("tags") or ()}
    clusters = {(each["galaxy_type"], each["value"]): each for each in defaults.get("galaxy_clusters") or ()}
    chosen = [match.groups() for name in sent["clusters"] if (match := CLUSTER_TAG.fullmatch(name))]
    own = {
        "info_template": sent["info_template"],
        "distribution": sent["event_distribution"],
        "threat_level_id": sent["threat_level_id"],
        "analysis": sent["analysis"],
        "tags": [tags.get(name, {"name": name}) for name in sent["tags"]],
        "galaxy_clusters": [
            clusters.get((kind, value), {"galaxy_type": kind, "value": value}) for kind, value in chosen
        ],
    }
    return {
        "schema_version": 1,
        "uuid": str(uuid4()),
        **former,
        "name": sent["name"],
        "description": sent["description"] or None,
        "event_defaults": {**defaults, **own},
        "structure": list(structure.elements()),
    }


def take_errors(form: BuilderForm, structure: Structure, refused: Invalid) -> None:
    """Show what the service refuses at its row and field."""
    for path, problems in by_field(refused, "definition").items():
        for problem in problems:
            inner, named = problem, ""
            if problem.code is Wrong.IN_ELEMENT:
                named = str(problem.params["element"])
                held = problem.params["problem"]
                inner = held if isinstance(held, Problem) else problem
            if structure.take(inner, named):
                continue
            field = FIELD_OF.get(inner.code, path)
            form.add_error(field if field in form.fields else None, str(inner))


def _initial(element: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row for an element; `from` and `as` are no names of Python."""
    shown = {**element, "from_": element.get("from"), "as_": element.get("as")}
    match element["type"]:
        case "attribute_field":
            kind = element.get("misp") or {}
            detects = {True: "1", False: "0", None: ""}[kind.get("to_ids_default")]
            shown |= {**kind, "to_ids": detects}
        case "object_field":
            shown["template"] = (element.get("object_template") or {}).get("name", "")
    shown["kept"] = json.dumps(element, ensure_ascii=False)
    return shown


def _element(kind: str, form: StructureRow) -> dict[str, Any]:
    sent = dict(form.cleaned_data)
    kept = sent.pop("kept")
    element = {**kept, "type": kind, "id": sent.pop("id") or form.given_id}
    element.pop("parent", None)
    match kind:
        case "attribute_field":
            kind_of_value = {"category": sent.pop("category") or default_category(sent["type"])}
            detects = {"1": True, "0": False}.get(sent.pop("to_ids"))
            kind_of_value |= {"type": sent.pop("type"), "to_ids_default": detects}
            kind_of_value |= {name: sent.pop(name) or None for name in SHOWN_OF_ATTRIBUTE}
            element["misp"] = {**_kept_part(kept, "misp"), **kind_of_value}
        case "object_field":
            sent = {name: value for name, value in sent.items() if "." not in name and name != "template"}
            element |= _object_parts(form, kept)
        case "file_field":
            sent["as"] = sent.pop("as_")
        case "object_reference":
            sent["from"] = sent.pop("from_")
    if "help" in sent:
        sent["help"] = sent["help"] or None
    if "comment" in sent:
        sent["comment"] = sent["comment"] or None
    return {**element, **sent}


def _object_parts(form: StructureRow, kept: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(form, ObjectRow) or form.chosen is None:
        return {}
    former = _kept_part(kept, "object_template")
    uuid = str(form.chosen.uuid)
    template = former if str(former.get("uuid")).lower() == uuid else {"uuid": uuid, "minimum_version": 1}
    held = {each["object_relation"]: each for each in form.kept_relations()}
    relations = []
    for name, _type in form.relations:
        use, label = form.cleaned_data[f"use.{name}"], form.cleaned_data[f"label.{name}"]
        if use:
            own = {"object_relation": name, "mandatory": use == "need", "label_override": label or None}
            relations.append({**held.get(name, {}), **own})
    says_nothing = (
        not held
        and len(relations) == len(form.relations)
        and not any(each["mandatory"] or each["label_override"] for each in relations)
    )
    return {
        "object_template": {**template, "name": form.chosen.name},
        # Without relations, all of the template are asked for, those of its later versions too.
        "relations": [] if says_nothing else relations,
    }


def _kept_part(kept: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What came along in the page may be anything: the definition is checked when it is saved."""
    part = kept.get(name)
    return part if isinstance(part, dict) else {}


def _words(row: Row[StructureRow]) -> str:
    """What an ID is made of."""
    fields = row.form.fields
    if "label" in fields:
        return row.form.entered("label")
    return f"{row.kind} {row.number}"


def _free_id(words: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_") or "field"
    if base[0].isdigit():
        base = f"field_{base}"
    return next(
        name for name in chain([base], (f"{base}_{number}" for number in count(2))) if name not in taken
    )
