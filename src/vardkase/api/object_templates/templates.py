"""objectTemplates/*: object templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vardkase.api.answers import Json, Redirect
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Flag, Mandatory, Texts
from vardkase.api.inputs import Params, field
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.object_templates import queries, services
from vardkase.knowledge.object_templates.matching import fitting_templates
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement

NOBODY = "0"
HOUSE = {"id": NOBODY, "name": "MISP", "uuid": NOBODY}
"""Who owns the packaged templates: no organisation here."""


class TemplateList(Paging, kw_only=True):
    all: Flag = False


class TypesParams(Params, kw_only=True):
    types: Mandatory[Texts] = field(name="attributeTypes", default=[])


@endpoint("object_templates/index", answers="[ObjectTemplate]")
def index(call: Call, all: str = "", *, params: TemplateList) -> Json:
    """List the newest versions of all templates in use; for site administrators, ``/all`` includes the
    others."""
    every = all == "all" or params.all
    templates = queries.all_templates() if every and call.actor.is_site_admin else queries.active_templates()
    chosen = params.of(list(templates.values_list("pk", flat=True)), LARGEST)
    rows = templates.in_bulk(chosen)
    owners = _owners(list(rows.values()))
    return Json(
        [
            {"ObjectTemplate": template_body(rows[number]), "Organisation": owners[rows[number].org_id]}
            for number in chosen
        ]
    )


@endpoint("object_templates/view")
def view(_call: Call, template_id: str) -> Json:
    """Return one template by id, uuid or name, with the elements its objects can have."""
    return Json(template_document(found_template(template_id)))


@endpoint("object_templates/get_raw")
def get_raw(_call: Call, template_id: str) -> Json:
    """Return the whole definition as published, for clients that build objects themselves."""
    return Json(found_template(template_id).definition)


@endpoint("object_templates/update", site_admin=True, writes=True)
def update(call: Call) -> Redirect:
    """Load new versions from the files; redirects to the list, as MISP does."""
    services.update_object_templates(call.actor)
    return Redirect("/ObjectTemplates")


@endpoint(
    "object_templates/possibleObjectTemplates",
    methods=("POST",),
    describes=Description("The templates that have a place for attributes of these types."),
)
def possible_object_templates(_call: Call, *, params: TypesParams) -> Json:
    """List the templates in use that accept any of the types in ``attributeTypes``, best match first."""
    return Json(fits_of(params.types))


def fits_of(types: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "ObjectTemplate": {
                **template_body(fit.template),
                "compatibility": fit.is_complete or fit.missing,
                "invalidTypes": fit.foreign,
                "invalidTypesMultiple": fit.crowded,
            },
            "ObjectTemplateElement": [element_body(element) for element in fit.template.elements.all()],
        }
        for fit in fitting_templates(types)
    ]


def found_template(reference: str) -> ObjectTemplate:
    try:
        return queries.find_template(reference)
    except NotFound:
        raise MispError(404, "Object template not found.") from None


def template_document(template: ObjectTemplate) -> dict[str, Any]:
    """A template with its owner and elements. The author's e-mail address is left out, as only their
    organisation may see it."""
    return {
        "ObjectTemplate": template_body(template),
        "User": {"id": str(template.user_id), "email": ""},
        "Organisation": _owners([template])[template.org_id],
        "ObjectTemplateElement": [element_body(element) for element in queries.elements_of(template)],
    }


def _owners(templates: Sequence[ObjectTemplate]) -> dict[int, dict[str, str]]:
    organisations = Organisation.objects.in_bulk({template.org_id for template in templates})
    named = {
        number: {"id": str(number), "name": org.name, "uuid": str(org.uuid)}
        for number, org in organisations.items()
    }
    return {template.org_id: named.get(template.org_id, HOUSE) for template in templates}


def template_body(template: ObjectTemplate) -> dict[str, Any]:
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
