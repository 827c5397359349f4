"""Endpoints that edit, delete or replace several attributes of one event at once."""

from __future__ import annotations

from vardkase.api.answers import Saved, Toggled, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import (
    AnyFlag,
    AnyText,
    Anything,
    Flag,
    Mandatory,
    Reference,
    Texts,
    listed,
)
from vardkase.api.finding import event_or_404
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.api.shared_inputs import PartBody
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attribute_replacement import replace_attributes
from vardkase.intel.editing.bulk_edit import delete_attributes
from vardkase.intel.queries.find import attributes_in
from vardkase.intel.services.bulk_tagging import attributes_by_event
from vardkase.intel.services.mass_edit import MassEdit, edit_selected
from vardkase.misp.flags import as_bool, as_int

URL = "/attributes/editSelected"
DELETE_URL = "/attributes/deleteSelected"
AS_IT_IS = {"to_ids": "2", "distribution": "6"}
"""What MISP's form sends for "do not alter"."""


class EditedSelection(PartBody, kw_only=True):
    model = "Attribute"

    event_id: Reference = ""
    attribute_ids: Texts = []
    to_ids: AnyFlag = None
    tags_ids_add: Texts = []
    tags_ids_remove: Texts = []
    clusters_ids_add: Texts = []
    clusters_ids_remove: Texts = []


class DeletedSelection(Body, kw_only=True):
    model = "Attribute"

    event_id: Reference = ""
    id: Mandatory[Anything] = None
    ids_delete: Anything = None
    allow_hard_delete: Flag = False


class ReplacementBody(PartBody, kw_only=True):
    model = "Attribute"

    event_id: Reference = ""
    category: Mandatory[AnyText] = None
    type: Mandatory[AnyText] = None
    value: Mandatory[Anything] = None
    to_ids: AnyFlag = None


@endpoint("attributes/edit_selected", requires=(Permission.ADD,), writes=True)
def edit_selected_attributes(call: Call, event_id: str = "", *, body: EditedSelection) -> Toggled:
    """Edit distribution, to_ids, comment, tags and clusters of the attributes in ``attribute_ids``, all or
    none."""
    event = event_or_404(call.actor, event_id or body.event_id).id
    chosen = attributes_by_event(call.actor, body.attribute_ids).get(event, [])
    if not chosen:
        raise MispError(404, "Invalid attribute")
    try:
        sent = {
            name: value
            for name, value in body.sent.items()
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
            tags_on=body.tags_ids_add,
            tags_off=body.tags_ids_remove,
            clusters_on=body.clusters_ids_add,
            clusters_off=body.clusters_ids_remove,
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
        url="/attributes/deleteSelected/[event_id]",
    ),
)
def delete_selected(call: Call, event_id: str = "", *, body: DeletedSelection) -> Saved:
    """Delete the attributes in ``id`` ("all" for every one), softly, or permanently with
    ``allow_hard_delete``."""
    event = event_or_404(call.actor, event_id or body.event_id).id
    named = body.id if body.ids_delete is None else body.ids_delete
    chosen = (
        attributes_in(call.actor, event)
        if named == "all"
        else attributes_by_event(call.actor, listed(named)).get(event, [])
    )
    if named == "all" and not chosen:
        raise MispError(404, "No matching attributes found.")
    try:
        deleted = delete_attributes(call.actor, event, chosen, hard=body.allow_hard_delete)
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
        url="/attributes/attributeReplace/[event_id]",
    ),
)
def attribute_replace(call: Call, event_id: str = "", *, body: ReplacementBody) -> Toggled:
    """Replace the attributes of one category and type; values that remain are not touched."""
    event = event_or_404(call.actor, event_id or body.event_id).id
    lines = body.value if isinstance(body.value, list) else str(body.value or "").splitlines()
    try:
        replaced = replace_attributes(call.actor, event, body.sent, lines)
    except Invalid as error:
        raise SaveFailed("attributeReplace Attribute", "/attributes/attributeReplace", error.errors) from None
    text = f"Values replaced: {replaced.added} added, {replaced.deleted} deleted."
    return toggled(text, check_publish=True)
