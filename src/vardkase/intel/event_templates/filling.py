"""Converts a filled-in template to an event document: each answer becomes what its field defines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from vardkase.core.errors import Invalid, InvalidValue
from vardkase.core.problems import CommonProblem, Problem
from vardkase.intel.event_templates.definition import (
    AnyField,
    AttributeField,
    Definition,
    FileField,
    GalaxyField,
    ObjectField,
    Reference,
    TagField,
    rendered,
)
from vardkase.intel.event_templates.problems import TemplateValueProblem
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.misp.fields import read_text

MOST = 200
"""Answers to one field."""
DEFAULTS = "event_defaults"
NO_TITLE = "Event from template"

type Parts = list[dict[str, Any]]


@dataclass(slots=True)
class Form:
    """Values by field of a definition, and the resulting event.

    `templates` are the available object templates, by uuid; `clusters` the tag of each cluster answer, by
    field and value. `person` is the user who fills in the form.
    """

    definition: Definition
    values: Mapping[str, Any]
    templates: Mapping[str, ObjectTemplate]
    clusters: Mapping[tuple[str, str], str]
    person: str
    attributes: Parts = member(default_factory=list)
    objects: Parts = member(default_factory=list)
    tags: dict[str, str] = member(default_factory=dict)
    """Tag → the field that it comes from, or ``event_defaults``."""
    sources: dict[str, str] = member(default_factory=dict)
    """Place in the document → the field that it comes from."""
    first: dict[str, str] = member(default_factory=dict)
    """Field → uuid of the first attribute or object made from it, which references lead to."""
    errors: dict[str, list[Problem]] = member(default_factory=dict)
    variables: dict[str, str] = member(default_factory=dict)

    def document(self) -> dict[str, Any]:
        fields = self.definition.fields()
        for name in self.values.keys() - {field.id for field in fields}:
            self._refuse(name, TemplateValueProblem.UNKNOWN_FIELD())
        moment = datetime.now(UTC)
        answers = {name: ", ".join(_texts(value)) for name, value in self.values.items()}
        now = {"date": moment.date().isoformat(), "now": moment.isoformat(timespec="seconds")}
        self.variables = answers | now | {"user": self.person}
        for field in fields:
            self._take(field)
        defaults = self.definition.event_defaults
        info = self._rendered(DEFAULTS, defaults.info_template)
        if self.errors:
            raise Invalid(self.errors)
        self._add_references()
        for name in (*(tag.name for tag in defaults.tags), *default_clusters(self.definition)):
            self.tags.setdefault(name, DEFAULTS)
        return {
            "info": info.strip() or NO_TITLE,
            "distribution": defaults.distribution,
            "sharing_group_id": defaults.sharing_group_id or 0,
            "threat_level_id": defaults.threat_level_id,
            "analysis": defaults.analysis,
            "Attribute": self.attributes,
            "Object": self.objects,
            "Tag": [{"name": name} for name in self.tags],
        }

    def _take(self, field: AnyField) -> None:
        answers = _answers(field, self.values.get(field.id))
        if not answers and field.mandatory:
            self._refuse(field.id, CommonProblem.MISSING())
        elif len(answers) > 1 and not field.takes_several:
            self._refuse(field.id, TemplateValueProblem.ONE_ONLY())
        elif len(answers) > MOST:
            self._refuse(field.id, TemplateValueProblem.TOO_MANY(most=MOST))
        else:
            for answer in answers:
                self._take_answer(field, answer)

    def _take_answer(self, field: AnyField, answer: Any) -> None:
        if isinstance(field, ObjectField):
            self._take_object(field, answer)
        elif isinstance(field, FileField):
            self._take_file(field, answer)
        elif not isinstance(answer, str):
            self._refuse(field.id, CommonProblem.NOT_TEXT())
        elif isinstance(field, AttributeField):
            self._take_attribute(field, answer)
        elif isinstance(field, TagField):
            allowed = field.restrict_taxonomies
            if allowed and answer.partition(":")[0] not in allowed:
                problem = TemplateValueProblem.NOT_OF_TAXONOMY(tag=answer, taxonomies=list(allowed))
                self._refuse(field.id, problem)
            else:
                self.tags[answer] = field.id
        elif (tag := self.clusters.get((field.id, answer))) is None:
            self._refuse(field.id, TemplateValueProblem.NO_CLUSTER(name=answer))
        else:
            self.tags[tag] = field.id

    def _take_attribute(self, field: AttributeField, value: str) -> None:
        part: dict[str, Any] = {"type": field.misp.type, "category": field.misp.category, "value": value}
        if field.misp.to_ids_default is not None:
            part["to_ids"] = field.misp.to_ids_default
        if field.misp.comment_template:
            part["comment"] = self._rendered(field.id, field.misp.comment_template)
        self._add_attribute(field, part)

    def _take_file(self, field: FileField, answer: Any) -> None:
        name, data = (answer.get("filename"), answer.get("data")) if isinstance(answer, dict) else ("", "")
        if not (isinstance(name, str) and isinstance(data, str) and name and data):
            self._refuse(field.id, TemplateValueProblem.NOT_A_FILE())
            return
        self._add_attribute(field, {"type": field.as_, "value": name, "data": data, "encrypt": True})

    def _take_object(self, field: ObjectField, answer: Any) -> None:
        wanted = field.object_template
        template = self.templates.get(wanted.uuid.lower())
        if template is None or template.version < wanted.version:
            lacking = TemplateValueProblem.NO_OBJECT_TEMPLATE(name=wanted.name, version=wanted.version)
            self._refuse(field.id, lacking)
        elif not isinstance(answer, dict):
            self._refuse(field.id, TemplateValueProblem.NOT_AN_OBJECT())
        else:
            self._add_object(field, template, answer)

    def _add_object(self, field: ObjectField, template: ObjectTemplate, answer: Mapping[str, Any]) -> None:
        known: dict[str, Any] = template.definition.get("attributes") or {}
        shown = {relation.object_relation: relation for relation in field.relations}
        entered = {name: texts for name, value in answer.items() if (texts := _texts(value))}
        # A field without relations takes any that its template has.
        for name in entered.keys() - (known.keys() & (shown.keys() or known.keys())):
            self._refuse(field.id, TemplateValueProblem.NO_RELATION(relation=name))
        for name, relation in shown.items():
            if name not in entered and relation.default_value:
                entered[name] = [relation.default_value]
            if relation.mandatory and name not in entered:
                self._refuse(field.id, TemplateValueProblem.RELATION_MISSING(relation=name))
        if field.id in self.errors:
            return
        parts = [
            {"object_relation": name, "value": text, **_type_members(known[name])}
            for name, texts in entered.items()
            for text in texts
        ]
        uuid = str(uuid4())
        self.first.setdefault(field.id, uuid)
        self.sources[f"Object.{len(self.objects)}"] = field.id
        self.objects.append(
            {
                "uuid": uuid,
                "name": template.name,
                "meta-category": template.meta_category,
                "description": template.description,
                "template_uuid": str(template.uuid),
                "template_version": template.version,
                "Attribute": parts,
                "ObjectReference": [],
            }
        )

    def _add_attribute(self, field: AnyField, part: dict[str, Any]) -> None:
        uuid = str(uuid4())
        self.first.setdefault(field.id, uuid)
        self.sources[f"Attribute.{len(self.attributes)}"] = field.id
        self.attributes.append({"uuid": uuid, **part})

    def _add_references(self) -> None:
        objects = {part["uuid"]: part for part in self.objects}
        for element in self.definition.structure:
            if not isinstance(element, Reference):
                continue
            source, target = self.first.get(element.from_), self.first.get(element.to)
            # A reference from or to a field that was left empty does not arise.
            if source is not None and target is not None:
                objects[source]["ObjectReference"].append(
                    {
                        "referenced_uuid": target,
                        "relationship_type": element.relationship_type,
                        "comment": element.comment or "",
                    }
                )

    def _rendered(self, name: str, template: str) -> str:
        try:
            return rendered(template, self.variables)
        except InvalidValue as refused:
            self._refuse(name, refused.problem)
            return ""

    def _refuse(self, name: str, problem: Problem) -> None:
        self.errors.setdefault(name, []).append(problem)


def default_clusters(definition: Definition) -> list[str]:
    clusters = definition.event_defaults.galaxy_clusters
    return [f'misp-galaxy:{cluster.galaxy_type}="{cluster.value}"' for cluster in clusters]


def cluster_answers(definition: Definition, values: Mapping[str, Any]) -> Iterator[tuple[GalaxyField, str]]:
    for field in definition.fields():
        if isinstance(field, GalaxyField):
            yield from ((field, text) for text in _texts(values.get(field.id)))


def _answers(field: AnyField, value: Any) -> list[Any]:
    answers = value if isinstance(value, list) else [value]
    entered = [answer.strip() if isinstance(answer, str) else answer for answer in answers]
    kept = [answer for answer in entered if not _is_empty(answer)]
    if not kept and isinstance(field, AttributeField) and field.misp.default_value:
        return [field.misp.default_value]
    return kept


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    if isinstance(value, list):
        return all(map(_is_empty, value))
    return value is None or value == ""


def _texts(value: Any) -> list[str]:
    parts: Sequence[Any] = value if isinstance(value, list) else [value]
    # One more than allowed, so that the caller still notices that there are too many.
    return [text for part in parts[: MOST + 1] if (text := read_text(part).strip())]


def _type_members(element: Mapping[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {"type": element.get("misp-attribute")}
    if categories := element.get("categories"):
        members["category"] = categories[0]
    return members | {name: element[name] for name in ("to_ids", "disable_correlation") if name in element}
