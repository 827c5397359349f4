"""auth_keys/*: API keys, the user's own and those of the users they administer."""

from __future__ import annotations

from typing import Annotated, Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import ANYTHING, CODE, Flag, Reference, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.models import AuthKey

ABOUT_ADD = Description(
    "POST an AuthKey object in JSON format to this API to create an API key.",
    url="/auth_keys/add/[user_id]",
)
ABOUT_EDIT = Description(
    "POST an AuthKey object in JSON format to this API to edit an API key.",
    url="/auth_keys/edit/[auth_key_id]",
)


class AuthKeyBody(Body, kw_only=True):
    model = "AuthKey"

    comment: Text = ""
    expiration: Annotated[Any, CODE.described("A day, or seconds since 1970; 0: never")] = None
    read_only: Flag = False
    allowed_ips: Annotated[Any, ANYTHING.described("Addresses and networks the key may be used from")] = None


class NewAuthKeyBody(AuthKeyBody, kw_only=True):
    user_id: Reference = ""


class PinnedAddress(Params, kw_only=True):
    ip: Text = ""


def key_dict(key: AuthKey) -> dict[str, Any]:
    """A key as MISP shows it: only its first and last characters."""
    return {
        "id": str(key.pk),
        "uuid": str(key.uuid),
        "authkey_start": key.authkey_start,
        "authkey_end": key.authkey_end,
        "created": str(key.created),
        "expiration": str(key.expiration),
        "read_only": key.read_only,
        "user_id": str(key.user_id),
        "comment": key.comment,
        "allowed_ips": key.allowed_ips,
        "unique_ips": key.unique_ips,
    }


def _with_user(key: AuthKey) -> dict[str, Any]:
    return {"AuthKey": key_dict(key), "User": {"id": str(key.user_id), "email": key.user.email}}


@endpoint("auth_keys/index", requires=(Permission.AUTH,), answers="[AuthKey]")
def index(call: Call, user_id: str = "") -> Json:
    """List API keys: the caller's own, or those of the accounts that the caller may administer."""
    keys = queries.visible_keys(call.actor)
    if user_id:
        keys = keys.filter(user=queries.find_user(call.actor, user_id))
    return Json([_with_user(key) for key in keys])


@endpoint("auth_keys/view", requires=(Permission.AUTH,), answers="AuthKey")
def view(call: Call, key_id: str) -> Json:
    """Return one API key, without the secret."""
    return Json(_with_user(queries.find_key(call.actor, key_id)))


@endpoint("auth_keys/add", requires=(Permission.AUTH,), writes=True, describes=ABOUT_ADD, answers="AuthKey")
def add(call: Call, user_id: str = "", *, body: NewAuthKeyBody) -> Json:
    user = queries.find_user(call.actor, user_id or body.user_id or "me")
    try:
        key, raw = services.issue_key(call.actor, user, body.sent)
    except Invalid as error:
        raise SaveFailed("add AuthKey", "/auth_keys/add", error.errors) from error
    return Json({"AuthKey": key_dict(key) | {"comment": body.sent.get("comment"), "authkey_raw": raw}})


@endpoint("auth_keys/edit", requires=(Permission.AUTH,), writes=True, describes=ABOUT_EDIT, answers="AuthKey")
def edit(call: Call, key_id: str, *, body: AuthKeyBody) -> Json:
    key = queries.find_key(call.actor, key_id)
    try:
        key = services.edit_key(call.actor, key, body.sent)
    except Invalid as error:
        raise SaveFailed("edit AuthKey", f"/auth_keys/edit/{key.pk}", error.errors, id=key.pk) from error
    return Json(_with_user(key))


@endpoint("auth_keys/pin", requires=(Permission.AUTH,), writes=True)
def pin(call: Call, key_id: str, address: str = "", *, params: PinnedAddress) -> Saved:
    """Restrict a key to the address in the path, in addition to any addresses allowed already."""
    key = queries.find_key(call.actor, key_id)
    # An IPv6 address looks like a named argument, so it is taken from the path as it was written.
    address = call.segments[1] if len(call.segments) > 1 else params.ip
    url = f"/auth_keys/pin/{key.pk}"
    try:
        new = services.pin_key(call.actor, key, address)
    except Invalid as error:
        raise SaveFailed("pin AuthKey", url, error.errors, id=key.pk) from error
    text = (
        "The key may be used from this address." if new else "The key may be used from this address already."
    )
    return saved(text, url, id=key.pk)


@endpoint("auth_keys/delete", requires=(Permission.AUTH,), writes=True)
def delete(call: Call, key_id: str) -> Saved:
    """Revoke an API key, effective immediately."""
    key = queries.find_key(call.actor, key_id)
    number = key.pk
    services.delete_key(call.actor, key)
    return saved("AuthKey deleted.", f"/auth_keys/delete/{number}", id=number)
