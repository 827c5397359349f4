"""Converts a filled-in template to an event document: each answer becomes what its field defines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from vardkase.core.errors import Invalid
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
"""How often one field may be filled in."""
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
    attributes: Parts = field(default_factory=list)
    objects: Parts = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    """Tag → the field that asks for it, or ``event_defaults``."""
    sources: dict[str, str] = field(default_factory=dict)
    """Place in the document → the field that it comes from."""
    first: dict[str, str] = field(default_factory=dict)
    """Field → uuid of the first thing that was made of it."""
    errors: dict[str, list[Problem]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        fields = self.definition.fields()
        for name in self.values.keys() - {each.id for each in fields}:
            self._refuse(name, TemplateValueProblem.UNKNOWN_FIELD())
        for each in fields:
            self._take(each)
        if self.errors:
            raise Invalid(self.errors)
        self._refer()
        defaults = self.definition.event_defaults
        for name in (*(tag.name for tag in defaults.tags), *default_clusters(self.definition)):
            self.tags.setdefault(name, DEFAULTS)
        return {
            "info": rendered(defaults.info_template, self._words()).strip() or NO_TITLE,
            "distribution": defaults.distribution,
            "sharing_group_id": defaults.sharing_group_id or 0,
            "threat_level_id": defaults.threat_level_id,
            "analysis": defaults.analysis,
            "Attribute": self.attributes,
            "Object": self.objects,
            "Tag": [{"name": name} for name in self.tags],
        }

    def _take(self, asked: AnyField) -> None:
        answers = _answers(asked, self.values.get(asked.id))
        if not answers and asked.mandatory:
            self._refuse(asked.id, CommonProblem.MISSING())
        elif len(answers) > 1 and not asked.takes_several:
            self._refuse(asked.id, TemplateValueProblem.ONE_ONLY())
        elif len(answers) > MOST:
            self._refuse(asked.id, TemplateValueProblem.TOO_MANY(most=MOST))
        else:
            for answer in answers:
                self._take_answer(asked, answer)

    def _take_answer(self, asked: AnyField, answer: Any) -> None:
        if isinstance(asked, ObjectField):
            self._take_object(asked, answer)
        elif isinstance(asked, FileField):
            self._take_file(asked, answer)
        elif not isinstance(answer, str):
            self._refuse(asked.id, CommonProblem.NOT_TEXT())
        elif isinstance(asked, AttributeField):
            self._take_attribute(asked, answer)
        elif isinstance(asked, TagField):
            self._take_tag(asked, answer)
        elif (tag := self.clusters.get((asked.id, answer))) is None:
            self._refuse(asked.id, TemplateValueProblem.NO_CLUSTER(name=answer))
        else:
            self.tags[tag] = asked.id

    def _take_attribute(self, asked: AttributeField, value: str) -> None:
        said: dict[str, Any] = {"type": asked.misp.type, "category": asked.misp.category, "value": value}
        if asked.misp.to_ids_default is not None:
            said["to_ids"] = asked.misp.to_ids_default
        if asked.misp.comment_template:
            said["comment"] = rendered(asked.misp.comment_template, self._words())
        self._add(asked, said)

    def _take_file(self, asked: FileField, given: Any) -> None:
        name, data = (given.get("filename"), given.get("data")) if isinstance(given, dict) else ("", "")
        if not (isinstance(name, str) and isinstance(data, str) and name and data):
            self._refuse(asked.id, TemplateValueProblem.NOT_A_FILE())
            return
        self._add(asked, {"type": asked.as_, "value": name, "data": data, "encrypt": True})

    def _take_tag(self, asked: TagField, name: str) -> None:
        allowed = asked.restrict_taxonomies
        if allowed and name.partition(":")[0] not in allowed:
            self._refuse(asked.id, TemplateValueProblem.NOT_OF_TAXONOMY(tag=name, taxonomies=list(allowed)))
        else:
            self.tags[name] = asked.id

    def _take_object(self, asked: ObjectField, given: Any) -> None:
        wanted = asked.object_template
        template = self.templates.get(wanted.uuid.lower())
        if template is None or template.version < wanted.version:
            lacking = TemplateValueProblem.NO_OBJECT_TEMPLATE(name=wanted.name, version=wanted.version)
            self._refuse(asked.id, lacking)
        elif not isinstance(given, dict):
            self._refuse(asked.id, TemplateValueProblem.NOT_AN_OBJECT())
        else:
            self._add_object(asked, template, given)

    def _add_object(self, asked: ObjectField, template: ObjectTemplate, given: Mapping[str, Any]) -> None:
        known: dict[str, Any] = template.definition.get("attributes") or {}
        shown = {each.object_relation: each for each in asked.relations}
        entered = {name: texts for name, value in given.items() if (texts := _texts(value))}
        for name in entered.keys() - (known.keys() & (shown.keys() or known.keys())):
            self._refuse(asked.id, TemplateValueProblem.NO_RELATION(relation=name))
        for name, relation in shown.items():
            if name not in entered and relation.default_value:
                entered[name] = [relation.default_value]
            if relation.mandatory and name not in entered:
                self._refuse(asked.id, TemplateValueProblem.RELATION_MISSING(relation=name))
        if asked.id in self.errors:
            return
        parts = [
            {"object_relation": name, "value": text, **_kind(known[name])}
            for name, texts in entered.items()
            for text in texts
        ]
        uuid = str(uuid4())
        self.first.setdefault(asked.id, uuid)
        self.sources[f"Object.{len(self.objects)}"] = asked.id
        self.objects.append({"uuid": uuid, **_head(template), "Attribute": parts, "ObjectReference": []})

    def _add(self, asked: AnyField, said: dict[str, Any]) -> None:
        uuid = str(uuid4())
        self.first.setdefault(asked.id, uuid)
        self.sources[f"Attribute.{len(self.attributes)}"] = asked.id
        self.attributes.append({"uuid": uuid, **said})

    def _refer(self) -> None:
        made = {each["uuid"]: each for each in self.objects}
        for each in self.definition.structure:
            if not isinstance(each, Reference):
                continue
            source, target = self.first.get(each.from_), self.first.get(each.to)
            if source is not None and target is not None:
                made[source]["ObjectReference"].append(
                    {
                        "referenced_uuid": target,
                        "relationship_type": each.relationship_type,
                        "comment": each.comment or "",
                    }
                )

    def _words(self) -> dict[str, str]:
        moment = datetime.now(UTC)
        answers = {name: ", ".join(_texts(value)) for name, value in self.values.items()}
        now = {"date": moment.date().isoformat(), "now": moment.isoformat(timespec="seconds")}
        return answers | now | {"user": self.person}

    def _refuse(self, name: str, why: Problem) -> None:
        self.errors.setdefault(name, []).append(why)


def default_clusters(definition: Definition) -> list[str]:
    named = definition.event_defaults.galaxy_clusters
    return [f'misp-galaxy:{each.galaxy_type}="{each.value}"' for each in named]


def cluster_answers(definition: Definition, values: Mapping[str, Any]) -> Iterator[tuple[GalaxyField, str]]:
    for asked in definition.fields():
        if isinstance(asked, GalaxyField):
            yield from ((asked, text) for text in _texts(values.get(asked.id)))


def _answers(asked: AnyField, given: Any) -> list[Any]:
    several = given if isinstance(given, list) else [given]
    entered = [each.strip() if isinstance(each, str) else each for each in several]
    kept = [each for each in entered if not _is_empty(each)]
    if not kept and isinstance(asked, AttributeField) and asked.misp.default_value:
        return [asked.misp.default_value]
    return kept


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    if isinstance(value, list):
        return all(map(_is_empty, value))
    return value is None or value == ""


def _texts(value: Any) -> list[str]:
    several: Sequence[Any] = value if isinstance(value, list) else [value]
    return [text for each in several[: MOST + 1] if (text := read_text(each).strip())]


def _head(template: ObjectTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "meta-category": template.meta_category,
        "description": template.description,
        "template_uuid": str(template.uuid),
        "template_version": template.version,
    }


def _kind(element: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": element.get("misp-attribute")}
    if categories := element.get("categories"):
        said["category"] = categories[0]
    return said | {name: element[name] for name in ("to_ids", "disable_correlation") if name in element}
