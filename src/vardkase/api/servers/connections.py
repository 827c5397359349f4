"""servers/*: connections to other instances, configured by site administrators.

MISP gives the key of a connection back with every answer; here it is written and never read again.
"""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Reference, Text
from vardkase.api.inputs import Body, field
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.instance import instance_uuid
from vardkase.exchange.servers import queries, services
from vardkase.exchange.servers.caching import cached_at
from vardkase.exchange.servers.models import Server, no_pull_rules, no_push_rules
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.misp.flags import as_int

ABOUT_ADD = Description("POST an Server object in JSON format to this API to add a server.")
ABOUT_EDIT = Description(
    "POST an Server object in JSON format to this API to edit a server.", url="/servers/edit/[server_id]"
)


class ServerBody(Body, kw_only=True):
    model = "Server"

    url: Text = ""
    name: Text = ""
    remote_org_id: Reference = ""
    authkey: Anything = None
    push_rules: Anything = None
    pull_rules: Anything = None
    submitted_cert: Anything = None
    submitted_client_cert: Anything = None
    delete_cert: Flag = False
    delete_client_cert: Flag = False
    push: Flag = False
    pull: Flag = False
    push_sightings: Flag = False
    push_galaxy_clusters: Flag = False
    push_analyst_data: Flag = False
    pull_analyst_data: Flag = False
    pull_galaxy_clusters: Flag = False
    push_collections: Flag = False
    pull_collections: Flag = False
    publish_without_email: Flag = False
    unpublish_event: Flag = False
    self_signed: Flag = False
    internal: Flag = False
    skip_proxy: Flag = False
    remove_missing_tags: Flag = False
    caching_enabled: Flag = False
    organisation: Text = field(name="json", default="")


class NewServerBody(ServerBody, kw_only=True):
    url: Mandatory[Text] = ""
    name: Mandatory[Text] = ""
    remote_org_id: Mandatory[Reference] = ""
    authkey: Mandatory[Anything] = None


class ServerConfiguration(Body, kw_only=True):
    model = "Server"

    url: Mandatory[Text] = ""
    authkey: Mandatory[Anything] = None
    organisation: Mandatory[Anything] = field(name="Organisation", default=None)
    name: Text = ""


def _rules(rules: dict[str, Any], empty: dict[str, Any]) -> str:
    """Rules as JSON, with the members in the order of `empty`, as jsonb does not preserve it."""
    ordered = {name: rules[name] for name in [*empty, *(rules.keys() - empty.keys())] if name in rules}
    return json.dumps(ordered, separators=(",", ":"))


def server_dict(server: Server) -> dict[str, Any]:
    return {
        "id": str(server.pk),
        "name": server.name,
        "url": server.url,
        "org_id": str(server.org_id),
        "push": server.push,
        "pull": server.pull,
        "push_sightings": server.push_sightings,
        "push_galaxy_clusters": server.push_galaxy_clusters,
        "push_analyst_data": server.push_analyst_data,
        "pull_analyst_data": server.pull_analyst_data,
        "pull_galaxy_clusters": server.pull_galaxy_clusters,
        "push_collections": server.push_collections,
        "pull_collections": server.pull_collections,
        "lastpulledid": None if server.lastpulledid is None else str(server.lastpulledid),
        "lastpushedid": None if server.lastpushedid is None else str(server.lastpushedid),
        # Always null in MISP as well: the organisation is beside the server, as Organisation.
        "organization": None,
        "remote_org_id": str(server.remote_org_id),
        "publish_without_email": server.publish_without_email,
        "unpublish_event": server.unpublish_event,
        "self_signed": server.self_signed,
        "pull_rules": _rules(server.pull_rules, no_pull_rules()),
        "push_rules": _rules(server.push_rules, no_push_rules()),
        "cert_file": f"{server.pk}.pem" if server.authority else None,
        "client_cert_file": f"{server.pk}_client.pem" if server.encrypted_certificate else None,
        "internal": server.internal,
        "skip_proxy": server.skip_proxy,
        "remove_missing_tags": server.remove_missing_tags,
        "caching_enabled": server.caching_enabled,
        "priority": str(server.priority),
    }


