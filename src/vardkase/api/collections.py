"""collections/* and collectionElements/*: named collections of events and clusters."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Distribution, Mandatory, Reference, SharingGroup, Texts, Uuid
from vardkase.api.inputs import Body, JsonObject, Params, field, with_fields
from vardkase.api.paging import STREAMED, Paging
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
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.collections import queries, services
from vardkase.misp.fields import UUID

PROFILES = EVERY

EDITOR = (Permission.MODIFY,)
NOT_YOURS = "You are not authorised to do that."
FILTERS = ("uuid", "name", "type", "element_uuid", "quickFilter")
ABOUT_ADD = Description("POST a Collection object in JSON format to add it.")
ABOUT_EDIT = Description("POST the members of a Collection that are to change.", url="/collections/edit/[id]")
ABOUT_ADD_ELEMENT = Description(
    "POST an event or a galaxy cluster to put it into a collection.",
    url="/collectionElements/add/[collection_id]",
)


class CollectionFields(Body, kw_only=True):
    model = "Collection"

    description: Anything = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    elements: Anything = field(name="CollectionElement", default=None)


class NewCollection(CollectionFields, kw_only=True):
    name: Mandatory[Anything] = None
    type: Mandatory[Anything] = None
    uuid: Uuid = None


class CollectionChanges(CollectionFields, kw_only=True):
    name: Anything = None
    type: Anything = None


class CollectionCreators(Params, kw_only=True):
    orgc_name: Texts = []


class CollectionElementList(Paging, kw_only=True):
    collection_id: Reference = ""


class ElementFields(Body, kw_only=True):
    model = "CollectionElement"

    description: Anything = None
    uuid: Uuid = None


class NewElement(ElementFields, kw_only=True):
    element_uuid: Mandatory[Uuid] = None
    element_type: Mandatory[Anything] = None


class ElementOfCollection(ElementFields, kw_only=True):
    collection_id: Reference = ""


@endpoint("collections/index", inputs={"params": with_fields(Paging, FILTERS)})
def index(call: Call, scope: str = "", *, params: Paging) -> Stream:
    """List the collections that the caller may read; ``/my_collections`` and ``/org_collections`` narrow the
    list."""
    filters = {name: getattr(params, name) for name in FILTERS}
    ids = chosen_ids(queries.collections_query(call.actor, filters, scope))
    return Stream(collection_list(call.actor, params.of(ids, STREAMED)))


@endpoint("collections/view")
def view(call: Call, id: str) -> Json:
    """Return one collection with its elements."""
    collection = queries.find_collection(call.actor, id)
    return Json(collection_dict(call.actor, collection.pk, viewed=True))


@endpoint("collections/add", requires=EDITOR, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewCollection) -> Json:
    """Create a collection."""
    stored = services.add_collection(call.actor, body.sent)
    return Json(collection_dict(call.actor, stored))


@endpoint("collections/edit", requires=EDITOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, id: str, *, body: CollectionChanges) -> Json:
    """Edit a collection; only the members given in the body change."""
    try:
        stored = services.edit_collection(call.actor, id, body.sent)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return Json(collection_dict(call.actor, stored))


@endpoint("collections/delete", requires=EDITOR, writes=True)
def delete(call: Call, id: str) -> Saved:
    """Delete a collection, but not the objects in it."""
    try:
        number = services.delete_collection(call.actor, id)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved("Collection deleted.", f"/collections/delete/{number}", id=number)


@endpoint("collections/index_minimal")
def index_minimal(call: Call, *, params: CollectionCreators) -> Json:
    """Map the uuid of each readable collection to its time of change; ``orgc_name`` filters by creator."""
    # PHP encodes an empty map as [], and clients expect it so.
    return Json(dict(queries.minimal_collections(call.actor, params.orgc_name)) or [])


@endpoint("collections/filter_collections_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call, *, versions: JsonObject) -> Json:
    """Select the collections that are wanted from those a peer offers (uuid → time of change)."""
    offered = {
        uuid: modified
        for uuid, modified in versions.items()
        if UUID.fullmatch(uuid.lower()) and isinstance(modified, str)
    }
    return Json(services.wanted_collections(call.actor, offered))


@endpoint("collections/capture_collection", body=BodyLimits.FILES, requires=(Permission.SYNC,), writes=True)
def capture(call: Call, *, body: NewCollection) -> Saved:
    """Store a collection that a peer sends, if it is new or newer."""
    try:
        stored = services.receive_collection(call.actor, body.sent)
    except Invalid as refused:
        raise SaveFailed("capture Collection", "/collections/captureCollection", refused.errors) from refused
    text = "Collection captured." if stored else "Collection ignored."
    return saved(text, "/collections/captureCollection")


@endpoint("collection_elements/index")
def element_index(call: Call, collection_id: str = "", *, params: CollectionElementList) -> Stream:
    """List the elements of a collection."""
    ids = chosen_ids(queries.elements_query(call.actor, collection_id or params.collection_id))
    return Stream(element_list(params.of(ids, STREAMED)))


@endpoint("collection_elements/add", requires=EDITOR, writes=True, describes=ABOUT_ADD_ELEMENT)
def add_element(call: Call, collection_id: str, *, body: NewElement) -> Json:
    """Add an element to the collection named in the path."""
    return _add_element(call.actor, collection_id, body.sent, "add")


@endpoint("collection_elements/add_element_to_collection", requires=EDITOR, writes=True)
def add_element_to_collection(
    call: Call, element_type: str, element_uuid: str, *, body: ElementOfCollection
) -> Json:
    """Add the object named in the path (``/Event/<uuid>``) to the collection named in the body."""
    data = {**body.sent, "element_type": element_type, "element_uuid": element_uuid}
    return _add_element(call.actor, body.collection_id, data, "addElementToCollection")


@endpoint("collection_elements/delete", requires=EDITOR, writes=True)
def delete_element(call: Call, element_id: str) -> Saved:
    """Remove an element from its collection."""
    try:
        number = services.delete_element(call.actor, element_id)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved("CollectionElement deleted.", f"/collection_elements/delete/{number}", id=number)


def _add_element(actor: Actor, collection: str, data: dict[str, Any], action: str) -> Json:
    url = f"/collectionElements/{action}"
    try:
        number = services.add_element(actor, collection, data)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    except Invalid as refused:
        raise SaveFailed("add CollectionElement", url, refused.errors) from refused
    except Conflict as refused:
        raise SaveFailed("add CollectionElement", url, {"element_uuid": [refused.problem]}) from refused
    return Json({"CollectionElement": elements("p.id", [number])[0]})
