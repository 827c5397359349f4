"""taxiiServers/*: collections of external TAXII servers, to push to and poll.

MISP gives the key of a server back with every answer; here it is written and never read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Distribution, Mandatory, SharingGroup, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.taxii import polling, pushing, servers, tasks
from vardkase.exchange.taxii.client import TaxiiClient, TaxiiEnvelope
from vardkase.exchange.taxii.models import Run, TaxiiServer
from vardkase.identity.access.actor import Actor

ABOUT_ADD = Description("Add a collection of a TAXII 2.1 server.")
ABOUT_EDIT = Description("Change a TAXII server.", url="/taxiiServers/edit/[taxii_server_id]")
PUSHED = "Taxii push completed. {0.objects_moved} objects sent, {0.refused} refused."
POLLED = (
    "Taxii poll completed. {0.objects_moved} objects fetched, {0.events} events stored, {0.refused} refused."
)


class TaxiiServerBody(Body, kw_only=True):
    model = "TaxiiServer"

    name: Text = ""
    owner: Text = ""
    baseurl: Text = ""
    api_root: Text = ""
    collection: Text = ""
    description: Text = ""
    filters: Anything = None
    api_key: Text = ""
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None


class NewTaxiiServerBody(TaxiiServerBody, kw_only=True):
    name: Mandatory[Text] = ""
    owner: Mandatory[Text] = ""
    baseurl: Mandatory[Text] = ""
    api_root: Mandatory[Text] = ""
    collection: Mandatory[Text] = ""


class UnsavedServer(Body, kw_only=True):
    model = "TaxiiServer"

    baseurl: Mandatory[Text] = ""
    api_key: Text = ""


class UnsavedRoot(UnsavedServer, kw_only=True):
    api_root: Mandatory[Text] = ""


def taxii_server_dict(server: TaxiiServer) -> dict[str, Any]:
    return {
        "TaxiiServer": {
            "id": str(server.pk),
            "uuid": str(server.uuid),
            "name": server.name,
            "owner": server.owner,
            "baseurl": server.baseurl,
            "api_root": server.api_root,
            "description": server.description,
            "filters": json.dumps(server.filters),
            "collection": server.collection,
        }
    }


@endpoint("taxiiServers/index", site_admin=True)
def index(call: Call) -> Json:
    """List the TAXII servers."""
    return Json([taxii_server_dict(server) for server in servers.taxii_servers(call.actor)])


@endpoint("taxiiServers/view", site_admin=True)
def view(call: Call, taxii_server_id: str) -> Json:
    """Return one TAXII server."""
    return Json(taxii_server_dict(servers.find_taxii_server(call.actor, taxii_server_id)))


@endpoint("taxiiServers/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewTaxiiServerBody) -> Json:
    """Add a TAXII server."""
    try:
        server = servers.add_taxii_server(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add TaxiiServer", "/taxiiServers/add", error.errors) from error
    return Json(taxii_server_dict(server))


@endpoint("taxiiServers/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, taxii_server_id: str, *, body: TaxiiServerBody) -> Json:
    """Edit a TAXII server."""
    try:
        server = servers.edit_taxii_server(call.actor, taxii_server_id, body.sent)
    except Invalid as error:
        url = f"/taxiiServers/edit/{taxii_server_id}"
        raise SaveFailed("edit TaxiiServer", url, error.errors, id=taxii_server_id) from error
    return Json(taxii_server_dict(server))


@endpoint("taxiiServers/delete", site_admin=True, writes=True)
def delete(call: Call, taxii_server_id: str) -> Saved:
    """Delete a TAXII server; the events fetched from it are kept."""
    number = servers.delete_taxii_server(call.actor, taxii_server_id)
    return saved("TaxiiServer deleted", f"/taxiiServers/delete/{number}", id=str(number))


@endpoint("taxiiServers/push", site_admin=True, writes=True)
def push(call: Call, taxii_server_id: str) -> Saved:
    """Push the events that match the server's filters and may leave this hub."""
    return _synchronise(call.actor, taxii_server_id, "push", PUSHED, tasks.order_push, pushing.push)


@endpoint("taxiiServers/poll", site_admin=True, writes=True)
def poll(call: Call, taxii_server_id: str) -> Saved:
    """Fetch what was added to the server's collection since the last poll. Not part of MISP, which only
    pushes."""
    return _synchronise(call.actor, taxii_server_id, "poll", POLLED, tasks.order_poll, polling.poll)


@endpoint("taxiiServers/getRoot", site_admin=True)
def get_root(call: Call, *, body: UnsavedServer) -> Json:
    """List the API roots of a server that has not been added yet."""
    return _remote_answer(lambda: TaxiiClient(body.baseurl, "", body.api_key).api_roots())


@endpoint("taxiiServers/getCollections", site_admin=True)
def get_collections(call: Call, *, body: UnsavedRoot) -> Json:
    """Map the ids of an API root's collections to their titles, before the server is added."""
    return _remote_answer(
        lambda: {
            str(collection.get("id")): str(collection.get("title"))
            for collection in TaxiiClient(body.baseurl, body.api_root, body.api_key).collections()
        }
    )


@endpoint("taxiiServers/collectionsIndex", site_admin=True)
def collections_index(call: Call, taxii_server_id: str) -> Json:
    """List the collections of a server."""
    return _remote_answer(_remote(call.actor, taxii_server_id).collections)


@endpoint("taxiiServers/objectsIndex", site_admin=True)
def objects_index(call: Call, taxii_server_id: str, collection_id: str, next_: str = "") -> Json:
    """List the objects of a collection, page by page, with the token of the next page."""
    remote, following = _remote(call.actor, taxii_server_id), {"next": next_} if next_ else {}
    return _remote_answer(lambda: _envelope(remote.objects(collection_id, **following)))


@endpoint("taxiiServers/objectView", site_admin=True)
def object_view(call: Call, taxii_server_id: str, collection_id: str, object_id: str) -> Json:
    """Return one object of a collection."""
    remote = _remote(call.actor, taxii_server_id)
    return _remote_answer(lambda: _envelope(remote.one_object(collection_id, object_id)))


def _synchronise(
    actor: Actor,
    taxii_server_id: str,
    verb: str,
    text: str,
    order: Callable[[Actor, int], int],
    move: Callable[[Actor, TaxiiServer], Run],
) -> Saved:
    server = servers.find_taxii_server(actor, taxii_server_id)
    url = f"/taxiiServers/{verb}/{server.pk}"
    if BACKGROUND_JOBS.value:
        job = order(actor, server.pk)
        return saved(f"Taxii {verb} job #{job} initiated.", url, id=str(server.pk))
    try:
        return saved(text.format(move(actor, server)), url, id=str(server.pk))
    except (OutgoingFailed, Conflict) as failed:
        raise SaveFailed(f"{verb} TaxiiServer", url, failed.wire, id=str(server.pk)) from failed


def _remote(actor: Actor, taxii_server_id: str) -> TaxiiClient:
    return TaxiiClient.of(servers.find_taxii_server(actor, taxii_server_id))


def _envelope(envelope: TaxiiEnvelope) -> dict[str, Any]:
    following = {"more": envelope.more, "next": envelope.next} if envelope.more else {"more": False}
    return {**following, "objects": envelope.objects}


def _remote_answer(ask: Callable[[], Any]) -> Json:
    try:
        return Json(ask())
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed
