"""taxiiCollections/*: this hub's TAXII collections. MISP has no TAXII server; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Distribution, Flag, Mandatory, SharingGroup, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.taxii import collections
from vardkase.exchange.taxii.models import Collection
from vardkase.misp.flags import as_int

ABOUT_ADD = Description("Offer a saved search or a sharing group over TAXII.")
ABOUT_EDIT = Description("Change a collection.", url="/taxiiCollections/edit/[collection_id]")


class CollectionBody(Body, kw_only=True):
    model = "TaxiiCollection"

    name: Text = ""
    description: Text = ""
    filters: Anything = None
    sharing_group_id: SharingGroup = None
    distribution: Distribution = None
    open_to_read: Flag = False
    open_to_write: Flag = False
    readers: Anything = None
    writers: Anything = None


class NewCollectionBody(CollectionBody, kw_only=True):
    name: Mandatory[Text] = ""


def _collection_dict(collection: Collection) -> dict[str, Any]:
    return {
        "TaxiiCollection": {
            "id": str(collection.pk),
            "uuid": str(collection.uuid),
            "name": collection.name,
            "description": collection.description,
            "org_id": str(collection.org_id),
            "filters": collection.filters,
            "sharing_group_id": str(collection.sharing_group_id or 0),
            "distribution": str(collection.distribution),
            "open_to_read": collection.open_to_read,
            "open_to_write": collection.open_to_write,
            "readers": [str(reader.pk) for reader in collection.readers.all()],
            "writers": [str(writer.pk) for writer in collection.writers.all()],
        }
    }


@endpoint("taxiiCollections/index", site_admin=True)
def index(call: Call) -> Json:
    """List the collections."""
    return Json([_collection_dict(collection) for collection in collections.all_collections(call.actor)])


@endpoint("taxiiCollections/view", site_admin=True)
def view(call: Call, collection_id: str) -> Json:
    """Return one collection."""
    return Json(_collection_dict(collections.find_own(call.actor, as_int(collection_id) or 0)))


@endpoint("taxiiCollections/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewCollectionBody) -> Json:
    """Offer a saved search or a sharing group as a collection."""
    try:
        collection = collections.add_collection(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add TaxiiCollection", "/taxiiCollections/add", error.errors) from error
    return Json(_collection_dict(collection))


@endpoint("taxiiCollections/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, collection_id: str, *, body: CollectionBody) -> Json:
    """Edit a collection."""
    try:
        collection = collections.edit_collection(call.actor, as_int(collection_id) or 0, body.sent)
    except Invalid as error:
        url = f"/taxiiCollections/edit/{collection_id}"
        raise SaveFailed("edit TaxiiCollection", url, error.errors, id=collection_id) from error
    return Json(_collection_dict(collection))


@endpoint("taxiiCollections/delete", site_admin=True, writes=True)
def delete(call: Call, collection_id: str) -> Saved:
    """Delete a collection; the events in it are kept."""
    number = as_int(collection_id) or 0
    collections.delete_collection(call.actor, number)
    return saved("TaxiiCollection deleted", f"/taxiiCollections/delete/{number}", id=str(number))
