"""users/register, and processing of registrations by site administrators."""

from __future__ import annotations

import hashlib
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Email, Flag, Mandatory, Reference, Text, Texts, listed
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.addresses import counted_as
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.limits import Limit
from vardkase.identity.access.actor import Actor
from vardkase.identity.registrations import queries, services
from vardkase.identity.registrations.models import Inbox
from vardkase.identity.registrations.problems import RegistrationProblem

SENT = "Request sent. The administrators of this community have been notified."
NO_ORGANISATION = "No organisation selected. Supply an Organisation ID"
ABOUT_REGISTER = Description("POST your details to this API to ask for an account.")
REQUESTS = Limit("registration", allowed=20, window=3600)
"""Requests of one address an hour."""


class RegistrationBody(Body, kw_only=True):
    model = "User"

    email: Mandatory[Email] = ""
    org_id: Reference = ""
    org_name: Text = ""
    org_uuid: Text = ""
    message: Text = ""
    custom_perms: Text = ""
    perm_sync: Flag = False
    perm_publish: Flag = False
    perm_admin: Flag = False


class RegistrationQuery(Params, kw_only=True):
    value: Text = ""
    searchall: Text = ""


class RegistrationIds(Body, kw_only=True):
    model = "User"

    id: Texts = []


class AcceptedRegistrations(RegistrationIds, kw_only=True):
    org_id: Mandatory[Anything] = None
    role_id: Reference = ""


def inbox_dict(request: Inbox) -> dict[str, Any]:
    return {
        "id": str(request.pk),
        "uuid": str(request.uuid),
        "title": request.title,
        "type": request.type,
        "ip": request.ip or "",
        "user_agent": request.user_agent,
        "user_agent_sha256": hashlib.sha256(request.user_agent.encode()).hexdigest(),
        "comment": request.comment,
        "deleted": False,
        "timestamp": str(request.timestamp),
        "store_as_file": False,
        "data": request.data,
    }


def may_register(actor: Actor) -> None:
    """Raise MispError 429 if the actor's address has sent too many requests, 405 if self-registration is off."""
    usage = REQUESTS.spend(counted_as(actor.address))
    if usage.is_exceeded:
        raise MispError(429, RegistrationProblem.FULL().wire, headers={"Retry-After": str(usage.wait)})
    try:
        services.require_registration()
    except Forbidden as error:
        raise MispError(405, error.wire) from error


@endpoint(
    "users/register", public=True, methods=("POST",), describes=ABOUT_REGISTER, before_body=may_register
)
def register(call: Call, *, body: RegistrationBody) -> Saved:
    try:
        services.request_account(call.actor, body.sent, call.headers.get("User-Agent", ""))
    except Forbidden as error:
        raise MispError(405, error.wire) from error
    except Conflict as error:
        raise MispError(429, error.wire) from error
    except Invalid as error:
        raise SaveFailed("add Inbox", "/users/register", error.errors) from error
    return saved(SENT, "/users/register")


@endpoint("users/registrations", site_admin=True)
def registrations(call: Call, *, params: RegistrationQuery) -> Json:
    """List the pending requests for an account."""
    waiting = queries.waiting(call.actor, params.value or params.searchall)
    return Json([{"Inbox": inbox_dict(request)} for request in waiting])


@endpoint("users/acceptRegistrations", unlimited_key=True, site_admin=True, writes=True)
def accept(call: Call, id: str = "", *, body: AcceptedRegistrations) -> Saved:
    """Accept requests for an account: creates the accounts with the given organisation and role."""
    requests = queries.find_requests(call.actor, listed(id) or body.id)
    if not body.org_id:
        raise MispError(400, NO_ORGANISATION)
    try:
        count = services.accept_requests(call.actor, requests, body.sent)
    except Invalid as error:
        raise SaveFailed("add User", "/users/acceptRegistrations", error.errors) from error
    return saved(f"Added {count} user(s).", "/users/acceptRegistrations")


@endpoint("users/discardRegistrations", site_admin=True, writes=True)
def discard(call: Call, id: str = "", *, body: RegistrationIds) -> Saved:
    """Discard requests for an account."""
    requests = queries.find_requests(call.actor, listed(id) or body.id)
    count = services.discard_requests(call.actor, requests)
    return saved(f"{count} registration(s) discarded.", "/users/discardRegistrations")
