"""Endpoints of attributes: add, edit, delete, restore."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, Redirect, message
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.api.stored import stored_attribute, stored_attributes, stored_tags, tags_of_edited
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import FieldErrors, NotFound
from vardkase.core.problems import Problem
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import add_attributes, edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, restore_attribute
from vardkase.intel.errors import NotNewer, SharingGroupRefused
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.rows import EventRow
from vardkase.misp.flags import as_bool

MEMBERS = (
    "category",
    "to_ids",
    "distribution",
    "sharing_group_id",
    "comment",
    "uuid",
    "first_seen",
    "last_seen",
    "disable_correlation",
    "data",
    "encrypt",
    "Tag",
)


@endpoint(
    "attributes/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Add one attribute, or a list of them, to an event.",
        ("type", "value"),
        MEMBERS,
        url="/attributes/add/[event_id]",
    ),
)
def add(call: Call) -> Answer:
    """Add attributes; one attribute is returned with its tags, a list with the errors by index."""
    if not call.arg(0):
        raise MispError(405, "No event ID set.")
    event = _event(call)
    documents = _documents(call.body)
    # MISP's breakOnDuplicate:0: an attribute that exists already is updated, not refused.
    update = str(call.named.get("breakOnDuplicate", "1")) in {"0", "false"}
    try:
        added = add_attributes(call.actor, event.id, documents, update_duplicates=update)
    except SharingGroupRefused as refused:
        raise MispError(403, refused.wire) from refused
    if not added.attribute_ids:
        raise SaveFailed("add Attribute", "/attributes/add", _refusals(added.rejections, documents))
    body: dict[str, Any]
    if len(added.attribute_ids) == 1:
        body = {
            "Attribute": stored_attribute(added.attribute_ids[0]),
            "AttributeTag": stored_tags(call.actor, added.attribute_ids[0]),
        }
    else:
        body = {"Attribute": stored_attributes(call.actor, added.attribute_ids)}
    if added.rejections:
        body["errors"] = _numbered(added.rejections)
    return Json(body)


@endpoint(
    "attributes/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Change an attribute; what is not sent stays.",
        (),
        ("type", "value", *MEMBERS),
        url="/attributes/edit/[attribute_id]",
    ),
)
def edit(call: Call) -> Answer:
    """Edit an attribute and return it."""
    try:
        attribute_id = edit_attribute(call.actor, call.arg(0), call.data("Attribute"))
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing
    except NotNewer as old:
        raise MispError(405, old.wire) from old
    stored = stored_attribute(attribute_id)
    # MISP's edit returns the joined value alone, its add all three.
    del stored["value1"], stored["value2"]
    tags = tags_of_edited(call.actor, attribute_id)
    return Json({"Attribute": stored | ({"Tag": tags} if tags else {})})


@endpoint("attributes/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call) -> Answer:
    """Delete an attribute, softly, or permanently with ``/1``, ``/hard:1`` or ``{"hard": 1}``."""
    hard = as_bool(call.arg(1)) or as_bool(call.param("hard"))
    try:
        attribute = find_attribute(call.actor, call.arg(0), deleted=hard)
        delete_attribute(call.actor, attribute.id, hard=hard)
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing
    return message("Attribute deleted.")


@endpoint("attributes/restore", requires=(Permission.ADD,), writes=True)
def restore(call: Call) -> Answer:
    """Restore a softly deleted attribute; redirects to its view, as MISP does."""
    try:
        attribute = find_attribute(call.actor, call.arg(0), deleted=True)
        restore_attribute(call.actor, attribute.id)
    except NotFound as missing:
        raise MispError(405, "Invalid Attribute") from missing
    return Redirect(f"/attributes/view/{attribute.id}")


def _event(call: Call) -> EventRow:
    try:
        return find_event(call.actor, call.arg(0))
    except NotFound as missing:
        raise MispError(404, "Invalid event") from missing


def _documents(body: Any) -> list[Any]:
    if isinstance(body, dict):
        body = body.get("Attribute", body)
    documents = body if isinstance(body, list) else [body]
    unwrapped = [
        document["Attribute"]
        if isinstance(document, dict) and isinstance(document.get("Attribute"), dict)
        else document
        for document in documents
    ]
    return unwrapped or [{}]


def _refusals(rejections: Rejections, documents: list[Any]) -> FieldErrors | dict[str, FieldErrors] | Problem:
    """Field errors of a single attribute (a bare text for a warninglist hit), or field errors by index."""
    numbered = _numbered(rejections)
    if len(documents) == 1 and len(numbered) == 1:
        errors = next(iter(numbered.values()))
        return errors["warninglist"][0] if "warninglist" in errors else errors
    return numbered


def _numbered(rejections: Rejections) -> dict[str, FieldErrors]:
    return {place.replace("Attribute.", "attribute_"): errors for place, errors in rejections.errors.items()}
