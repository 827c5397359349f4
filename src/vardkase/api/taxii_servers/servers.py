"""taxiiServers/*: collections of external TAXII servers, to push to and poll.

MISP gives the key of a server back with every answer; here it is written and never read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.taxii import polling, pushing, servers, tasks
from vardkase.exchange.taxii.client import TaxiiClient, TaxiiEnvelope
from vardkase.exchange.taxii.models import Run, TaxiiServer
from vardkase.identity.access.actor import Actor

MANDATORY = ["name", "owner", "baseurl", "api_root", "collection"]
OPTIONAL = ["description", "filters", "api_key", "distribution", "sharing_group_id"]
ABOUT_ADD = Description("Add a collection of a TAXII 2.1 server.", MANDATORY, OPTIONAL)
ABOUT_EDIT = Description(
    "Change a TAXII server.", (), [*MANDATORY, *OPTIONAL], url="/taxiiServers/edit/[taxii_server_id]"
)
PUSHED = "Taxii push completed. {0.objects_moved} objects sent, {0.refused} refused."
POLLED = (
    "Taxii poll completed. {0.objects_moved} objects fetched, {0.events} events stored, {0.refused} refused."
)


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
def index(call: Call) -> Answer:
    """List the TAXII servers."""
    return Json([taxii_server_dict(server) for server in servers.taxii_servers(call.actor)])


@endpoint(
    "taxiiServers/view", site_admin=True, describes=Description(url="/taxiiServers/view/[taxii_server_id]")
)
def view(call: Call) -> Answer:
    """Return one TAXII server."""
    return Json(taxii_server_dict(servers.find_taxii_server(call.actor, call.arg(0))))


@endpoint("taxiiServers/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Add a TAXII server."""
    try:
        server = servers.add_taxii_server(call.actor, call.data("TaxiiServer"))
    except Invalid as error:
        raise SaveFailed("add TaxiiServer", "/taxiiServers/add", error.errors) from error
    return Json(taxii_server_dict(server))


@endpoint("taxiiServers/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a TAXII server."""
    try:
        server = servers.edit_taxii_server(call.actor, call.arg(0), call.data("TaxiiServer"))
    except Invalid as error:
        number = call.arg(0)
        raise SaveFailed(
            "edit TaxiiServer", f"/taxiiServers/edit/{number}", error.errors, id=number
        ) from error
    return Json(taxii_server_dict(server))


@endpoint(
    "taxiiServers/delete",
    site_admin=True,
    writes=True,
    describes=Description(url="/taxiiServers/delete/[taxii_server_id]"),
)
def delete(call: Call) -> Answer:
    """Delete a TAXII server; the events fetched from it are kept."""
    number = servers.delete_taxii_server(call.actor, call.arg(0))
    return saved("TaxiiServer deleted", f"/taxiiServers/delete/{number}", id=str(number))


@endpoint(
    "taxiiServers/push",
    site_admin=True,
    writes=True,
    describes=Description(url="/taxiiServers/push/[taxii_server_id]"),
)
def push(call: Call) -> Answer:
    """Push the events that match the server's filters and may leave this hub."""
    return _synchronise(call, "push", PUSHED, tasks.order_push, pushing.push)


@endpoint(
    "taxiiServers/poll",
    site_admin=True,
    writes=True,
    describes=Description(url="/taxiiServers/poll/[taxii_server_id]"),
)
def poll(call: Call) -> Answer:
    """Fetch what was added to the server's collection since the last poll. Not part of MISP, which only
    pushes."""
    return _synchronise(call, "poll", POLLED, tasks.order_poll, polling.poll)


@endpoint(
    "taxiiServers/getRoot",
    site_admin=True,
    describes=Description("The API roots of a TAXII server.", ["baseurl"], ["api_key"]),
)
def get_root(call: Call) -> Answer:
    """List the API roots of a server that has not been added yet."""
    return _remote_answer(lambda: _unsaved(call).api_roots())


@endpoint(
    "taxiiServers/getCollections",
    site_admin=True,
    describes=Description("The collections of an API root.", ["baseurl", "api_root"], ["api_key"]),
)
def get_collections(call: Call) -> Answer:
    """Map the ids of an API root's collections to their titles, before the server is added."""
    return _remote_answer(
        lambda: {
            str(collection.get("id")): str(collection.get("title"))
            for collection in _unsaved(call).collections()
        }
    )


@endpoint(
    "taxiiServers/collectionsIndex",
    site_admin=True,
    describes=Description(url="/taxiiServers/collectionsIndex/[taxii_server_id]"),
)
def collections_index(call: Call) -> Answer:
    """List the collections of a server."""
    remote = _remote(call)
    return _remote_answer(remote.collections)


@endpoint(
    "taxiiServers/objectsIndex",
    site_admin=True,
    describes=Description(url="/taxiiServers/objectsIndex/[taxii_server_id]/[collection_id]/[next]"),
)
def objects_index(call: Call) -> Answer:
    """List the objects of a collection, page by page, with the token of the next page."""
    remote, following = _remote(call), {"next": call.arg(2)} if call.arg(2) else {}
    return _remote_answer(lambda: _envelope(remote.objects(call.arg(1), **following)))


@endpoint(
    "taxiiServers/objectView",
    site_admin=True,
    describes=Description(url="/taxiiServers/objectView/[taxii_server_id]/[collection_id]/[object_id]"),
)
def object_view(call: Call) -> Answer:
    """Return one object of a collection."""
    remote = _remote(call)
    return _remote_answer(lambda: _envelope(remote.one_object(call.arg(1), call.arg(2))))


def _synchronise(
    call: Call,
    verb: str,
    text: str,
    order: Callable[[Actor, int], int],
    move: Callable[[Actor, TaxiiServer], Run],
) -> Answer:
    server = servers.find_taxii_server(call.actor, call.arg(0))
    url = f"/taxiiServers/{verb}/{server.pk}"
    if BACKGROUND_JOBS.value:
        job = order(call.actor, server.pk)
        return saved(f"Taxii {verb} job #{job} initiated.", url, id=str(server.pk))
    try:
        return saved(text.format(move(call.actor, server)), url, id=str(server.pk))
    except (OutgoingFailed, Conflict) as failed:
        raise SaveFailed(f"{verb} TaxiiServer", url, failed.wire, id=str(server.pk)) from failed


def _remote(call: Call) -> TaxiiClient:
    return TaxiiClient.of(servers.find_taxii_server(call.actor, call.arg(0)))


def _unsaved(call: Call) -> TaxiiClient:
    data = call.data("TaxiiServer")
    baseurl, api_root, key = (str(data.get(name) or "") for name in ("baseurl", "api_root", "api_key"))
    return TaxiiClient(baseurl, api_root, key)


def _envelope(envelope: TaxiiEnvelope) -> dict[str, Any]:
    following = {"more": envelope.more, "next": envelope.next} if envelope.more else {"more": False}
    return {**following, "objects": envelope.objects}


def _remote_answer(ask: Callable[[], Any]) -> Answer:
    try:
        return Json(ask())
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed
