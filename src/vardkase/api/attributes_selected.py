"""attributes/editSelected: many attributes of one event changed together."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, toggled
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.tagging import listed
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.mass_edit import MassEdit, edit_selected
from vardkase.intel.services.tagging_many import attributes_by_event
from vardkase.misp.flags import as_bool, as_int

URL = "/attributes/editSelected"
AS_IT_IS = {"to_ids": "2", "distribution": "6"}
"""What MISP's form sends for "do not alter"."""


@endpoint("attributes/edit_selected", requires=(Permission.ADD,), writes=True)
def edit_selected_attributes(call: Call) -> Answer:
    """Change what is sent of ``attribute_ids``, all or none: reach, detection, comment, tags and clusters."""
    body = call.data("Attribute")
    try:
        event = find_event(call.actor, call.arg(0) or str(body.get("event_id") or "")).id
    except NotFound:
        raise MispError(404, "Invalid event") from None
    chosen = attributes_by_event(call.actor, listed(body.get("attribute_ids"))).get(event, [])
    if not chosen:
        raise MispError(404, "Invalid attribute")
    try:
        edit_selected(call.actor, event, chosen, _changes(body))
    except Invalid as error:
        raise SaveFailed("editSelected Attribute", URL, error.errors) from None
    return toggled("Attributes saved.", check_publish=True)


def _changes(body: dict[str, Any]) -> MassEdit:
    sent = {
        name: value for name, value in body.items() if value is not None and str(value) != AS_IT_IS.get(name)
    }
    comment = sent.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise Invalid({"comment": ["A text is expected."]})
    reach = as_int(sent["distribution"], -1) if "distribution" in sent else None
    return MassEdit(
        to_ids=as_bool(sent["to_ids"]) if "to_ids" in sent else None,
        distribution=reach,
        sharing_group_id=as_int(sent.get("sharing_group_id")),
        comment=comment,
        tags_on=listed(sent.get("tags_ids_add")),
        tags_off=listed(sent.get("tags_ids_remove")),
        clusters_on=listed(sent.get("clusters_ids_add")),
        clusters_off=listed(sent.get("clusters_ids_remove")),
    )