@endpoint("servers/index", site_admin=True, answers="[Server]")
def index(call: Call) -> Json:
    """List all connections with their organisations and bound accounts."""
    page = list(queries.servers(call.actor))
    cached = cached_at([server.pk for server in page])
    bound = queries.users_bound_to(server.pk for server in page)
    return Json(
        [
            {
                "Server": server_dict(server)
                | {"cache_timestamp": str(cached[server.pk]) if server.pk in cached else False},
                "Organisation": _organisation(server.org),
                "RemoteOrg": _organisation(server.remote_org),
                "User": [
                    {"id": str(user.pk), "email": user.email, "server_id": str(user.server_id)}
                    for user in bound.get(server.pk, ())
                ],
            }
            for server in page
        ]
    )


@endpoint("servers/add", site_admin=True, writes=True, describes=ABOUT_ADD, answers="Server")
def add(call: Call, *, body: NewServerBody) -> Json:
    try:
        server = services.add_server(call.actor, _sent_server(body))
    except Invalid as error:
        raise SaveFailed("add Server", "/servers/add", error.errors) from error
    return Json({"Server": server_dict(server)})


@endpoint("servers/edit", site_admin=True, writes=True, describes=ABOUT_EDIT, answers="Server")
def edit(call: Call, server_id: str, *, body: ServerBody) -> Json:
    try:
        server = services.edit_server(call.actor, server_id, _sent_server(body))
    except Invalid as error:
        raise SaveFailed("edit Server", f"/servers/edit/{server_id}", error.errors, id=server_id) from error
    return Json({"Server": server_dict(server)})


@endpoint("servers/import", site_admin=True, writes=True, answers="Server")
def import_configuration(call: Call, *, body: ServerConfiguration) -> Json:
    """Add the connection described by another instance's servers/createSync."""
    try:
        server = services.import_server(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("addFromJson Server", "/servers/addFromJson", error.errors) from error
    return Json({"Server": server_dict(server)})


@endpoint("servers/delete", site_admin=True, writes=True)
def delete(call: Call, server_id: str) -> Saved:
    """Delete a connection; as in MISP, the message appears in the id member."""
    services.delete_server(call.actor, server_id)
    return saved("Server deleted", "/servers/delete/Server deleted", id="Server deleted")


@endpoint("servers/changePriority", site_admin=True, writes=True)
def change_priority(call: Call, server_id: str, direction: str) -> Saved:
    """Move a connection one place earlier or later: ``/servers/changePriority/<id>/<up or down>``."""
    server = queries.find_server(call.actor, server_id)
    if direction not in ("up", "down"):
        raise MispError(405, "Invalid direction.")
    services.move_server(call.actor, server.pk, earlier=direction == "up")
    return saved("Priority changed.", "/servers/changePriority", id=str(server.pk))


@endpoint("servers/createSync", requires=(Permission.SYNC,), writes=True, methods=("GET", "POST"))
def create_sync(call: Call) -> Json:
    """Return the configuration for another instance to connect to this one; each call creates a new key."""
    try:
        configuration = services.sync_configuration(call.actor, call.base_url, instance_uuid())
    except Forbidden as error:
        if error.has(ConnectionProblem.NOT_FOR_SITE_ADMINS):
            raise MispError(405, error.wire) from error
        raise
    return Json({"Server": configuration})


def _sent_server(body: ServerBody) -> dict[str, Any]:
    if body.organisation and "remote_org_id" not in body.sent:
        # MISP's page sends the chosen organisation as JSON in a text.
        try:
            chosen = json_limits.decoded(body.organisation)
        except ValueError:
            raise MispError(400, "json is not a JSON document.") from None
        if isinstance(chosen, dict) and as_int(chosen.get("id")):
            return {**body.sent, "remote_org_id": chosen["id"]}
        if isinstance(chosen, dict) and chosen.get("uuid"):
            return {**body.sent, "remote_org": chosen}
    return body.sent


def _organisation(organisation: Organisation) -> dict[str, str]:
    return {
        "id": str(organisation.pk),
        "name": organisation.name,
        "uuid": str(organisation.uuid),
        "nationality": organisation.nationality,
        "sector": organisation.sector,
        "type": organisation.type,
    }
