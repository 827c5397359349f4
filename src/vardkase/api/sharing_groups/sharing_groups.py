"""sharing_groups/*: sharing groups to which an event can be restricted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyReference, Anything, Flag, Mandatory, Reference, Text, Uuid
from vardkase.api.inputs import Body, JsonObject, Params, field
from vardkase.api.organisations.organisations import organisation_dict, organisation_reference
from vardkase.api.request import Call
from vardkase.api.value_formats import stamp
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.exchange.servers.queries import is_known, names_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations import queries, rules, services
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)
from vardkase.misp.flags import as_bool, as_int

NOT_FOUND = "Sharing group doesn't exist or you do not have permission to access it."
NO_EDITING = "Invalid sharing group or no editing rights."
INVALID_ORGANISATION = "Invalid organisation."
INVALID_SERVER = "Invalid Server."
THIS_INSTANCE = 0
ABOUT_ADD = Description(
    "POST a Sharing Group object in JSON format to this API to add a Sharing Group. The API will also try to "
    "capture attached organisations and servers if applicable to the current user.",
    optional={
        "0": "description",
        "1": "uuid",
        "2": "organisation_uuid",
        "3": "active",
        "4": "created",
        "5": "modified",
        "6": "roaming",
        "Server": ["url", "name", "all_orgs"],
        "Organisation": ["uuid", "name", "extend"],
    },
)
ABOUT_EDIT = Description(
    "POST a Sharing Group object in JSON format to this API to edit a Sharing Group.",
    url="/sharing_groups/edit/[sharing_group_id]",
)


class GroupBody(Body, kw_only=True):
    model = "SharingGroup"

    name: Text = ""
    releasability: Text = ""
    description: Text = ""
    active: Flag = False
    roaming: Flag = False


class NewGroupBody(GroupBody, kw_only=True):
    name: Mandatory[Text] = ""
    releasability: Mandatory[Text] = ""
    uuid: Uuid = None
    organisation_uuid: Uuid = None
    created: Anything = None
    modified: Anything = None
    organisation: Anything = field(name="Organisation", default=None)
    organisations: Anything = field(name="SharingGroupOrg", default=None)
    servers: Anything = field(name="SharingGroupServer", default=None)


class GroupQuery(Params, kw_only=True):
    """For clients that name the group and its new member outside the path."""

    sg_id: Reference = ""


class OrganisationQuery(GroupQuery, kw_only=True):
    org_id: Reference = ""


class NewOrganisationQuery(OrganisationQuery, kw_only=True):
    extend: Flag = False


class ServerQuery(GroupQuery, kw_only=True):
    server_id: AnyReference = None


class NewServerQuery(ServerQuery, kw_only=True):
    all_orgs: Flag = False


def group_dict(group: SharingGroup) -> dict[str, Any]:
    return {
        "id": str(group.pk),
        "name": group.name,
        "releasability": group.releasability,
        "description": group.description,
        "uuid": str(group.uuid),
        "organisation_uuid": str(group.organisation_uuid),
        "org_id": str(group.org_id),
        "sync_user_id": str(group.sync_user_id),
        "active": group.active,
        "created": stamp(group.created),
        "modified": stamp(group.modified),
        "local": group.local,
        "roaming": group.roaming,
    }


def _member_dict(member: SharingGroupOrg, *, local: bool = False) -> dict[str, Any]:
    organisation: dict[str, Any] = {**organisation_reference(member.org)}
    if local:
        organisation["local"] = member.org.local
    return {
        "id": str(member.pk),
        "sharing_group_id": str(member.sharing_group_id),
        "org_id": str(member.org_id),
        "extend": member.extend,
        "Organisation": organisation,
    }


def _server_dict(server: SharingGroupServer) -> dict[str, Any]:
    return {
        "id": str(server.pk),
        "sharing_group_id": str(server.sharing_group_id),
        "server_id": str(server.server_id),
        "all_orgs": server.all_orgs,
    }


def _saved_group(group: SharingGroup) -> Json:
    return Json(
        {
            "SharingGroup": group_dict(group),
            "SharingGroupOrg": [_member_dict(member) for member in group.members.all()],
            "SharingGroupServer": [_server_dict(server) for server in group.servers.all()],
            "Organisation": organisation_reference(group.org),
        }
    )


def _listed_group(actor: Actor, group: SharingGroup) -> dict[str, Any]:
    members = list(group.members.all())
    own = group_dict(group)
    columns = ("id", "uuid", "name", "description", "releasability", "local", "active", "roaming")
    return {
        "SharingGroup": {column: own[column] for column in columns} | {"org_count": str(len(members))},
        "Organisation": organisation_reference(group.org),
        "SharingGroupOrg": [_member_dict(member) for member in members],
        "SharingGroupServer": [
            {
                "all_orgs": server.all_orgs,
                "server_id": str(server.server_id),
                "sharing_group_id": str(group.pk),
                "Server": [],
            }
            for server in group.servers.all()
        ],
        "editable": rules.may_change_group(actor, group, members),
        "deletable": rules.may_delete_group(actor, group),
    }


def _find_group(call: Call, reference: str) -> SharingGroup:
    try:
        return queries.find_group(call.actor, reference)
    except NotFound:
        # PyMISP asks by HEAD whether a group exists, and takes 404 alone for no; a GET gets MISP's 405.
        raise MispError(404 if call.method == "HEAD" else 405, NOT_FOUND) from None


@endpoint("sharing_groups/index")
def index(call: Call, passive: str = "0") -> Json:
    """List the sharing groups that the caller may use."""
    groups = queries.visible_groups(call.actor).filter(active=not as_bool(passive))
    return Json({"response": [_listed_group(call.actor, group) for group in groups]})


@endpoint("sharing_groups/view", answers="SharingGroup")
def view(call: Call, sharing_group_id: str) -> Json:
    """Return one sharing group with its organisations and servers."""
    group = _find_group(call, sharing_group_id)
    names = {THIS_INSTANCE: ("Local instance", call.base_url)}
    names |= names_of(server.server_id for server in group.servers.all())
    servers = {
        number: {"Server": {"id": str(number), "name": name, "url": url}}
        for number, (name, url) in names.items()
    }
    reference = organisation_reference(group.org)
    return Json(
        {
            "SharingGroup": group_dict(group) | {"sync_org_name": group.org.name, "sync_org": reference},
            "Organisation": organisation_dict(group.org),
            "SharingGroupOrg": [_member_dict(member, local=True) for member in group.members.all()],
            "SharingGroupServer": [
                _server_dict(server) | servers.get(server.server_id, {}) for server in group.servers.all()
            ],
        }
    )


@endpoint(
    "sharing_groups/add",
    requires=(Permission.SHARING_GROUP,),
    writes=True,
    describes=ABOUT_ADD,
    answers="SharingGroup",
)
def add(call: Call, *, body: NewGroupBody, document: JsonObject) -> Json:
    # MISP's own documents have organisations and servers beside the group, not in it.
    names = ("SharingGroupOrg", "SharingGroupServer", "Organisation")
    beside = {name: document[name] for name in names if name in document}
    try:
        number = services.capture_sharing_group(call.actor, beside | body.sent)
    except Invalid:
        # MISP answers every refusal with the same sentence, whatever the reason.
        number = None
    if number is None:
        raise SaveFailed("add SharingGroup", "/sharing_groups/add", "Could not save sharing group.")
    return _saved_group(queries.find_group(call.actor, number))


@endpoint(
    "sharing_groups/edit",
    requires=(Permission.SHARING_GROUP,),
    writes=True,
    describes=ABOUT_EDIT,
    answers="SharingGroup",
)
def edit(call: Call, sharing_group_id: str, *, body: GroupBody) -> Json:
    group = _find_group(call, sharing_group_id)
    url = f"/sharing_groups/edit/{group.pk}"
    try:
        services.edit_sharing_group(call.actor, group, body.sent)
    except Invalid as error:
        raise SaveFailed("edit SharingGroup", url, error.errors, id=str(group.pk)) from error
    return _saved_group(queries.find_group(call.actor, group.pk))


@endpoint("sharing_groups/delete", requires=(Permission.SHARING_GROUP,), writes=True)
def delete(call: Call, sharing_group_id: str) -> Saved:
    """Delete a sharing group that is not in use."""
    group = _find_group(call, sharing_group_id)
    number = str(group.pk)
    url = f"/sharing_groups/delete/{number}"
    try:
        services.delete_sharing_group(call.actor, group)
    except Conflict as error:
        raise SaveFailed("delete SharingGroup", url, error.wire, id=number) from error
    return saved("SharingGroup deleted", url, id=number)


@endpoint("sharing_groups/addOrg", requires=(Permission.SHARING_GROUP,), writes=True)
def add_organisation(
    call: Call,
    sharing_group_id: str = "",
    organisation_id: str = "",
    extend: str = "",
    *,
    params: NewOrganisationQuery,
) -> Saved:
    """Add an organisation to a sharing group; `extend` allows it to change the group."""
    group = _changeable_group(call.actor, sharing_group_id or params.sg_id)
    organisation = _organisation(organisation_id or params.org_id)
    may_extend = as_bool(extend) if extend else params.extend
    url = "/sharing_groups/addOrg"
    with _changing_members("add Organisation to SharingGroup", url):
        services.add_organisation_to_group(call.actor, group, organisation, extend=may_extend)
    return saved("Organisation added to the sharing group.", url)


@endpoint("sharing_groups/removeOrg", requires=(Permission.SHARING_GROUP,), writes=True)
def remove_organisation(
    call: Call, sharing_group_id: str = "", organisation_id: str = "", *, params: OrganisationQuery
) -> Saved:
    """Remove an organisation from a sharing group."""
    group = _changeable_group(call.actor, sharing_group_id or params.sg_id)
    organisation = _organisation(organisation_id or params.org_id)
    url = "/sharing_groups/removeOrg"
    with _changing_members("remove Organisation from SharingGroup", url):
        services.remove_organisation_from_group(call.actor, group, organisation)
    return saved("Organisation removed from the sharing group.", url)


@endpoint("sharing_groups/addServer", requires=(Permission.SHARING_GROUP,), writes=True)
def add_server(
    call: Call,
    sharing_group_id: str = "",
    server_id: str = "",
    all_orgs: str = "",
    *,
    params: NewServerQuery,
) -> Saved:
    """Add a server to a sharing group; `all_orgs` includes all organisations there."""
    group = _changeable_group(call.actor, sharing_group_id or params.sg_id)
    server = _server(server_id or params.server_id)
    has_all_orgs = as_bool(all_orgs) if all_orgs else params.all_orgs
    url = "/sharing_groups/addServer"
    with _changing_members("add Server to SharingGroup", url):
        services.add_server_to_group(call.actor, group, server, all_orgs=has_all_orgs)
    return saved("Server added to the sharing group.", url)


@endpoint("sharing_groups/removeServer", requires=(Permission.SHARING_GROUP,), writes=True)
def remove_server(
    call: Call, sharing_group_id: str = "", server_id: str = "", *, params: ServerQuery
) -> Saved:
    """Remove a server from a sharing group."""
    group = _changeable_group(call.actor, sharing_group_id or params.sg_id)
    server = _server(server_id or params.server_id)
    url = "/sharing_groups/removeServer"
    with _changing_members("remove Server from SharingGroup", url):
        services.remove_server_from_group(call.actor, group, server)
    return saved("Server removed from the sharing group.", url)


@contextmanager
def _changing_members(change: str, url: str) -> Iterator[None]:
    """Context manager: word refused changes of a group's organisations or servers as MISP does."""
    try:
        yield
    except Conflict as error:
        raise SaveFailed(change, url, error.wire) from error
    except Forbidden:
        raise MispError(405, NO_EDITING) from None


def _changeable_group(actor: Actor, reference: str) -> SharingGroup:
    try:
        return queries.find_group(actor, reference)
    except NotFound:
        raise MispError(405, NO_EDITING) from None


def _organisation(reference: str) -> Organisation:
    try:
        return queries.find_organisation(reference)
    except NotFound:
        raise MispError(405, INVALID_ORGANISATION) from None


def _server(reference: Any) -> int:
    """Server 0 is this instance; other ids are its connections."""
    server = as_int(reference)
    if server is None or (server != THIS_INSTANCE and not is_known(server)):
        raise MispError(405, INVALID_SERVER)
    return server
