"""objectTemplates/*: custom templates from a definition.json, and the active versions."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, Toggled, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Reference
from vardkase.api.inputs import Body, JsonObject, Upload
from vardkase.api.object_templates.templates import found_template, template_document
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.object_templates import services
from vardkase.knowledge.object_templates.definitions import decoded_definition
from vardkase.misp.object_template import BadTemplate, definition_of

MODEL, ELEMENTS = "ObjectTemplate", "ObjectTemplateElement"
MANDATORY = ("name", "meta-category", "version", "attributes")
OPTIONAL = ("uuid", "description", "required", "requiredOneOf")
ABOUT_ADD = Description(
    "Add an object template from its definition.json: as the body, or as a file of a form. Versions of a template "
    "of your own are added in the same way.",
    MANDATORY,
    OPTIONAL,
)
ABOUT_EDIT = Description(
    "Add a newer version of a template of your own; what is not sent stays.",
    (),
    (*MANDATORY, "description", "required", "requiredOneOf"),
    url="/objectTemplates/edit/[template_id]",
)


class ActivationBody(Body, kw_only=True):
    """MISP's page sends the id here."""

    model = MODEL

    data: Reference = ""


@endpoint("object_templates/add", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_ADD)
def add(call: Call, *, upload: Upload, sent: JsonObject) -> Json:
    """Add a template, or a newer version of one of the organisation's own; returns it."""
    try:
        return Json(template_document(services.add_template(call.actor, _definition(upload, sent))))
    except Invalid as error:
        raise SaveFailed("add ObjectTemplate", "/objectTemplates/add", error.errors) from error


@endpoint("object_templates/edit", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_EDIT)
def edit(call: Call, template_id: str, *, upload: Upload, sent: JsonObject) -> Json:
    """Store a newer version of one of the organisation's own templates; returns it."""
    number = str(found_template(template_id).pk)
    try:
        return Json(template_document(services.edit_template(call.actor, number, _definition(upload, sent))))
    except Invalid as error:
        raise SaveFailed("edit ObjectTemplate", f"/objectTemplates/edit/{number}", error.errors) from error


@endpoint("object_templates/delete", requires=(Permission.OBJECT_TEMPLATE,), writes=True)
def delete(call: Call, template_id: str) -> Saved:
    """Delete a version of one of the organisation's own templates."""
    number = str(found_template(template_id).pk)
    services.delete_template(call.actor, number)
    return saved("ObjectTemplate deleted", f"/objectTemplates/delete/{number}", id=number)


@endpoint("object_templates/activate", site_admin=True, writes=True)
def activate(call: Call, template_id: str = "", *, body: ActivationBody) -> Toggled:
    """Enable or disable a template."""
    number = str(found_template(template_id or body.data).pk)
    on = services.toggle_template(call.actor, number)
    return toggled("Template activated." if on else "Template disabled.")


def _definition(upload: Upload, sent: dict[str, Any]) -> dict[str, Any]:
    """The submitted definition.json; also accepts a template as returned by objectTemplates/view."""
    _, content = upload.document
    try:
        decoded = decoded_definition(content)
    except (ValueError, RecursionError):
        pass  # Not JSON by itself, such as a form with the template in its fields.
    else:
        sent = decoded if isinstance(decoded, dict) else {}
    inner = sent.get(MODEL)
    template = inner if isinstance(inner, dict) else sent
    elements = sent.get(ELEMENTS, template.get(ELEMENTS))
    if not isinstance(elements, list):
        return dict(template)
    try:
        return definition_of(template, elements)
    except BadTemplate as twice:
        raise Invalid(problems_of(twice.errors)) from None
