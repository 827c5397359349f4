"""The older routes that tag events and attributes by numeric id, as MISP's own pages do."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from vardkase.api.answers import Answer, not_toggled, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import listed
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.tagging import attach_tag, detach_tag
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.services.bulk_tagging import attributes_by_event, tag_selected
from vardkase.knowledge.tag_collections.queries import without_collections
from vardkase.misp.flags import as_bool

NOT_ADDED = "Tag could not be added."

type Find = Callable[[Actor, str], UUID]


def _event(actor: Actor, reference: str) -> UUID:
    return find_event(actor, reference).uuid


def _attribute(actor: Actor, reference: str) -> UUID:
    return find_attribute(actor, reference).uuid


@endpoint("events/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_to_event(call: Call) -> Answer:
    """Add a tag, or a JSON list of tags, to an event."""
    try:
        return _add(call, "event", _event)
    except NotFound:
        return not_toggled("Invalid event.")


@endpoint("attributes/add_tag", requires=(Permission.TAGGER,), writes=True)
def add_to_attribute(call: Call) -> Answer:
    """Add a tag, or a JSON list of tags, to an attribute, or with ``/selected`` to all ``attribute_ids``."""
    if call.arg(0) == "selected" or "attribute_ids" in call.data("Attribute"):
        return _add_to_selected(call)
    try:
        return _add(call, "attribute", _attribute)
    except NotFound:
        raise MispError(404, "Invalid attribute") from None


@endpoint("events/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_from_event(call: Call) -> Answer:
    """Remove a tag from an event."""
    return _remove(call, "event", _event)


@endpoint("attributes/remove_tag", requires=(Permission.TAGGER,), writes=True)
def remove_from_attribute(call: Call) -> Answer:
    """Remove a tag from an attribute."""
    return _remove(call, "attribute", _attribute)


def _add(call: Call, kind: str, find: Find) -> Answer:
    reference, tags = _target_and_tags(call, kind)
    target = find(call.actor, reference)
    try:
        tags = without_collections(call.actor, tags)
    except NotFound as error:
        return not_toggled(error.wire)
    local = as_bool(call.param("local"))
    refused = [reason for tag in tags if (reason := _refusal(call.actor, target, tag, kind, local=local))]
    if len(refused) == len(tags):
        return not_toggled(refused[0] if refused else NOT_ADDED)
    if refused:
        text = f"Tag added, but {len(refused)} could not be added: {', '.join(dict.fromkeys(refused))}"
        return toggled(text, check_publish=True)
    return toggled("Tag added.", check_publish=True)


def _add_to_selected(call: Call) -> Answer:
    body = call.data("Attribute")
    chosen = attributes_by_event(call.actor, listed(body.get("attribute_ids")))
    if event := body.get("event"):
        try:
            number = find_event(call.actor, str(event)).id
        except NotFound:
            return not_toggled("Invalid event.")
        chosen = {number: chosen[number]} if number in chosen else {}
    if not chosen:
        raise MispError(404, "Invalid attribute")
    tags = listed(call.segments[1] if len(call.segments) > 1 else body.get("tag"))
    local = as_bool(call.param("local"))
    try:
        added = tag_selected(call.actor, chosen, without_collections(call.actor, tags), local=local)
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


def _remove(call: Call, kind: str, find: Find) -> Answer:
    reference, tags = _target_and_tags(call, kind)
    try:
        detach_tag(call.actor, find(call.actor, reference), tags[0] if tags else "")
    except (NotFound, Conflict, Invalid):
        return not_toggled(f"Invalid {kind} - tag combination.")
    except Forbidden as error:
        return not_toggled(error.wire or "You do not have permission to do that.")
    return toggled("Tag removed.", check_publish=True)


def _target_and_tags(call: Call, kind: str) -> tuple[str, list[str]]:
    body = call.data(kind.capitalize())
    reference = call.segments[0] if call.segments else str(body.get(kind) or body.get("id") or "")
    # `segments`, not `args`: a tag such as tlp:white looks like a named argument, as local:1 does.
    in_path = [part for part in call.segments[1:] if not part.startswith("local:")]
    return reference, listed(in_path[0] if in_path else body.get("tag"))
