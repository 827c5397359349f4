"""Endpoints of events: add, edit, delete, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from vardkase.api.answers import Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.protection import signed_document
from vardkase.api.events.reading import event_answer
from vardkase.api.fields import (
    AnyText,
    Anything,
    Attributes,
    Flag,
    Mandatory,
    Objects,
    Parts,
    Tags,
)
from vardkase.api.inputs import Body, Params, UploadOptions, field
from vardkase.api.problems import PartRequestProblem
from vardkase.api.request import Call
from vardkase.api.shared_inputs import with_columns
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.formats.misp_json import EventOptions
from vardkase.hub.policy.approvals.queries import waiting_of_event
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.deletion import delete_events
from vardkase.intel.errors import EventBlocked, EventExists, SharingGroupRefused, SignatureRefused
from vardkase.intel.kernel.results import Ingested
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_event, unpublish_event

WAITS = (
    "The event is not published yet: your organisation's MISP policy asks for a second person to approve it."
)


class EventChanges(Body, kw_only=True):
    model = "Event"

    attributes: Attributes = field(name="Attribute", default=None)
    objects: Objects = field(name="Object", default=None)
    tags: Tags = field(name="Tag", default=None)
    reports: Parts = field(name="EventReport", default=None)


class EventBody(EventChanges, kw_only=True):
    lazy = "Attribute"

    info: Mandatory[AnyText] = None


class StoredOptions(UploadOptions, kw_only=True):
    metadata: Flag = False


class EventIds(Params, kw_only=True):
    id: Anything = ""


class Confirmation(Params, kw_only=True):
    confirm_tlp: Flag = False


@endpoint(
    "events/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description("Store a new event with everything in it."),
    inputs={"body": with_columns(EventBody, Event)},
    answers="Event",
)
def add(call: Call, *, body: EventBody, options: StoredOptions) -> Stream:
    """Store an event and return it; with ``/metadata:1`` only its header."""
    if not body.sent and call.sends_nothing:
        raise MispError(405, "No valid event data received.")
    try:
        document = _exported(body.sent) if call.sends_xml else body.sent
        stored = add_event(call.actor, document, signed_document(call))
    except (SharingGroupRefused, SignatureRefused) as refused:
        # MISP answers 405 here, and 403 when an attribute names the same sharing group.
        raise MispError(405, refused.wire) from refused
    except EventExists as exists:
        # MISP answers 404 for an event that exists, and says in Location where it is.
        raise MispError(404, exists.wire, headers=_location(call, exists)) from exists
    except EventBlocked as blocked:
        raise MispError(403, blocked.wire) from blocked
    except Invalid as invalid:
        raise SaveFailed("add Event", "/events/add", {"Event": invalid.errors}) from invalid
    return _stored_event(call, stored, options)


def _exported(sent: dict[str, Any]) -> dict[str, Any]:
    """The event of an XML export, ``<response><Event>…``; raises Invalid if there are several.

    MISP does not accept this wrapper in JSON.
    """
    for wrapper in ("response", "Event"):
        held = sent.get(wrapper)
        if isinstance(held, list) and len(held) > 1:
            raise Invalid({wrapper: [PartRequestProblem.SEVERAL_EVENTS()]})
        if isinstance(held, list) and held:
            held = held[0]
        if isinstance(held, dict):
            sent = held
    return sent


def _location(call: Call, exists: EventExists) -> dict[str, str]:
    try:
        existing = find_event(call.actor, exists.existing_id or 0)
    except NotFound:
        return {}
    return {"Location": f"{call.base_url}/events/{existing.id}"}


@endpoint(
    "events/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description("Merge a document into an event.", url="/events/edit/[event_id]"),
    inputs={"body": with_columns(EventChanges, Event)},
    answers="Event",
)
def edit(call: Call, event_id: str, *, body: EventChanges, options: StoredOptions) -> Stream:
    """Merge a document into an event; returns the complete event."""
    event = find_event(call.actor, event_id)
    try:
        stored = edit_event(call.actor, event.id, body.sent, signed_document(call))
    except SignatureRefused as refused:
        raise MispError(405, refused.wire) from refused
    except SharingGroupRefused as refused:
        raise _not_edited(event.id, EventProblem.NOT_SAVED(reason=refused.problem)) from refused
    except Invalid as invalid:
        raise _not_edited(event.id, invalid.errors) from invalid
    return _stored_event(call, stored, options)


@endpoint("events/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, event_id: str = "", *, params: EventIds) -> Saved:
    """Delete one event, or all events in the body's ``id`` list."""
    reference = event_id or params.id
    references = reference if isinstance(reference, list) else [reference]
    try:
        ids = {find_event(call.actor, each_reference).id for each_reference in references}
        delete_events(call.actor, ids)
    except (Forbidden, NotFound) as refused:
        # As in MISP, an event that is unknown and one that the caller may not delete get the same 403.
        raise SaveFailed("delete Event", "/events/delete", "Event was not deleted.") from refused
    if isinstance(reference, list):
        return saved(f"{len(ids)} events deleted." if len(ids) > 1 else "Event deleted.", "/events/delete")
    return saved("Event deleted.", f"/events/delete/{reference}", id=str(reference))


