"""Adding content to an event from a document (events/populate) or another event (events/merge)."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import decoded
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.merging import parts_to_merge
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_modify_event
from vardkase.misp.flags import as_bool
from vardkase.misp.fresh_uuids import PARTS, with_fresh_uuids

TAKEN = (*PARTS, "Tag")
NO_DOCUMENT = "Expected an event document, or its JSON as text in the member json."


@endpoint(
    "events/populate",
    requires=(Permission.ADD,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "POST an event document to this API to add its attributes, objects, tags and reports to an event.",
        (),
        ["Attribute", "Object", "Tag", "EventReport", "json"],
        "/events/populate/[event_id]/[regenerate_uuids]",
    ),
)
def populate(call: Call) -> Answer:
    """Add the parts of a document to an event; with a true second argument they get new uuids."""
    event = find_event(call.actor, call.arg(0))
    body: Any = call.data("Event")
    if "json" in body:
        body = decoded(body["json"])
    if isinstance(body, dict) and isinstance(body.get("Event"), dict):
        body = body["Event"]
    if not isinstance(body, dict):
        raise MispError(400, NO_DOCUMENT)
    document = {name: body[name] for name in TAKEN if name in body}
    if as_bool(call.arg(1) or call.named.get("regenerateUUIDs")):
        document = with_fresh_uuids(document)
    return added(call, event, document)


@endpoint(
    "events/merge",
    requires=(Permission.MODIFY,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "POST the id of an event to this API to add what it holds to another one.",
        ["source_id"],
        (),
        "/events/merge/[target_id]",
    ),
)
def merge(call: Call) -> Answer:
    """Copy the contents of one event into another; values that exist already are skipped."""
    target = find_event(call.actor, call.arg(0))
    if not may_modify_event(call.actor, target):
        raise NotOwned
    source = find_event(call.actor, call.arg(1) or str(call.data("Event").get("source_id") or ""))
    if source.id == target.id:
        raise MispError(400, "An event cannot be merged with itself.")
    try:
        document = parts_to_merge(call.actor, source)
    except Invalid as refused:
        raise SaveFailed("merge Event", f"/events/merge/{target.id}", refused.errors) from refused
    return added(call, target, document)
