"""Templates of objects: defaults, requirements, and upgrade to a newer version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from vardkase.core.errors import Invalid
from vardkase.intel.models import Attribute, Object
from vardkase.knowledge.object_templates.fits import misplaced
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.queries import newest_version
from vardkase.misp.flags import as_int

NO_TEMPLATE = (
    "Object could not be saved.\n"
    "template: No valid template found and object lacking template information. ({})"
)
NEEDS_ONE_OF = (
    "Could not save the object as it requires at least one of the following attributes to be set: {}"
)
NEEDS_ALL = "Could not save the object as it requires the following attributes to be set: {}"
NOT_MULTIPLE = (
    "Could not save the object as a unique relationship within the object was assigned to more than one attribute. "
    "This is only allowed if the multiple flag is set in the object template."
)
NO_NEWER = "There is no newer version of this object’s template in use."


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
                raise Invalid(NO_TEMPLATE.format(field))
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
        raise Invalid(NEEDS_ONE_OF.format(", ".join(one_of)))
    missing = [relation for relation in definition.get("required") or [] if relation not in relations]
    if missing:
        raise Invalid(NEEDS_ALL.format(", ".join(missing)))
    elements = definition.get("attributes") or {}
    for relation, count in Counter(relations).items():
        if count > 1 and relation in elements and not elements[relation].get("multiple"):
            raise Invalid(NOT_MULTIPLE)


def outside(template: ObjectTemplate, held: Sequence[tuple[str, str]]) -> list[str]:
    return [relation for relation, kind in held if misplaced(template, relation, kind) is not None]


def move_to_newest(stored: Object) -> None:
    """Move an object of a locked event to the newest version of its template.

    Raises Invalid if there is none, or if it has no place for the object's attributes.
    """
    template = newest_version(str(stored.template_uuid), stored.template_version)
    if template is None:
        raise Invalid({"template_version": [NO_NEWER]})
    live = Attribute.objects.filter(object=stored, deleted=False)
    held = [(relation or "", kind) for relation, kind in live.values_list("object_relation", "type")]
    if misfits := outside(template, held):
        reason = f"Version {template.version} of the template has no place for: {', '.join(misfits)}."
        raise Invalid({"template_version": [reason]})
    about = {"template_uuid": template.uuid, "template_version": template.version}
    check_requirements(about, [relation for relation, _ in held])
    stored.name, stored.meta_category = template.name, template.meta_category
    stored.description, stored.template_version = template.description, template.version
    stored.save(update_fields=["name", "meta_category", "description", "template_version"])