@endpoint("events/publish", requires=(Permission.PUBLISH,), writes=True)
def publish(call: Call, event_id: str, *, params: Confirmation) -> Saved:
    """Publish an event without notifying users by mail."""
    return _publish(call.actor, event_id, "publish", params)


@endpoint("events/alert", requires=(Permission.PUBLISH,), writes=True)
def alert(call: Call, event_id: str, *, params: Confirmation) -> Saved:
    """Publish an event and notify users by mail."""
    return _publish(call.actor, event_id, "alert", params, notify=True)


@endpoint("events/unpublish", requires=(Permission.MODIFY,), writes=True)
def unpublish(call: Call, event_id: str) -> Saved:
    """Set an event back to unpublished."""
    event = find_event(call.actor, event_id, missing=EventProblem.NOT_FOUND_TO_MERGE)
    _change_event(call.actor, event.id, unpublish_event)
    return saved("Event unpublished.", f"/events/unpublish/{event.id}", id=str(event.id))


def _publish(
    actor: Actor, event_id: str, action: str, params: Confirmation, *, notify: bool = False
) -> Saved:
    """Publish; returns 202 and the pending request if a second person has to approve."""
    event = find_event(actor, event_id, missing=EventProblem.NOT_FOUND_TO_FILL)
    url = f"/events/{action}/{event.id}"
    service = partial(publish_event, notify=notify, confirmed=params.confirm_tlp)
    if _change_event(actor, event.id, service).published:
        return saved("Job queued", url, id=str(event.id))
    waiting = waiting_of_event(actor, event.id)
    number = {"approval_id": str(waiting.pk)} if waiting else {}
    return replace(saved(WAITS, url, id=str(event.id), **number), status=202)


def _stored_event(call: Call, stored: Ingested, options: StoredOptions) -> Stream:
    if stored.is_quarantined:
        raise MispError(403, EventProblem.QUARANTINED().wire)
    headers = {"X-Rejected-Parts": str(len(stored.rejections.errors))} if stored.rejections else {}
    if stored.waits:
        headers["X-Waits-For-Approval"] = "1"
    return event_answer(call, stored.event_id, EventOptions(metadata=options.metadata), headers)


def _not_edited(event_id: int, errors: Any) -> SaveFailed:
    return SaveFailed("edit Event", f"/events/edit/{event_id}", errors, id=str(event_id))


def _change_event(actor: Actor, event_id: int, service: Callable[[Actor, int], Event]) -> Event:
    """Run a service on one event; MISP returns 405 if the actor may not change the event."""
    try:
        return service(actor, event_id)
    except (Forbidden, Conflict) as refused:
        raise MispError(405, refused.wire) from refused
    except NotFound as missing:
        raise MispError(404, "Invalid event") from missing
