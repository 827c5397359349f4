"""The older routes that tag events and attributes by numeric id, as MISP's own pages do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from vardkase.api.answers import Toggled, not_toggled, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Local, Reference, Segment, Texts, listed
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.editing.tagging import attach_tag, detach_tag
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.services.bulk_tagging import attributes_by_event, tag_selected
from vardkase.knowledge.tag_collections.queries import without_collections

NOT_ADDED = "Tag could not be added."


class TagOfEvent(Body, kw_only=True):
    model = "Event"

    tag: Texts = []
    event: Reference = ""
    id: Reference = ""


class TagOfAttribute(Body, kw_only=True):
    model = "Attribute"

    tag: Texts = []
    attribute: Reference = ""
    id: Reference = ""


class TagOfAttributes(TagOfAttribute, kw_only=True):
    attribute_ids: Texts | None = None
    event: Reference = ""


class TagQuery(Params, kw_only=True):
    local: Local = False


@endpoint("events/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_to_event(
    call: Call, event_id: Segment = "", tag: Segment = "", *, body: TagOfEvent, params: TagQuery
) -> Toggled:
    """Add a tag, or a JSON list of tags, to an event."""
    reference = event_id or body.event or body.id
    try:
        target = find_event(call.actor, reference).uuid
        return _add(call.actor, "event", target, listed(tag) or body.tag, params)
    except NotFound:
        return not_toggled("Invalid event.")


@endpoint("attributes/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_to_attribute(
    call: Call, attribute_id: Segment = "", tag: Segment = "", *, body: TagOfAttributes, params: TagQuery
) -> Toggled:
    """Add a tag, or a JSON list of tags, to an attribute, or with ``/selected`` to all ``attribute_ids``."""
    tags = listed(tag) or body.tag
    if attribute_id == "selected" or body.attribute_ids is not None:
        return _add_to_selected(call.actor, body, tags, params)
    reference = attribute_id or body.attribute or body.id
    try:
        target = find_attribute(call.actor, reference).uuid
        return _add(call.actor, "attribute", target, tags, params)
    except NotFound:
        raise MispError(404, "Invalid attribute") from None


@endpoint("events/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_from_event(
    call: Call, event_id: Segment = "", tag: Segment = "", *, body: TagOfEvent, params: TagQuery
) -> Toggled:
    """Remove a tag from an event."""
    reference = event_id or body.event or body.id
    return _remove(call.actor, "event", partial(find_event, call.actor, reference), listed(tag) or body.tag)


@endpoint("attributes/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_from_attribute(
    call: Call, attribute_id: Segment = "", tag: Segment = "", *, body: TagOfAttribute, params: TagQuery
) -> Toggled:
    """Remove a tag from an attribute."""
    find = partial(find_attribute, call.actor, attribute_id or body.attribute or body.id)
    return _remove(call.actor, "attribute", find, listed(tag) or body.tag)


def _add(actor: Actor, kind: str, target: UUID, tags: list[str], params: TagQuery) -> Toggled:
    try:
        tags = without_collections(actor, tags)
    except NotFound as error:
        return not_toggled(error.wire)
    refused = [reason for tag in tags if (reason := _refusal(actor, target, tag, kind, local=params.local))]
    if len(refused) == len(tags):
        return not_toggled(refused[0] if refused else NOT_ADDED)
    if refused:
        text = f"Tag added, but {len(refused)} could not be added: {', '.join(dict.fromkeys(refused))}"
        return toggled(text, check_publish=True)
    return toggled("Tag added.", check_publish=True)


def _add_to_selected(actor: Actor, body: TagOfAttributes, tags: list[str], params: TagQuery) -> Toggled:
    chosen = attributes_by_event(actor, body.attribute_ids or [])
    if body.event:
        try:
            number = find_event(actor, body.event).id
        except NotFound:
            return not_toggled("Invalid event.")
        chosen = {number: chosen[number]} if number in chosen else {}
    if not chosen:
        raise MispError(404, "Invalid attribute")
    try:
        added = tag_selected(actor, chosen, without_collections(actor, tags), local=params.local)
    except (Forbidden, Invalid, NotFound) as error:
        return not_toggled(error.wire or NOT_ADDED)
    if not added:
        return not_toggled(NOT_ADDED)
    return toggled(f"Tag added to {added} attribute(s).", check_publish=True)


def _refusal(actor: Actor, target: UUID, tag: str, kind: str, *, local: bool) -> str:
    try:
        attached = attach_tag(actor, target, tag, local=local, exclusive=True)
    except (Forbidden, Invalid) as error:
        return error.wire or NOT_ADDED
    return "" if attached.changed else f"Tag is already attached to this {kind}."


def _remove(actor: Actor, kind: str, find: Callable[[], EventRow | AttributeRow], tags: list[str]) -> Toggled:
    try:
        detach_tag(actor, find().uuid, tags[0] if tags else "")
    except (NotFound, Conflict, Invalid):
        return not_toggled(f"Invalid {kind} - tag combination.")
    except Forbidden as error:
        return not_toggled(error.wire or "You do not have permission to do that.")
    return toggled("Tag removed.", check_publish=True)
