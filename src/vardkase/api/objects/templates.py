"""objectTemplates/*: what objects are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vardkase.api.answers import Answer, Json, Redirect
from vardkase.api.dispatch import Call, Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import paged
from vardkase.api.tags.tagging import listed
from vardkase.core.errors import NotFound
from vardkase.knowledge.object_templates import queries, services
from vardkase.knowledge.object_templates.fits import fitting_templates
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement

NOBODY = "0"
HOUSE = {"id": NOBODY, "name": "MISP", "uuid": NOBODY}
"""Who owns the packaged templates: no organisation here."""


@endpoint("object_templates/index")
def index(call: Call) -> Answer:
    """Every template in use, in its newest version."""
    templates = queries.active_templates()
    chosen = paged(call, list(templates.values_list("pk", flat=True)))
    rows = templates.in_bulk(chosen)
    return Json([{"ObjectTemplate": template_body(rows[number]), "Organisation": HOUSE} for number in chosen])


@endpoint("object_templates/view")
def view(call: Call) -> Answer:
    """One template by id, uuid or name, with what its objects may have."""
    template = _find(call)
    return Json(
        {
            "ObjectTemplate": template_body(template),
            "User": {"id": NOBODY, "email": ""},
            "Organisation": HOUSE,
            "ObjectTemplateElement": [element_body(element) for element in queries.elements_of(template)],
        }
    )


@endpoint("object_templates/get_raw")
def get_raw(call: Call) -> Answer:
    """The whole definition as it was published, for clients that build objects themselves."""
    return Json(_find(call).definition)


@endpoint("object_templates/update", site_admin=True, writes=True)
def update(call: Call) -> Answer:
    """Load new versions from the files; MISP answers with the way to the list."""
    services.update_object_templates(call.actor)
    return Redirect("/ObjectTemplates")


@endpoint(
    "object_templates/possibleObjectTemplates",
    methods=("POST",),
    describes=Description(
        "The templates that have a place for attributes of these types.", ("attributeTypes",)
    ),
)
def possible_object_templates(call: Call) -> Answer:
    """The templates in use that take any of the types in ``attributeTypes``, the best first."""
    return Json(fits_of(listed(call.param("attributeTypes"))))


def fits_of(types: Sequence[str]) -> list[dict[str, Any]]:
    """Templates for values of some types; ``compatibility`` is true, or lists the types that are missing."""
    return [
        {
            "ObjectTemplate": {
                **template_body(found.template),
                "compatibility": found.is_complete or found.missing,
                "invalidTypes": found.foreign,
                "invalidTypesMultiple": found.crowded,
            },
            "ObjectTemplateElement": [element_body(each) for each in found.template.elements.all()],
        }
        for found in fitting_templates(types)
    ]


def _find(call: Call) -> ObjectTemplate:
    try:
        return queries.find_template(call.arg(0))
    except NotFound:
        raise MispError(404, "Object template not found.") from None


def template_body(template: ObjectTemplate) -> dict[str, Any]:
    """A template without its elements."""
    return {
        "id": str(template.pk),
        "user_id": str(template.user_id),
        "org_id": str(template.org_id),
        "uuid": str(template.uuid),
        "name": template.name,
        "meta-category": template.meta_category,
        "description": template.description,
        "version": str(template.version),
        "requirements": queries.requirements(template) or [],
        "fixed": template.fixed,
        "active": template.active,
    }


def element_body(element: ObjectTemplateElement) -> dict[str, Any]:
    """What an object of the template may have under one relation."""
    return {
        "id": str(element.pk),
        "object_template_id": str(element.object_template_id),
        "object_relation": element.object_relation,
        "type": element.type,
        "ui-priority": str(element.ui_priority),
        "categories": element.categories or [],
        "sane_default": element.sane_default or [],
        "values_list": element.values_list or [],
        "description": element.description,
        "disable_correlation": element.disable_correlation,
        "multiple": element.multiple,
    }
