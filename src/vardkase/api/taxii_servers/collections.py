"""taxiiCollections/*: this hub's TAXII collections. MISP has no TAXII server; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.taxii import collections
from vardkase.exchange.taxii.models import Collection
from vardkase.misp.flags import as_int

OPTIONAL = [
    "description",
    "filters",
    "sharing_group_id",
    "distribution",
    "open_to_read",
    "open_to_write",
    "readers",
    "writers",
]
ABOUT_ADD = Description("Offer a saved search or a sharing group over TAXII.", ["name"], OPTIONAL)
ABOUT_EDIT = Description(
    "Change a collection.", (), ["name", *OPTIONAL], url="/taxiiCollections/edit/[collection_id]"
)


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
def index(call: Call) -> Answer:
    """List the collections."""
    return Json([_collection_dict(collection) for collection in collections.all_collections(call.actor)])


@endpoint(
    "taxiiCollections/view",
    site_admin=True,
    describes=Description(url="/taxiiCollections/view/[collection_id]"),
)
def view(call: Call) -> Answer:
    """Return one collection."""
    return Json(_collection_dict(collections.find_own(call.actor, as_int(call.arg(0)) or 0)))


@endpoint("taxiiCollections/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Offer a saved search or a sharing group as a collection."""
    try:
        collection = collections.add_collection(call.actor, call.data("TaxiiCollection"))
    except Invalid as error:
        raise SaveFailed("add TaxiiCollection", "/taxiiCollections/add", error.errors) from error
    return Json(_collection_dict(collection))


@endpoint("taxiiCollections/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a collection."""
    try:
        collection = collections.edit_collection(
            call.actor, as_int(call.arg(0)) or 0, call.data("TaxiiCollection")
        )
    except Invalid as error:
        number = call.arg(0)
        url = f"/taxiiCollections/edit/{number}"
        raise SaveFailed("edit TaxiiCollection", url, error.errors, id=number) from error
    return Json(_collection_dict(collection))


@endpoint(
    "taxiiCollections/delete",
    site_admin=True,
    writes=True,
    describes=Description(url="/taxiiCollections/delete/[collection_id]"),
)
def delete(call: Call) -> Answer:
    """Delete a collection; the events in it are kept."""
    number = as_int(call.arg(0)) or 0
    collections.delete_collection(call.actor, number)
    return saved("TaxiiCollection deleted", f"/taxiiCollections/delete/{number}", id=str(number))
