"""event_templates/*: templates for events, managed and filled in."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import AnyFlag, AnyText, Anything, Distribution, Mandatory, Text, Uuid
from vardkase.api.inputs import Body, JsonObject, UploadOptions
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates import services, starters
from vardkase.intel.event_templates.documents import exported
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_template, visible_templates
from vardkase.intel.queries.find import find_event

PAGE = 60
MODEL = "EventTemplate"
AUTHOR = (Permission.TEMPLATE,)
ABOUT_ADD = Description(
    "POST an EventTemplate object to this API to add a template; its definition is that of MISP's library."
)
ABOUT_EDIT = Description(
    "POST an EventTemplate object to this API to change it.",
    url="/event_templates/edit/[template_id]",
)
ABOUT_INSTANTIATE = Description(
    "POST values by the ids of the template's fields to this API to make an event of them.",
    url="/event_templates/instantiate/[template_id]",
)


class EventTemplateList(Paging, kw_only=True):
    searchall: Text = ""
    name: Text = ""


class ImportMode(UploadOptions, kw_only=True):
    mode: Text = "fail"


class EventTemplateChanges(Body, kw_only=True):
    model = MODEL

    name: AnyText = None
    description: AnyText = None
    distribution: Distribution = None
    active: AnyFlag = None
    definition: Anything = None


class EventTemplateBody(EventTemplateChanges, kw_only=True):
    definition: Mandatory[Anything] = None
    uuid: Uuid = None


class TemplateCopy(Body, kw_only=True):
    model = MODEL

    name: Text = ""


class TemplateDefinition(Body, kw_only=True):
    model = MODEL

    definition: Anything = None


class TemplateValues(Body, kw_only=True):
    model = MODEL

    values: Mandatory[Anything] = None


@endpoint("event_templates/index")
def index(call: Call, *, params: EventTemplateList) -> Json:
    """List the templates of the caller's organisation and the shared ones, page by page."""
    templates = visible_templates(call.actor)
    if text := params.searchall:
        templates = templates.filter(name__icontains=text) | templates.filter(description__icontains=text)
    if params.name:
        templates = templates.filter(name__iexact=params.name)
    limit, offset = params.limit_and_offset(PAGE)
    return Json([_document(template) for template in templates[offset : offset + limit]])


@endpoint("event_templates/view")
def view(call: Call, template_id: str) -> Json:
    """Return one template by id or uuid."""
    return Json(_document(find_template(call.actor, template_id)))


@endpoint("event_templates/export")
def export(call: Call, template_id: str) -> Json:
    """Export a template for import on another instance, without its owner."""
    return Json(exported(find_template(call.actor, template_id)))


@endpoint("event_templates/import", requires=AUTHOR, writes=True)
def import_template(call: Call, *, document: JsonObject, options: ImportMode) -> Json:
    """Import an exported template; ``mode`` determines what happens if it exists already."""
    try:
        template, became = services.import_template(call.actor, document, options.mode)
    except Invalid as error:
        raise SaveFailed(f"import {MODEL}s", "/EventTemplates/import", error.errors) from error
    outcome = {"event_template_id": template.pk, "event_template_uuid": str(template.uuid), "mode": became}
    return Json(outcome)


@endpoint("event_templates/duplicate", requires=AUTHOR, writes=True)
def duplicate(call: Call, template_id: str, *, body: TemplateCopy) -> Json:
    """Copy a template to the caller's organisation, under the given ``name``."""
    template = services.duplicate_template(call.actor, template_id, body.name)
    return Json({MODEL: _row(template)})


@endpoint("event_templates/add", requires=AUTHOR, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: EventTemplateBody) -> Json:
    try:
        return Json({MODEL: _row(services.add_template(call.actor, body.sent))})
    except Invalid as error:
        raise SaveFailed(f"add {MODEL}s", "/EventTemplates/add", error.errors) from error


@endpoint("event_templates/edit", requires=AUTHOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, template_id: str, *, body: EventTemplateChanges) -> Json:
    try:
        return Json({MODEL: _row(services.edit_template(call.actor, template_id, body.sent))})
    except Invalid as error:
        url = f"/EventTemplates/edit/{template_id}"
        raise SaveFailed(f"edit {MODEL}s", url, error.errors) from error


@endpoint("event_templates/delete", requires=AUTHOR, writes=True)
def delete(call: Call, template_id: str) -> Saved:
    """Delete a template; events created from it are kept."""
    number = services.delete_template(call.actor, template_id)
    return saved("EventTemplate deleted.", f"/event_templates/delete/{template_id}", id=str(number))


@endpoint("event_templates/validate_definition", requires=AUTHOR, methods=("POST", "PUT"))
def validate_definition(call: Call, *, body: TemplateDefinition) -> Json:
    """Validate a template definition without saving it."""
    errors = services.check_definition(body.sent.get("definition", body.sent))
    return Json({"valid": not errors, "errors": errors})


@endpoint("event_templates/update_from_library", site_admin=True, writes=True)
def update_from_library(call: Call) -> Json:
    """Install or update the templates shipped with the hub; modified ones are left unchanged."""
    return Json(starters.update_from_library(call.actor))


@endpoint("event_templates/instantiate", requires=(Permission.ADD,), writes=True, describes=ABOUT_INSTANTIATE)
def instantiate(call: Call, template_id: str, *, body: TemplateValues) -> Json:
    """Create an event from a template and the given values."""
    try:
        event_id = services.instantiate(call.actor, template_id, body.sent.get("values", body.sent))
    except Invalid as error:
        url = f"/EventTemplates/instantiate/{template_id}"
        raise SaveFailed(f"instantiate {MODEL}s", url, error.errors) from error
    return Json({"event_id": event_id, "event_uuid": str(find_event(call.actor, event_id).uuid)})


def _document(template: EventTemplate) -> dict[str, Any]:
    org = template.org
    return {
        MODEL: _row(template),
        "Organisation": {"id": str(org.pk), "name": org.name, "uuid": str(org.uuid)},
    }


def _row(template: EventTemplate) -> dict[str, Any]:
    return {
        "id": str(template.pk),
        "uuid": str(template.uuid),
        "name": template.name,
        "description": template.description or None,
        "org_id": str(template.org_id),
        "creator_user_id": str(template.creator_user_id),
        "distribution": str(int(template.all_orgs)),
        "active": template.active,
        "misp_default": template.default,
        "version": str(template.version),
        "created": template.created.strftime("%Y-%m-%d %H:%M:%S"),
        "modified": template.modified.strftime("%Y-%m-%d %H:%M:%S"),
        "definition": template.definition,
    }
