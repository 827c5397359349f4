"""Templates of objects: defaults, requirements, and upgrade to a newer version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.intel.models import Attribute, Object
from vardkase.intel.problems import ObjectProblem
from vardkase.knowledge.object_templates.matching import misplaced
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.queries import newest_version
from vardkase.misp.flags import as_int


def with_template(data: Mapping[str, Any]) -> dict[str, Any]:
    """The document completed from its template. Raises Invalid if neither is sufficient."""
    template = find_template(data.get("template_uuid"), data.get("template_version"))
    document = dict(data)
    if template is not None:
        known = {
            "name": template.name,
            "meta-category": template.meta_category,
            "description": template.description,
            "template_version": template.version,
        }
        document = known | {key: value for key, value in document.items() if value not in (None, "")}
    else:
        for field in ("name", "meta-category", "description", "template_uuid", "template_version"):
            if document.get(field) is None:
                lacking = MispProblem.NO_TEMPLATE(field=field)
                raise Invalid(ObjectProblem.FIELD_REFUSED(field="template", problem=lacking))
    return document


def find_template(uuid: object, version: object = None) -> ObjectTemplate | None:
    try:
        chosen = ObjectTemplate.objects.filter(uuid=UUID(str(uuid)))
    except ValueError:
        return None
    if (number := as_int(version)) is not None:
        chosen = chosen.filter(version=number)
    return chosen.order_by("-version").first() if number is not None or version == "newest" else None


def check_requirements(document: Mapping[str, Any], relations: Sequence[str]) -> None:
    template = find_template(document.get("template_uuid"), document.get("template_version"))
    if template is None:
        return
    definition = template.definition
    one_of = definition.get("requiredOneOf") or []
    if one_of and not set(one_of) & set(relations):
        raise Invalid(ObjectProblem.NEEDS_ONE_OF(names=one_of))
    missing = [relation for relation in definition.get("required") or [] if relation not in relations]
    if missing:
        raise Invalid(ObjectProblem.NEEDS_ALL(names=missing))
    elements = definition.get("attributes") or {}
    for relation, count in Counter(relations).items():
        if count > 1 and relation in elements and not elements[relation].get("multiple"):
            raise Invalid(ObjectProblem.NOT_MULTIPLE())


def outside(template: ObjectTemplate, held: Sequence[tuple[str, str]]) -> list[str]:
    return [relation for relation, kind in held if misplaced(template, relation, kind) is not None]


def move_to_newest(stored: Object) -> None:
    """Move an object of a locked event to the newest version of its template.

    Raises Invalid if there is none, or if it has no place for the object's attributes.
    """
    template = newest_version(str(stored.template_uuid), stored.template_version)
    if template is None:
        raise Invalid({"template_version": [ObjectProblem.NO_NEWER_TEMPLATE()]})
    live = Attribute.objects.filter(object=stored, deleted=False)
    held = [(relation or "", kind) for relation, kind in live.values_list("object_relation", "type")]
    if misfits := outside(template, held):
        problem = ObjectProblem.NO_PLACE(version=template.version, relations=misfits)
        raise Invalid({"template_version": [problem]})
    about = {"template_uuid": template.uuid, "template_version": template.version}
    check_requirements(about, [relation for relation, _ in held])
    stored.name, stored.meta_category = template.name, template.meta_category
    stored.description, stored.template_version = template.description, template.version
    stored.save(update_fields=["name", "meta_category", "description", "template_version"])
