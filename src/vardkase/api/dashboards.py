"""dashboards/*: users' dashboards: widgets, their data, and saved layouts."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import decoded
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.dashboards import services
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.hub.dashboards.widgets import find_widget, widgets
from vardkase.hub.profiles import EVERY

PROFILES = EVERY


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
def index(call: Call) -> Answer:
    """List the caller's widgets with their configuration and position."""
    return Json(services.dashboard(call.actor))


@endpoint("dashboards/getForm")
def form(call: Call) -> Answer:
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
def empty_widget(call: Call) -> Answer:
    """Return a widget in its initial, unconfigured state: ``/dashboards/getEmptyWidget/<name>``."""
    widget = find_widget(call.actor, call.arg(0))
    position = {"x": 0, "y": 0, "width": 4, "height": 4}
    return Json({"widget": widget.name, "title": widget.title, "config": {}, "position": position})


@endpoint("dashboards/renderWidget")
def render_widget(call: Call) -> Answer:
    """Return the content of a widget: ``{"widget": name, "config": {…}}``."""
    widget = find_widget(call.actor, str(call.param("widget") or call.arg(0)))
    config = decoded(call.param("config") or {})
    if not isinstance(config, dict):
        raise MispError(400, "config must be a JSON object.")
    try:
        data = widget.data(call.actor, config)
    except Invalid as error:
        raise MispError(400, error.wire) from error
    return Json({"title": config.get("alias") or widget.title, "render": widget.render, "data": data})


@endpoint("dashboards/updateSettings", writes=True)
def update_settings(call: Call) -> Answer:
    """Save the layout of the caller's dashboard: ``{"Dashboard": {"value": [widgets]}}``."""
    return _save_layout(call, "/dashboards/updateSettings")


@endpoint("dashboards/import", writes=True)
def import_dashboard(call: Call) -> Answer:
    """Replace the caller's dashboard with an exported one."""
    return _save_layout(call, "/dashboards/import")


@endpoint("dashboards/export")
def export(call: Call) -> Answer:
    """Export the caller's dashboard, for import elsewhere."""
    return Json({"value": services.dashboard(call.actor)})


@endpoint("dashboards/listTemplates")
def list_templates(call: Call) -> Answer:
    """List the saved layouts."""
    return Json([{"Dashboard": template_dict(template)} for template in services.templates(call.actor)])


@endpoint("dashboards/saveTemplate", writes=True)
def save_template(call: Call) -> Answer:
    """Save a layout, or change one of the caller's own: ``/dashboards/saveTemplate/<id>``."""
    try:
        template = services.save_template(call.actor, call.data("Dashboard"), call.arg(0))
    except Invalid as error:
        raise SaveFailed("save the template", "/dashboards/saveTemplate", error.errors) from error
    return Json({"Dashboard": template_dict(template)})


@endpoint("dashboards/deleteTemplate", writes=True)
def delete_template(call: Call) -> Answer:
    """Delete a dashboard template."""
    services.delete_template(call.actor, call.arg(0))
    return saved("Dashboard template deleted.", f"/dashboards/deleteTemplate/{call.arg(0)}", id=call.arg(0))


def _save_layout(call: Call, url: str) -> Answer:
    data = call.data("Dashboard")
    value = data.get("value", call.body if isinstance(call.body, list) else None)
    try:
        services.set_dashboard(call.actor, value)
    except Invalid as error:
        raise SaveFailed("save the dashboard", url, error.errors) from error
    return saved("Settings updated.", url)
