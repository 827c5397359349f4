"""Queries for object templates."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.problems import ObjectTemplateProblem
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.misp.flags import is_id


def active_templates() -> QuerySet[ObjectTemplate]:
    return ObjectTemplate.objects.filter(active=True).order_by("name")


def all_templates() -> QuerySet[ObjectTemplate]:
    return ObjectTemplate.objects.order_by("name", "-version", "pk")


def current_templates() -> QuerySet[ObjectTemplate]:
    """One version of each template: the active one, or the newest of a template that is disabled."""
    return ObjectTemplate.objects.order_by("uuid", "-active", "-version").distinct("uuid").defer("definition")


def versions_of(template: ObjectTemplate) -> QuerySet[ObjectTemplate]:
    return ObjectTemplate.objects.filter(uuid=template.uuid).order_by("-version").defer("definition")


def meta_categories() -> list[str]:
    return list(
        ObjectTemplate.objects.order_by("meta_category").values_list("meta_category", flat=True).distinct()
    )


def find_template(reference: str) -> ObjectTemplate:
    """The template with this id, or the newest with this uuid or name. Raises NotFound."""
    return first_or_not_found(
        ObjectTemplate.objects.filter(_matches(reference)).order_by("-active", "-version"),
        ObjectTemplateProblem.NOT_FOUND(),
    )


def find_active_template(reference: str) -> ObjectTemplate:
    return first_or_not_found(
        active_templates().filter(_matches(reference)), ObjectTemplateProblem.NOT_ACTIVE()
    )


def newest_version(uuid: str, version: int) -> ObjectTemplate | None:
    if not UUID_FORM.fullmatch(uuid):
        return None
    return active_templates().filter(uuid=uuid, version__gt=version).order_by("-version").first()


def elements_of(template: ObjectTemplate) -> QuerySet[ObjectTemplateElement]:
    return template.elements.order_by("pk")


def requirements(template: ObjectTemplate) -> dict[str, list[str]]:
    """The relations an object must have: all of ``required``, one of ``requiredOneOf``."""
    definition: dict[str, Any] = template.definition
    return {key: definition[key] for key in ("required", "requiredOneOf") if definition.get(key)}


def _matches(reference: str) -> Q:
    if UUID_FORM.fullmatch(reference):
        return Q(uuid=reference)
    if is_id(reference):
        return Q(pk=int(reference))
    return Q(name=reference)
