"""Endpoints for one field of an attribute, object or event: toggle, edit, view."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Text, not_toggled, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.toggles import Switch, switch_attribute, switch_event_correlation
from vardkase.intel.queries.find import find_attribute, find_event, find_object
from vardkase.intel.services.objects import edit_object
from vardkase.misp.time import render_seen

SEEN = ("first_seen", "last_seen")
OF_ATTRIBUTES = ("value", "category", "type", "comment", "to_ids", "distribution", *SEEN)
OF_OBJECTS = ("comment", "distribution", *SEEN)


@endpoint("attributes/toggle_correlation", requires=(Permission.ADD,), writes=True)
def toggle_correlation(call: Call) -> Answer:
    """Exclude an attribute from correlation, or include it again."""
    disabled = _toggle(call, "disable_correlation")
    return _correlation(call, "/attributes/toggleCorrelation", disabled)


@endpoint("attributes/toggle_to_ids", requires=(Permission.ADD,), writes=True)
def toggle_to_ids(call: Call) -> Answer:
    """Toggle whether an attribute is used for detection (to_ids)."""
    to_ids = _toggle(call, "to_ids")
    text = "IDS flag set." if to_ids else "IDS flag removed."
    return saved(text, f"/attributes/toggleToIDS/{call.arg(0)}", id=call.arg(0))


@endpoint("events/toggle_correlation", requires=(Permission.ADD,), writes=True)
def toggle_event_correlation(call: Call) -> Answer:
    """Exclude a whole event from correlation, or include it again."""
    event = find_event(call.actor, call.arg(0))
    disabled = switch_event_correlation(call.actor, event.id)
    return _correlation(call, "/events/toggleCorrelation", disabled)


@endpoint("attributes/edit_field", requires=(Permission.ADD,), writes=True)
def edit_attribute_field(call: Call) -> Answer:
    """Edit one field of an attribute."""
    return _edit(call, _single_field(call.data("Attribute"), OF_ATTRIBUTES), edit_attribute)


@endpoint("objects/edit_field", requires=(Permission.ADD,), writes=True)
def edit_object_field(call: Call) -> Answer:
    """Edit one field of an object; its attributes are kept."""
    find_object(call.actor, call.arg(0))  # A deleted one is not brought back by a comment.
    return _edit(call, _single_field(call.data("Object"), OF_OBJECTS), edit_object)


@endpoint(
    "attributes/fetch_view_value",
    describes=Description(url="/attributes/fetchViewValue/[attribute_id]/[field]"),
)
def fetch_attribute_value(call: Call) -> Answer:
    """Return one field of an attribute as text: ``/attributes/fetchViewValue/<id>/<field>``."""
    return _field_answer(find_attribute(call.actor, call.arg(0)), call.arg(1), (*OF_ATTRIBUTES, "timestamp"))


@endpoint(
    "objects/fetch_view_value", describes=Description(url="/objects/fetchViewValue/[object_id]/[field]")
)
def fetch_object_value(call: Call) -> Answer:
    """Return one field of an object as text."""
    return _field_answer(find_object(call.actor, call.arg(0)), call.arg(1), (*OF_OBJECTS, "timestamp"))


def _toggle(call: Call, switch: Switch) -> bool:
    try:
        return switch_attribute(call.actor, call.arg(0), switch)
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing


def _correlation(call: Call, url: str, disabled: bool) -> Answer:
    text = "Correlation disabled." if disabled else "Correlation enabled."
    return saved(text, f"{url}/{call.arg(0)}", id=call.arg(0))


def _single_field(sent: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    named = {name: value for name, value in sent.items() if name in allowed}
    if len(named) != 1:
        raise MispError(400, f"Exactly one field is expected: {', '.join(allowed)}.")
    return named


def _edit(call: Call, change: dict[str, Any], edit: Any) -> Answer:
    try:
        edit(call.actor, call.arg(0), change)
    except Invalid as refused:
        return not_toggled(refused.errors)
    return toggled("Field updated.", check_publish=True)


def _field_answer(row: Any, field: str, readable: tuple[str, ...]) -> Answer:
    if field not in readable:
        raise MispError(404, "Invalid field requested.")
    value = getattr(row, field)
    if field in SEEN and value is not None:
        value = render_seen(value)
    return Text("" if value is None else str(int(value) if isinstance(value, bool) else value))
