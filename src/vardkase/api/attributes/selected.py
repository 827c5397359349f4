"""Endpoints that edit, delete or replace several attributes of one event at once."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import listed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attribute_replacement import replace_attributes
from vardkase.intel.editing.bulk_edit import delete_attributes
from vardkase.intel.queries.find import attributes_in, find_event
from vardkase.intel.services.bulk_tagging import attributes_by_event
from vardkase.intel.services.mass_edit import MassEdit, edit_selected
from vardkase.misp.flags import as_bool, as_int

URL = "/attributes/editSelected"
DELETE_URL = "/attributes/deleteSelected"
AS_IT_IS = {"to_ids": "2", "distribution": "6"}
"""What MISP's form sends for "do not alter"."""


@endpoint("attributes/edit_selected", requires=(Permission.ADD,), writes=True)
def edit_selected_attributes(call: Call) -> Answer:
    """Edit distribution, to_ids, comment, tags and clusters of the attributes in ``attribute_ids``, all or
    none."""
    body = call.data("Attribute")
    event = _event(call, body)
    chosen = attributes_by_event(call.actor, listed(body.get("attribute_ids"))).get(event, [])
    if not chosen:
        raise MispError(404, "Invalid attribute")
    try:
        sent = {
            name: value
            for name, value in body.items()
            if value is not None and str(value) != AS_IT_IS.get(name)
        }
        comment = sent.get("comment")
        if comment is not None and not isinstance(comment, str):
            raise Invalid({"comment": [CommonProblem.NOT_TEXT()]})
        reach = as_int(sent["distribution"], -1) if "distribution" in sent else None
        changes = MassEdit(
            to_ids=as_bool(sent["to_ids"]) if "to_ids" in sent else None,
            distribution=reach,
            sharing_group_id=as_int(sent.get("sharing_group_id")),
            comment=comment,
            tags_on=listed(sent.get("tags_ids_add")),
            tags_off=listed(sent.get("tags_ids_remove")),
            clusters_on=listed(sent.get("clusters_ids_add")),
            clusters_off=listed(sent.get("clusters_ids_remove")),
        )
        edit_selected(call.actor, event, chosen, changes)
    except Invalid as error:
        raise SaveFailed("editSelected Attribute", URL, error.errors) from None
    return toggled("Attributes saved.", check_publish=True)


@endpoint(
    "attributes/delete_selected",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Delete several attributes of an event.",
        ("id",),
        ("event_id", "allow_hard_delete"),
        url="/attributes/deleteSelected/[event_id]",
    ),
)
def delete_selected(call: Call) -> Answer:
    """Delete the attributes in ``id`` ("all" for every one), softly, or permanently with
    ``allow_hard_delete``."""
    body = call.data("Attribute")
    event = _event(call, body)
    named = body.get("ids_delete", body.get("id"))
    hard = as_bool(body.get("allow_hard_delete"))
    chosen = (
        attributes_in(call.actor, event)
        if named == "all"
        else attributes_by_event(call.actor, listed(named)).get(event, [])
    )
    if named == "all" and not chosen:
        raise MispError(404, "No matching attributes found.")
    try:
        deleted = delete_attributes(call.actor, event, chosen, hard=hard)
    except NotFound:
        raise SaveFailed("deleteSelected Attribute", DELETE_URL, "No matching attributes.") from None
    text = f"{deleted} attribute{'' if deleted == 1 else 's'} deleted."
    return saved(text, f"{DELETE_URL}/{event}", id=str(event))


@endpoint(
    "attributes/attribute_replace",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Make the attributes of one category and type read as the lines sent.",
        ("category", "type", "value"),
        ("to_ids", "distribution", "sharing_group_id", "comment"),
        url="/attributes/attributeReplace/[event_id]",
    ),
)
def attribute_replace(call: Call) -> Answer:
    """Replace the attributes of one category and type; values that remain are not touched."""
    body = call.data("Attribute")
    event = _event(call, body)
    values = body.get("value")
    lines = values if isinstance(values, list) else str(values or "").splitlines()
    try:
        replaced = replace_attributes(call.actor, event, body, lines)
    except Invalid as error:
        raise SaveFailed("attributeReplace Attribute", "/attributes/attributeReplace", error.errors) from None
    text = f"Values replaced: {replaced.added} added, {replaced.deleted} deleted."
    return toggled(text, check_publish=True)


def _event(call: Call, body: dict[str, Any]) -> int:
    try:
        return find_event(call.actor, call.arg(0) or str(body.get("event_id") or "")).id
    except NotFound:
        raise MispError(404, "Invalid event") from None
