"""Endpoints of objects and their references: add, edit, delete."""

from __future__ import annotations

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import (
    AnyReference,
    AnyText,
    Anything,
    Attributes,
    Flag,
    Mandatory,
    Parts,
    Reference,
    Uuid,
)
from vardkase.api.inputs import Body, JsonArray, Params, field
from vardkase.api.request import Call
from vardkase.api.saved_rows import stored_object, stored_reference, stored_tags
from vardkase.api.shared_inputs import DeletionParams, with_columns
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.deletion import delete_object, delete_reference
from vardkase.intel.models import Object, ObjectReference
from vardkase.intel.problems import EventProblem, ObjectProblem
from vardkase.intel.queries.find import find_event, find_object, find_reference
from vardkase.intel.services.object_templates import find_template
from vardkase.intel.services.objects import add_object, edit_object
from vardkase.intel.services.objects_merge import FIXED
from vardkase.intel.services.references import add_reference, add_references
from vardkase.misp.flags import as_bool


class ObjectChanges(Body, kw_only=True):
    model = "Object"

    attributes: Attributes = field(name="Attribute", default=None)


class ObjectBody(ObjectChanges, kw_only=True):
    name: Mandatory[AnyText] = None
    meta_category: Mandatory[AnyText] = field(name="meta-category", default=None)
    template_uuid: Mandatory[Uuid] = None
    template_version: Mandatory[Anything] = None
    attributes: Mandatory[Attributes] = field(name="Attribute", default=None)
    references: Parts = field(name="ObjectReference", default=None)


ObjectInput = with_columns(ObjectBody, Object)


class ObjectParams(Params, kw_only=True):
    break_on_duplicate: Flag = field(name="breakOnDuplicate", default=False)


class ReferenceBody(Body, kw_only=True):
    model = "ObjectReference"

    object_uuid: Mandatory[Reference] = ""
    referenced_uuid: Mandatory[AnyReference] = None
    relationship_type: Mandatory[AnyText] = None


class ReferencesParams(Params, kw_only=True):
    references: Mandatory[Anything] = field(name="ObjectReference", default=None)


@endpoint(
    "objects/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Add an object with its attributes to an event.",
        url="/objects/add/[event_id]/[template_uuid]",
    ),
    inputs={"body": ObjectInput},
    answers="Object",
)
def add(
    call: Call, event_id: str, template_uuid: str = "", *, body: ObjectBody, params: ObjectParams
) -> Json:
    """Add an object; the template can be given in the path."""
    event = find_event(call.actor, event_id, missing=EventProblem.NOT_FOUND_TO_FILL)
    data = dict(body.sent)
    template = find_template(template_uuid, "newest") if template_uuid else None
    if template is not None:  # What the body says of the template wins over the path.
        data = {"template_uuid": str(template.uuid), "template_version": template.version} | data
    breaks = params.break_on_duplicate
    try:
        object_id = add_object(call.actor, event.id, data, break_on_duplicate=breaks, fill_seen=True)
    except Invalid as invalid:
        # MISP words a refusal of the object's attributes unlike one of the object: even the capital differs.
        if invalid.has(ObjectProblem.NO_ATTRIBUTES) or invalid.has(ObjectProblem.ATTRIBUTE_REFUSED):
            path = f"{event_id}/{template_uuid}"
            raise SaveFailed("add object", f"/objects/add/{path}", invalid.errors, id=path) from invalid
        raise SaveFailed("add Object", "/objects/add", invalid.errors) from invalid
    return Json({"Object": stored_object(object_id)})


@endpoint(
    "objects/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Change an object; attributes not listed are deleted.",
        url="/objects/edit/[object_id]/[update_template_available]",
    ),
    inputs={"body": with_columns(ObjectChanges, Object, without=FIXED)},
    answers="Object",
)
def edit(call: Call, object_id: str, update_template_available: str = "", *, body: ObjectChanges) -> Json:
    """Edit an object as a whole; ``/1`` upgrades it to the newest version of its template."""
    newest = as_bool(update_template_available)
    stored = stored_object(edit_object(call.actor, object_id, body.sent, to_newest=newest))
    for attribute in stored["Attribute"]:
        attribute["AttributeTag"] = stored_tags(call.actor, int(attribute["id"]))
    event = find_event(call.actor, int(stored["event_id"]))
    header = {
        "id": str(event.id),
        "info": event.info,
        "org_id": str(event.org_id),
        "orgc_id": str(event.orgc_id),
    }
    return Json({"Object": stored, "Event": header})


@endpoint("objects/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, object_id: str, hard: str = "", *, params: DeletionParams) -> Saved:
    """Delete an object softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    row = find_object(call.actor, object_id, deleted=True)
    deleted = delete_object(call.actor, row.id, hard=as_bool(hard) or params.hard)
    event_id = str(deleted.event_id)
    return saved("Object deleted", f"/objects/delete/{event_id}", id=event_id)


@endpoint(
    "object_references/add",
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description("Refer from an object to another part of its event."),
    inputs={"body": with_columns(ReferenceBody, ObjectReference, without=("timestamp", "deleted"))},
    answers="ObjectReference",
)
def add_object_reference(call: Call, object_id: str = "", *, body: ReferenceBody) -> Json:
    """Add a reference from the object given in the path or in ``object_uuid``."""
    stored = stored_reference(add_reference(call.actor, object_id or body.object_uuid, body.sent))
    if body.object_uuid:
        stored["object_uuid"] = body.object_uuid
    return Json({"ObjectReference": stored})


@endpoint(
    "object_references/bulkAdd",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Refer from objects to other parts of one event, many at once.",
        url="/objectReferences/bulkAdd/[event_id]",
    ),
)
def bulk_add(call: Call, event_id: str, *, references: JsonArray, params: ReferencesParams) -> Saved:
    """Add a list of references, all or none; each names its object in ``object_uuid``."""
    event = find_event(call.actor, event_id)
    where = f"/objectReferences/bulkAdd/{event.id}"
    sent = references or params.references
    try:
        stored = add_references(call.actor, event.id, sent if isinstance(sent, list) else [])
    except Invalid as refused:
        raise SaveFailed("bulkAdd ObjectReference", where, refused.errors) from refused
    text = f"{len(stored)} reference{'' if len(stored) == 1 else 's'} added."
    bodies = [{"ObjectReference": stored_reference(reference)} for reference in stored]
    return saved(text, where, id=str(event.id), data=bodies)


@endpoint("object_references/delete", requires=(Permission.ADD,), writes=True)
def delete_object_reference(
    call: Call, reference_id: str, hard: str = "", *, params: DeletionParams
) -> Saved:
    """Delete a reference softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    try:
        reference = find_reference(call.actor, reference_id, deleted=True)
        delete_reference(call.actor, reference.id, hard=as_bool(hard) or params.hard)
    except NotFound as missing:
        raise MispError(405, "Invalid object reference.") from missing
    return saved("ObjectReference deleted", f"/object_references/delete/{reference_id}", id=reference_id)
