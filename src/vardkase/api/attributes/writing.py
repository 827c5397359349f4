"""Endpoints of attributes: add, edit, delete, restore."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Message, Redirect, message
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import (
    AnyFlag,
    AnyText,
    Base64,
    Flag,
    Mandatory,
    Tags,
    Value,
)
from vardkase.api.finding import event_or_404
from vardkase.api.inputs import Body, JsonArray, UploadOptions, field
from vardkase.api.request import Call
from vardkase.api.saved_rows import stored_attribute, stored_attributes, stored_tags, tags_of_edited
from vardkase.api.shared_inputs import DeletionParams, with_columns
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import FieldErrors, NotFound
from vardkase.core.problems import Problem
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import add_attributes, edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, restore_attribute
from vardkase.intel.errors import NotNewer, SharingGroupRefused
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import find_attribute
from vardkase.misp.flags import as_bool


class AttributeChanges(Body, kw_only=True):
    model = "Attribute"

    value: Value = None
    data: Base64 = None
    encrypt: AnyFlag = None
    tags: Tags = field(name="Tag", default=None)


class AttributeBody(AttributeChanges, kw_only=True):
    type: Mandatory[AnyText] = None
    value: Mandatory[Value] = None


AttributeInput = with_columns(AttributeBody, Attribute)


class AttributeOptions(UploadOptions, kw_only=True):
    """`breakOnDuplicate:0`: an attribute that exists already is updated, not refused."""

    model = "Attribute"

    break_on_duplicate: Flag = field(name="breakOnDuplicate", default=True)


@endpoint(
    "attributes/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Add one attribute, or a list of them, to an event.",
        url="/attributes/add/[event_id]",
    ),
    inputs={"body": AttributeInput},
)
def add(
    call: Call, event_id: str, *, body: AttributeBody, several: JsonArray, options: AttributeOptions
) -> Json:
    """Add attributes; one attribute is returned with its tags, a list with the errors by index."""
    if not event_id:
        raise MispError(405, "No event ID set.")
    event = event_or_404(call.actor, event_id)
    documents = _documents(several or body.sent)
    update = not options.break_on_duplicate
    try:
        added = add_attributes(call.actor, event.id, documents, update_duplicates=update)
    except SharingGroupRefused as refused:
        # 403, where events/add answers 405 to the same refusal.
        raise MispError(403, refused.wire) from refused
    if not added.attribute_ids:
        raise SaveFailed("add Attribute", "/attributes/add", _refusals(added.rejections, documents))
    answer: dict[str, Any]
    if len(added.attribute_ids) == 1:
        answer = {
            "Attribute": stored_attribute(added.attribute_ids[0]),
            "AttributeTag": stored_tags(call.actor, added.attribute_ids[0]),
        }
    else:
        answer = {"Attribute": stored_attributes(call.actor, added.attribute_ids)}
    if added.rejections:
        answer["errors"] = _numbered(added.rejections)
    return Json(answer)


@endpoint(
    "attributes/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Change an attribute; what is not sent stays.",
        url="/attributes/edit/[attribute_id]",
    ),
    inputs={"body": with_columns(AttributeChanges, Attribute)},
    answers="Attribute",
)
def edit(call: Call, attribute_id: str, *, body: AttributeChanges) -> Json:
    """Edit an attribute and return it."""
    try:
        edited = edit_attribute(call.actor, attribute_id, body.sent)
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing
    except NotNewer as old:
        # MISP answers 405, not 409, to an edit that is not newer than the attribute.
        raise MispError(405, old.wire) from old
    stored = stored_attribute(edited)
    # MISP's edit returns the joined value alone, its add all three.
    del stored["value1"], stored["value2"]
    tags = tags_of_edited(call.actor, edited)
    return Json({"Attribute": stored | ({"Tag": tags} if tags else {})})


@endpoint("attributes/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, attribute_id: str, hard: str = "", *, params: DeletionParams) -> Message:
    """Delete an attribute, softly, or permanently with ``/1``, ``/hard:1`` or ``{"hard": 1}``."""
    for_good = as_bool(hard) or params.hard
    try:
        attribute = find_attribute(call.actor, attribute_id, deleted=for_good)
        delete_attribute(call.actor, attribute.id, hard=for_good)
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing
    return message("Attribute deleted.")


@endpoint("attributes/restore", requires=(Permission.ADD,), writes=True)
def restore(call: Call, attribute_id: str) -> Redirect:
    """Restore a softly deleted attribute; redirects to its view, as MISP does."""
    try:
        attribute = find_attribute(call.actor, attribute_id, deleted=True)
        restore_attribute(call.actor, attribute.id)
    except NotFound as missing:
        # MISP spells and numbers this unlike the 404 of edit and delete.
        raise MispError(405, "Invalid Attribute") from missing
    return Redirect(f"/attributes/view/{attribute.id}")


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
