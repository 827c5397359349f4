"""dashboards/*: users' dashboards: widgets, their data, and saved layouts."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Text, decoded
from vardkase.api.inputs import Body, JsonArray, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.dashboards import services
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.hub.dashboards.widgets import find_widget, widgets
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor

PROFILES = EVERY


class WidgetQuery(Params, kw_only=True):
    widget: Text = ""
    config: Anything = None


class LayoutBody(Body, kw_only=True):
    model = "Dashboard"

    value: Anything = None


class DashboardTemplateBody(LayoutBody, kw_only=True):
    name: Mandatory[Text] = ""
    description: Text = ""
    selectable: Flag = False


def template_dict(template: DashboardTemplate) -> dict[str, Any]:
    return {
        "id": str(template.pk),
        "uuid": str(template.uuid),
        "name": template.name,
        "description": template.description,
        "user_id": str(template.user_id),
        "value": json.dumps(template.value, separators=(",", ":")),
        "selectable": template.selectable,
        "timestamp": str(template.timestamp),
    }


@endpoint("dashboards/index")
def index(call: Call) -> Json:
    """List the caller's widgets with their configuration and position."""
    return Json(services.dashboard(call.actor))


@endpoint("dashboards/getForm")
def form(call: Call) -> Json:
    """List the available widgets and their configuration options."""
    return Json(
        {
            widget.name: {
                "widget": widget.name,
                "title": widget.title,
                "description": widget.description,
                "render": widget.render,
                "params": dict(widget.params),
                "width": 4,
                "height": 4,
            }
            for widget in widgets(call.actor)
        }
    )


@endpoint("dashboards/getEmptyWidget")
def empty_widget(call: Call, name: str) -> Json:
    """Return a widget in its initial, unconfigured state: ``/dashboards/getEmptyWidget/<name>``."""
    widget = find_widget(call.actor, name)
    position = {"x": 0, "y": 0, "width": 4, "height": 4}
    return Json({"widget": widget.name, "title": widget.title, "config": {}, "position": position})


@endpoint("dashboards/renderWidget")
def render_widget(call: Call, name: str = "", *, params: WidgetQuery) -> Json:
    """Return the content of a widget: ``{"widget": name, "config": {…}}``."""
    widget = find_widget(call.actor, params.widget or name)
    config = decoded(params.config or {})
    if not isinstance(config, dict):
        raise MispError(400, "config must be a JSON object.")
    try:
        data = widget.data(call.actor, config)
    except Invalid as error:
        raise MispError(400, error.wire) from error
    return Json({"title": config.get("alias") or widget.title, "render": widget.render, "data": data})


@endpoint("dashboards/updateSettings", writes=True)
def update_settings(call: Call, *, body: LayoutBody, listed: JsonArray) -> Saved:
    """Save the layout of the caller's dashboard: ``{"Dashboard": {"value": [widgets]}}``."""
    return _save_layout(call.actor, body, listed, "/dashboards/updateSettings")


@endpoint("dashboards/import", writes=True)
def import_dashboard(call: Call, *, body: LayoutBody, listed: JsonArray) -> Saved:
    """Replace the caller's dashboard with an exported one."""
    return _save_layout(call.actor, body, listed, "/dashboards/import")


@endpoint("dashboards/export")
def export(call: Call) -> Json:
    """Export the caller's dashboard, for import elsewhere."""
    return Json({"value": services.dashboard(call.actor)})


@endpoint("dashboards/listTemplates")
def list_templates(call: Call) -> Json:
    """List the saved layouts."""
    return Json([{"Dashboard": template_dict(template)} for template in services.templates(call.actor)])


@endpoint("dashboards/saveTemplate", writes=True)
def save_template(call: Call, template_id: str = "", *, body: DashboardTemplateBody) -> Json:
    """Save a layout, or change one of the caller's own: ``/dashboards/saveTemplate/<id>``."""
    try:
        template = services.save_template(call.actor, body.sent, template_id)
    except Invalid as error:
        raise SaveFailed("save the template", "/dashboards/saveTemplate", error.errors) from error
    return Json({"Dashboard": template_dict(template)})


@endpoint("dashboards/deleteTemplate", writes=True)
def delete_template(call: Call, template_id: str) -> Saved:
    """Delete a dashboard template."""
    services.delete_template(call.actor, template_id)
    return saved("Dashboard template deleted.", f"/dashboards/deleteTemplate/{template_id}", id=template_id)


def _save_layout(actor: Actor, body: LayoutBody, listed: JsonArray, url: str) -> Saved:
    widgets = body.value if "value" in body.sent else list(listed) if listed.is_sent else None
    try:
        services.set_dashboard(actor, widgets)
    except Invalid as error:
        raise SaveFailed("save the dashboard", url, error.errors) from error
    return saved("Settings updated.", url)
