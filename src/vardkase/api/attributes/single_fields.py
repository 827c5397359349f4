"""Endpoints for one field of an attribute, object or event: toggle, edit, view."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Saved, Text, Toggled, not_toggled, saved, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import AnyFlag, AnyText, Distribution, Seen, Value
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.toggles import Switch, switch_attribute, switch_event_correlation
from vardkase.intel.queries.find import find_attribute, find_event, find_object
from vardkase.intel.services.objects import edit_object
from vardkase.misp.time import render_seen

SEEN = ("first_seen", "last_seen")
OF_ATTRIBUTES = ("value", "category", "type", "comment", "to_ids", "distribution", *SEEN)
OF_OBJECTS = ("comment", "distribution", *SEEN)


class ObjectField(Body, kw_only=True):
    model = "Object"

    comment: AnyText = None
    distribution: Distribution = None
    first_seen: Seen = None
    last_seen: Seen = None


class AttributeField(ObjectField, kw_only=True):
    model = "Attribute"

    value: Value = None
    category: AnyText = None
    type: AnyText = None
    to_ids: AnyFlag = None


@endpoint("attributes/toggle_correlation", requires=(Permission.ADD,), writes=True)
def toggle_correlation(call: Call, attribute_id: str) -> Saved:
    """Exclude an attribute from correlation, or include it again."""
    disabled = _toggle(call.actor, attribute_id, "disable_correlation")
    return _correlation("/attributes/toggleCorrelation", attribute_id, disabled)


@endpoint("attributes/toggle_to_ids", requires=(Permission.ADD,), writes=True)
def toggle_to_ids(call: Call, attribute_id: str) -> Saved:
    """Toggle whether an attribute is used for detection (to_ids)."""
    to_ids = _toggle(call.actor, attribute_id, "to_ids")
    text = "IDS flag set." if to_ids else "IDS flag removed."
    return saved(text, f"/attributes/toggleToIDS/{attribute_id}", id=attribute_id)


@endpoint("events/toggle_correlation", requires=(Permission.ADD,), writes=True)
def toggle_event_correlation(call: Call, event_id: str) -> Saved:
    """Exclude a whole event from correlation, or include it again."""
    event = find_event(call.actor, event_id)
    disabled = switch_event_correlation(call.actor, event.id)
    return _correlation("/events/toggleCorrelation", event_id, disabled)


@endpoint("attributes/edit_field", requires=(Permission.ADD,), writes=True)
def edit_attribute_field(call: Call, attribute_id: str, *, body: AttributeField) -> Toggled:
    """Edit one field of an attribute."""
    return _edit(call.actor, attribute_id, _single_field(body.sent, OF_ATTRIBUTES), edit_attribute)


@endpoint("objects/edit_field", requires=(Permission.ADD,), writes=True)
def edit_object_field(call: Call, object_id: str, *, body: ObjectField) -> Toggled:
    """Edit one field of an object; its attributes are kept."""
    find_object(call.actor, object_id)  # A deleted one is not brought back by a comment.
    return _edit(call.actor, object_id, _single_field(body.sent, OF_OBJECTS), edit_object)


@endpoint("attributes/fetch_view_value")
def fetch_attribute_value(call: Call, attribute_id: str, field: str) -> Text:
    """Return one field of an attribute as text."""
    found = find_attribute(call.actor, attribute_id)
    return _field_answer(call.actor, found, field, (*OF_ATTRIBUTES, "timestamp"))


@endpoint("objects/fetch_view_value")
def fetch_object_value(call: Call, object_id: str, field: str) -> Text:
    """Return one field of an object as text."""
    found = find_object(call.actor, object_id)
    return _field_answer(call.actor, found, field, (*OF_OBJECTS, "timestamp"))


def _toggle(actor: Actor, attribute_id: str, switch: Switch) -> bool:
    try:
        return switch_attribute(actor, attribute_id, switch)
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing


def _correlation(url: str, id: str, disabled: bool) -> Saved:
    text = "Correlation disabled." if disabled else "Correlation enabled."
    return saved(text, f"{url}/{id}", id=id)


def _single_field(sent: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    named = {name: value for name, value in sent.items() if name in allowed}
    if len(named) != 1:
        raise MispError(400, f"Exactly one field is expected: {', '.join(allowed)}.")
    return named


def _edit(actor: Actor, id: str, change: dict[str, Any], edit: Any) -> Toggled:
    try:
        edit(actor, id, change)
    except Invalid as refused:
        return not_toggled(refused.errors)
    return toggled("Field updated.", check_publish=True)


def _field_answer(actor: Actor, row: Any, field: str, readable: tuple[str, ...]) -> Text:
    if field not in readable:
        raise MispError(404, "Invalid field requested.")
    record_fetch(actor, FetchChannel.API, FetchedKind.EVENT, [row.event_id])
    value = getattr(row, field)
    if field in SEEN and value is not None:
        value = render_seen(value)
    return Text("" if value is None else str(int(value) if isinstance(value, bool) else value))
