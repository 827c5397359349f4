"""Endpoints of objects and their references: add, edit, delete."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.api.stored import stored_object, stored_reference, stored_tags
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.deletion import delete_object, delete_reference
from vardkase.intel.problems import EventProblem, ObjectProblem
from vardkase.intel.queries.find import find_event, find_object, find_reference
from vardkase.intel.services.object_templates import find_template
from vardkase.intel.services.objects import add_object, edit_object
from vardkase.intel.services.references import add_reference, add_references
from vardkase.misp.flags import as_bool


@endpoint(
    "objects/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Add an object with its attributes to an event.",
        ("name", "meta-category", "template_uuid", "template_version", "Attribute"),
        ("uuid", "distribution", "sharing_group_id", "comment", "first_seen", "last_seen", "ObjectReference"),
        url="/objects/add/[event_id]/[template_uuid]",
    ),
)
def add(call: Call) -> Answer:
    """Add an object; the template can be given in the path."""
    event = find_event(call.actor, call.arg(0), missing=EventProblem.NOT_FOUND_TO_FILL)
    data = dict(call.data("Object"))
    template = find_template(call.arg(1), "newest") if call.arg(1) else None
    if template is not None:  # What the body says of the template wins over the path.
        data = {"template_uuid": str(template.uuid), "template_version": template.version} | data
    breaks = as_bool(call.param("breakOnDuplicate"))
    try:
        object_id = add_object(call.actor, event.id, data, break_on_duplicate=breaks, fill_seen=True)
    except Invalid as invalid:
        raise _refusal(call, invalid) from invalid
    return Json({"Object": stored_object(object_id)})


@endpoint(
    "objects/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Change an object; attributes not listed are deleted.",
        (),
        ("Attribute", "comment", "distribution"),
        url="/objects/edit/[object_id]/[update_template_available]",
    ),
)
def edit(call: Call) -> Answer:
    """Edit an object as a whole; ``/1`` upgrades it to the newest version of its template."""
    newest = as_bool(call.arg(1))
    object_id = edit_object(call.actor, call.arg(0), call.data("Object"), to_newest=newest)
    stored = stored_object(object_id)
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
def delete(call: Call) -> Answer:
    """Delete an object softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    hard = as_bool(call.arg(1)) or as_bool(call.param("hard"))
    row = find_object(call.actor, call.arg(0), deleted=True)
    deleted = delete_object(call.actor, row.id, hard=hard)
    event_id = str(deleted.event_id)
    return saved("Object deleted", f"/objects/delete/{event_id}", id=event_id)


@endpoint(
    "object_references/add",
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    describes=Description(
        "Refer from an object to another part of its event.",
        ("object_uuid", "referenced_uuid", "relationship_type"),
        ("comment", "uuid"),
    ),
)
def add_object_reference(call: Call) -> Answer:
    """Add a reference from the object given in the path or in ``object_uuid``."""
    data = call.data("ObjectReference")
    source = call.arg(0) or str(data.get("object_uuid") or "")
    reference = add_reference(call.actor, source, data)
    body = stored_reference(reference)
    if "object_uuid" in data:
        body["object_uuid"] = str(data["object_uuid"])
    return Json({"ObjectReference": body})


@endpoint(
    "object_references/bulkAdd",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Refer from objects to other parts of one event, many at once.",
        ("ObjectReference",),
        url="/objectReferences/bulkAdd/[event_id]",
    ),
)
def bulk_add(call: Call) -> Answer:
    """Add a list of references, all or none; each names its object in ``object_uuid``."""
    event = find_event(call.actor, call.arg(0))
    where = f"/objectReferences/bulkAdd/{event.id}"
    sent = call.body if isinstance(call.body, list) else call.param("ObjectReference")
    try:
        stored = add_references(call.actor, event.id, sent if isinstance(sent, list) else [])
    except Invalid as refused:
        raise SaveFailed("bulkAdd ObjectReference", where, refused.errors) from refused
    text = f"{len(stored)} reference{'' if len(stored) == 1 else 's'} added."
    bodies = [{"ObjectReference": stored_reference(reference)} for reference in stored]
    return saved(text, where, id=str(event.id), data=bodies)


@endpoint("object_references/delete", requires=(Permission.ADD,), writes=True)
def delete_object_reference(call: Call) -> Answer:
    """Delete a reference softly, or permanently with ``/1`` or ``{"hard": 1}``."""
    hard = as_bool(call.arg(1)) or as_bool(call.param("hard"))
    try:
        reference = find_reference(call.actor, call.arg(0), deleted=True)
        delete_reference(call.actor, reference.id, hard=hard)
    except NotFound as missing:
        raise MispError(405, "Invalid object reference.") from missing
    return saved("ObjectReference deleted", f"/object_references/delete/{call.arg(0)}", id=call.arg(0))


def _refusal(call: Call, invalid: Invalid) -> SaveFailed:
    if invalid.has(ObjectProblem.NO_ATTRIBUTES) or invalid.has(ObjectProblem.ATTRIBUTE_REFUSED):
        path = f"{call.arg(0)}/{call.arg(1)}"
        return SaveFailed("add object", f"/objects/add/{path}", invalid.errors, id=path)
    return SaveFailed("add Object", "/objects/add", invalid.errors)
