"""collections/* and collectionElements/*: named collections of events and clusters."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.paging import STREAMED, paged
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.misp_json.collections import (
    collection_dict,
    collection_list,
    element_list,
    elements,
)
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.collections import queries, services
from vardkase.misp.fields import UUID

PROFILES = EVERY

EDITOR = (Permission.MODIFY,)
NOT_YOURS = "You are not authorised to do that."
ABOUT_ADD = Description(
    "POST a Collection object in JSON format to add it.",
    ["name", "type"],
    ["uuid", "description", "distribution", "sharing_group_id", "CollectionElement"],
)
ABOUT_EDIT = Description(
    "POST the members of a Collection that are to change.",
    [],
    ["name", "type", "description", "distribution", "sharing_group_id", "CollectionElement"],
    "/collections/edit/[id]",
)
ABOUT_ADD_ELEMENT = Description(
    "POST an event or a galaxy cluster to put it into a collection.",
    ["element_uuid", "element_type"],
    ["description", "uuid"],
    "/collectionElements/add/[collection_id]",
)


@endpoint("collections/index")
def index(call: Call) -> Answer:
    """List the collections that the caller may read; ``/my_collections`` and ``/org_collections`` narrow the
    list."""
    filters = {name: call.param(name) for name in ("uuid", "name", "type", "element_uuid", "quickFilter")}
    ids = chosen_ids(queries.collections_query(call.actor, filters, call.arg(0)))
    return Stream(collection_list(call.actor, paged(call, ids, STREAMED)))


@endpoint("collections/view")
def view(call: Call) -> Answer:
    """Return one collection with its elements."""
    collection = queries.find_collection(call.actor, call.arg(0))
    return Json(collection_dict(call.actor, collection.pk, viewed=True))


@endpoint("collections/add", requires=EDITOR, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Create a collection."""
    stored = services.add_collection(call.actor, call.data("Collection"))
    return Json(collection_dict(call.actor, stored))


@endpoint("collections/edit", requires=EDITOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a collection; only the members given in the body change."""
    try:
        stored = services.edit_collection(call.actor, call.arg(0), call.data("Collection"))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return Json(collection_dict(call.actor, stored))


@endpoint("collections/delete", requires=EDITOR, writes=True)
def delete(call: Call) -> Answer:
    """Delete a collection, but not the objects in it."""
    try:
        number = services.delete_collection(call.actor, call.arg(0))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved("Collection deleted.", f"/collections/delete/{number}", id=number)


@endpoint("collections/index_minimal")
def index_minimal(call: Call) -> Answer:
    """Map the uuid of each readable collection to its time of change; ``orgc_name`` filters by creator."""
    creators = call.param("orgc_name") or []
    names = [str(name) for name in (creators if isinstance(creators, list) else [creators])]
    # PHP encodes an empty map as [], and clients expect it so.
    return Json(dict(queries.minimal_collections(call.actor, names)) or [])


@endpoint("collections/filter_collections_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call) -> Answer:
    """Select the collections that are wanted from those a peer offers (uuid → time of change)."""
    body = call.body if isinstance(call.body, dict) else {}
    offered = {
        uuid: modified
        for uuid, modified in body.items()
        if UUID.fullmatch(uuid.lower()) and isinstance(modified, str)
    }
    return Json(services.wanted_collections(call.actor, offered))


@endpoint("collections/capture_collection", body=BodyLimits.FILES, requires=(Permission.SYNC,), writes=True)
def capture(call: Call) -> Answer:
    """Store a collection that a peer sends, if it is new or newer."""
    try:
        stored = services.receive_collection(call.actor, call.data("Collection"))
    except Invalid as refused:
        raise SaveFailed("capture Collection", "/collections/captureCollection", refused.errors) from refused
    text = "Collection captured." if stored else "Collection ignored."
    return saved(text, "/collections/captureCollection")


@endpoint("collection_elements/index")
def element_index(call: Call) -> Answer:
    """List the elements of a collection."""
    ids = chosen_ids(
        queries.elements_query(call.actor, call.arg(0) or str(call.param("collection_id") or ""))
    )
    return Stream(element_list(paged(call, ids, STREAMED)))


@endpoint("collection_elements/add", requires=EDITOR, writes=True, describes=ABOUT_ADD_ELEMENT)
def add_element(call: Call) -> Answer:
    """Add an element to the collection named in the path."""
    return _add_element(call, call.arg(0), call.data("CollectionElement"), "add")


@endpoint(
    "collection_elements/add_element_to_collection",
    requires=EDITOR,
    writes=True,
    describes=Description(url="/collectionElements/addElementToCollection/[element_type]/[element_uuid]"),
)
def add_element_to_collection(call: Call) -> Answer:
    """Add the object named in the path (``/Event/<uuid>``) to the collection named in the body."""
    data = dict(call.data("CollectionElement"))
    data |= {"element_type": call.arg(0), "element_uuid": call.arg(1)}
    return _add_element(call, str(data.get("collection_id") or ""), data, "addElementToCollection")


@endpoint("collection_elements/delete", requires=EDITOR, writes=True)
def delete_element(call: Call) -> Answer:
    """Remove an element from its collection."""
    try:
        number = services.delete_element(call.actor, call.arg(0))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved("CollectionElement deleted.", f"/collection_elements/delete/{number}", id=number)


def _add_element(call: Call, collection: str, data: dict[str, Any], action: str) -> Answer:
    url = f"/collectionElements/{action}"
    try:
        number = services.add_element(call.actor, collection, data)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    except Invalid as refused:
        raise SaveFailed("add CollectionElement", url, refused.errors) from refused
    except Conflict as refused:
        raise SaveFailed("add CollectionElement", url, {"element_uuid": [refused.problem]}) from refused
    return Json({"CollectionElement": elements("p.id", [number])[0]})
