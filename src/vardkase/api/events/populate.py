"""Adding content to an event from a document (events/populate) or another event (events/merge)."""

from __future__ import annotations

from vardkase.api.answers import Saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import (
    Anything,
    Attributes,
    Flag,
    Mandatory,
    Objects,
    Parts,
    Reference,
    Tags,
    decoded,
)
from vardkase.api.inputs import Body, UploadOptions, field
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


class PartsBody(Body, kw_only=True):
    model = "Event"

    attributes: Attributes = field(name="Attribute", default=None)
    objects: Objects = field(name="Object", default=None)
    tags: Tags = field(name="Tag", default=None)
    reports: Parts = field(name="EventReport", default=None)
    json: Anything = None


class PopulateOptions(UploadOptions, kw_only=True):
    regenerate_uuids: Flag = field(name="regenerateUUIDs", default=False)


class SourceBody(Body, kw_only=True):
    model = "Event"

    source_id: Mandatory[Reference] = ""


@endpoint(
    "events/populate",
    requires=(Permission.ADD,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "POST an event document to this API to add its attributes, objects, tags and reports to an event.",
        url="/events/populate/[event_id]/[regenerate_uuids]",
    ),
)
def populate(
    call: Call, event_id: str, regenerate_uuids: str = "", *, body: PartsBody, options: PopulateOptions
) -> Saved:
    """Add the parts of a document to an event; with a true second argument they get new uuids."""
    event = find_event(call.actor, event_id)
    sent = decoded(body.sent["json"]) if "json" in body.sent else body.sent
    if isinstance(sent, dict) and isinstance(sent.get("Event"), dict):
        sent = sent["Event"]
    if not isinstance(sent, dict):
        raise MispError(400, NO_DOCUMENT)
    document = {name: sent[name] for name in TAKEN if name in sent}
    if as_bool(regenerate_uuids) or options.regenerate_uuids:
        document = with_fresh_uuids(document)
    return added(call, event, document)


@endpoint(
    "events/merge",
    requires=(Permission.MODIFY,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "POST the id of an event to this API to add what it holds to another one.",
        url="/events/merge/[target_id]",
    ),
)
def merge(call: Call, target_id: str, source_id: str = "", *, body: SourceBody) -> Saved:
    """Copy the contents of one event into another; values that exist already are skipped."""
    target = find_event(call.actor, target_id)
    if not may_modify_event(call.actor, target):
        raise NotOwned
    source = find_event(call.actor, source_id or body.source_id)
    if source.id == target.id:
        raise MispError(400, "An event cannot be merged with itself.")
    try:
        document = parts_to_merge(call.actor, source)
    except Invalid as refused:
        raise SaveFailed("merge Event", f"/events/merge/{target.id}", refused.errors) from refused
    return added(call, target, document)
