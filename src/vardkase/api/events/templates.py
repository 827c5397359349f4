"""event_templates/*: templates for events, managed and filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates import services, starters
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_template, visible_templates
from vardkase.intel.queries.find import find_event
from vardkase.misp.version import MISP_VERSION

PAGE = 60
MODEL = "EventTemplate"
AUTHOR = (Permission.TEMPLATE,)
MEMBERS = ["name", "description", "distribution", "active", "definition"]
ABOUT_ADD = Description(
    "POST an EventTemplate object to this API to add a template; its definition is that of MISP's library.",
    ["definition"],
    ["uuid", "name", "description", "distribution", "active"],
)
ABOUT_EDIT = Description(
    "POST an EventTemplate object to this API to change it.",
    (),
    MEMBERS,
    "/event_templates/edit/[template_id]",
)
ABOUT_INSTANTIATE = Description(
    "POST values by the ids of the template's fields to this API to make an event of them.",
    ["values"],
    (),
    "/event_templates/instantiate/[template_id]",
)


@endpoint("event_templates/index")
def index(call: Call) -> Answer:
    """List the templates of the caller's organisation and the shared ones, page by page."""
    templates = visible_templates(call.actor)
    if isinstance(text := call.param("searchall"), str) and text:
        templates = templates.filter(name__icontains=text) | templates.filter(description__icontains=text)
    if isinstance(name := call.param("name"), str) and name:
        templates = templates.filter(name__iexact=name)
    limit, offset = limit_and_offset(call, PAGE)
    return Json([_document(template) for template in templates[offset : offset + limit]])


@endpoint("event_templates/view")
def view(call: Call) -> Answer:
    """Return one template by id or uuid."""
    return Json(_document(find_template(call.actor, call.arg(0))))


@endpoint("event_templates/export")
def export(call: Call) -> Answer:
    """Export a template for import on another instance, without its owner."""
    template = find_template(call.actor, call.arg(0))
    meta = {
        "misp_version": MISP_VERSION,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "event_template_schema_version": 1,
    }
    exported = {
        "uuid": str(template.uuid),
        "name": template.name,
        "description": template.description or None,
        "version": template.version,
        "distribution": int(template.all_orgs),
        "active": template.active,
        "definition": template.definition,
    }
    return Json({"_meta": meta, "template": exported})


@endpoint("event_templates/import", requires=AUTHOR, writes=True)
def import_template(call: Call) -> Answer:
    """Import an exported template; ``mode`` determines what happens if it exists already."""
    mode = str(call.named.get("mode") or call.query.get("mode") or "fail")
    try:
        template, became = services.import_template(call.actor, call.body, mode)
    except Invalid as error:
        raise SaveFailed(f"import {MODEL}s", "/EventTemplates/import", error.errors) from error
    outcome = {"event_template_id": template.pk, "event_template_uuid": str(template.uuid), "mode": became}
    return Json(outcome)


@endpoint("event_templates/duplicate", requires=AUTHOR, writes=True)
def duplicate(call: Call) -> Answer:
    """Copy a template to the caller's organisation, under the given ``name``."""
    name = call.data(MODEL).get("name")
    template = services.duplicate_template(call.actor, call.arg(0), str(name or ""))
    return Json({MODEL: _row(template)})


@endpoint("event_templates/add", requires=AUTHOR, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        return Json({MODEL: _row(services.add_template(call.actor, call.data(MODEL)))})
    except Invalid as error:
        raise SaveFailed(f"add {MODEL}s", "/EventTemplates/add", error.errors) from error


@endpoint("event_templates/edit", requires=AUTHOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    try:
        return Json({MODEL: _row(services.edit_template(call.actor, call.arg(0), call.data(MODEL)))})
    except Invalid as error:
        url = f"/EventTemplates/edit/{call.arg(0)}"
        raise SaveFailed(f"edit {MODEL}s", url, error.errors) from error


@endpoint("event_templates/delete", requires=AUTHOR, writes=True)
def delete(call: Call) -> Answer:
    """Delete a template; events created from it are kept."""
    number = services.delete_template(call.actor, call.arg(0))
    return saved("EventTemplate deleted.", f"/event_templates/delete/{call.arg(0)}", id=str(number))


@endpoint("event_templates/validate_definition", requires=AUTHOR, methods=("POST", "PUT"))
def validate_definition(call: Call) -> Answer:
    """Validate a template definition without saving it."""
    data = call.data(MODEL)
    errors = services.check_definition(data.get("definition", data))
    return Json({"valid": not errors, "errors": errors})


@endpoint("event_templates/update_from_library", site_admin=True, writes=True)
def update_from_library(call: Call) -> Answer:
    """Install or update the templates shipped with the hub; modified ones are left unchanged."""
    return Json(starters.update_from_library(call.actor))


@endpoint("event_templates/instantiate", requires=(Permission.ADD,), writes=True, describes=ABOUT_INSTANTIATE)
def instantiate(call: Call) -> Answer:
    """Create an event from a template and the given values."""
    data = call.data(MODEL)
    try:
        event_id = services.instantiate(call.actor, call.arg(0), data.get("values", data))
    except Invalid as error:
        url = f"/EventTemplates/instantiate/{call.arg(0)}"
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
