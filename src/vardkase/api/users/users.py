"""users/* and admin/users/*: user accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Json, Message, Saved, message, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Email, Flag, Mandatory, Reference, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.organisations.organisations import organisation_dict
from vardkase.api.request import Call
from vardkase.api.users.roles import role_dict
from vardkase.api.value_formats import seconds, stamp
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.models import User
from vardkase.identity.user_settings.queries import values_of

ABOUT_ADD = Description("POST a User object in JSON format to this API to create a new user.")
ABOUT_EDIT = Description(
    "POST a User object in JSON format to this API to edit a user.", url="/admin/users/edit/[user_id]"
)
INVALID_ORGANISATION = "Invalid organisation"
INVALID_ROLE = "Invalid role"


class UserBody(Body, kw_only=True):
    model = "User"

    email: Email = ""
    org_id: Reference = ""
    role_id: Reference = ""
    password: Text = ""
    external_auth_required: Flag = False
    external_auth_key: Text = ""
    enable_password: Flag = False
    nids_sid: Anything = None
    server_id: Anything = None
    gpgkey: Text = ""
    certif_public: Text = ""
    autoalert: Flag = False
    contactalert: Flag = False
    disabled: Flag = False
    change_pw: Flag = False
    termsaccepted: Flag = False
    newsread: Anything = None
    expiration: Anything = None
    force_logout: Flag = False
    notification_daily: Flag = False
    notification_weekly: Flag = False
    notification_monthly: Flag = False


class NewUserBody(UserBody, kw_only=True):
    email: Mandatory[Email] = ""
    org_id: Mandatory[Reference] = ""
    role_id: Mandatory[Reference] = ""


class PasswordBody(Body, kw_only=True):
    model = "User"

    password: Mandatory[Text] = ""


class UserSearch(Params, kw_only=True):
    value: Text = ""
    searchall: Text = ""
    searchemail: Text = ""
    searchorg: Text = ""
    organisation: Text = ""
    searchrole: Text = ""


def _account(user: User) -> dict[str, Any]:
    """The members from `autoalert` on that all account responses share, in MISP's order."""
    return {
        "invited_by": str(user.invited_by),
        "gpgkey": user.gpgkey,
        "certif_public": user.certif_public or "",
        "nids_sid": str(user.nids_sid),
        "termsaccepted": user.termsaccepted,
        "newsread": str(user.newsread),
        "role_id": str(user.role_id),
        "change_pw": user.change_pw,
        "contactalert": user.contactalert,
        "disabled": user.disabled,
        "expiration": stamp(user.expiration),
        "current_login": seconds(user.last_login),
        "last_login": seconds(user.last_login),
        "force_logout": user.force_logout,
        "date_created": seconds(user.date_created),
        "date_modified": seconds(user.date_modified),
    }


def _preferences(user: User) -> dict[str, Any]:
    second_factor = queries.has_second_factor(user)
    return {
        "sub": None,
        "external_auth_required": user.external_auth_required,
        "external_auth_key": user.external_auth_key,
        "last_api_access": seconds(user.last_api_access),
        "notification_daily": user.notification_daily,
        "notification_weekly": user.notification_weekly,
        "notification_monthly": user.notification_monthly,
        "totp": "*****" if second_factor else None,
        "hotp_counter": None,
        "last_pw_change": seconds(user.last_pw_change, None),
        "totp_is_set": "1" if second_factor else "0",
    }


def saved_user(user: User, key: str | None = None) -> dict[str, Any]:
    """An account as returned by add and edit; `key` is its new API key, shown only once."""
    row: dict[str, Any] = {
        "id": str(user.pk),
        # Six asterisks here and five in users/view, as MISP has them.
        "password": "******",
        "org_id": str(user.org_id),
        "server_id": str(user.server_id),
        "email": user.email,
        "autoalert": user.autoalert,
    }
    if key is not None:
        row["authkey"] = key
    return {"User": row | _account(user) | _preferences(user)}


def viewed_user(user: User) -> dict[str, Any]:
    row = {
        "id": str(user.pk),
        "password": "*****",
        "org_id": str(user.org_id),
        "email": user.email,
        "autoalert": user.autoalert,
    }
    return {
        "User": row | _account(user) | _preferences(user),
        "Role": role_dict(user.role),
        # PHP writes an empty map as a list.
        "UserSetting": values_of(user) or [],
        "Organisation": organisation_dict(user.org),
    }


def listed_user(user: User) -> dict[str, Any]:
    row = {
        "id": str(user.pk),
        "org_id": str(user.org_id),
        "server_id": str(user.server_id),
        "email": user.email,
        "autoalert": user.autoalert,
    }
    role = user.role
    return {
        "User": row
        | _account(user)
        | {
            "last_api_access": seconds(user.last_api_access),
            "last_pw_change": seconds(user.last_pw_change, None),
        },
        "Role": {
            "id": str(role.pk),
            "name": role.name,
            "perm_auth": role.perm_auth,
            "perm_site_admin": role.perm_site_admin,
            "perm_admin": role.perm_admin,
        },
        "Organisation": {"id": str(user.org_id), "name": user.org.name},
    }


@endpoint("users/view", answers="User")
def view(call: Call, user_id: str = "me") -> Json:
    """Return one account: the caller's own (`me`), or one that the caller may administer."""
    return Json(viewed_user(queries.find_user(call.actor, user_id)))


@endpoint("users/edit", writes=True, describes=ABOUT_EDIT)
def edit_own(call: Call, user_id: str = "me", *, body: UserBody) -> Json:
    return _edit(call.actor, user_id, body, own=True)


@endpoint("users/change_pw", writes=True)
def change_password(call: Call, *, body: PasswordBody) -> Saved:
    """Change the caller's password."""
    try:
        services.change_password(call.actor, body.password)
    except Invalid as error:
        raise SaveFailed("change_pw User", "/users/change_pw", error.errors) from error
    return saved("Password Changed.", "/users/change_pw")


@endpoint("users/resetauthkey", requires=(Permission.AUTH,), writes=True)
def reset_key(call: Call, user_id: str = "me") -> Saved:
    """Create a new API key; earlier keys are revoked."""
    user = queries.find_user(call.actor, user_id)
    raw = services.reset_keys(call.actor, user)
    return saved(f"Authkey updated: {raw}", f"/users/resetauthkey/{user.pk}", id=str(user.pk))


@endpoint("users/heartbeat")
def heartbeat(call: Call) -> Message:
    """Check whether the hub is up."""
    return message("The instance is up.")


@endpoint("admin/users/index", requires=(Permission.ADMIN,), answers="[User]")
def index(call: Call, *, params: UserSearch) -> Json:
    """List the accounts that the caller may administer."""
    users = queries.search_users(
        call.actor,
        value=params.value or params.searchall or params.searchemail,
        organisation=params.searchorg or params.organisation,
        role=params.searchrole,
    )
    return Json([listed_user(user) for user in users])


@endpoint("admin/users/view", requires=(Permission.ADMIN,), answers="User")
def admin_view(call: Call, user_id: str) -> Json:
    """Return one account that the caller may administer, with its role and organisation."""
    user = queries.find_user(call.actor, user_id)
    shown = viewed_user(user)
    shown["User"]["orgAdmins"] = queries.administrators_of(user.org_id)
    return Json(shown)


@endpoint("admin/users/add", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_ADD, answers="User")
def add(call: Call, *, body: NewUserBody) -> Json:
    try:
        user, key = services.create_user_with_key(call.actor, body.sent)
    except Invalid as error:
        raise _refused("add", "/admin/users/add", error) from error
    return Json(saved_user(user, key))


@endpoint("admin/users/edit", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_EDIT)
def edit(call: Call, user_id: str = "me", *, body: UserBody) -> Json:
    return _edit(call.actor, user_id, body, own=False)


@endpoint("admin/users/delete", requires=(Permission.ADMIN,), writes=True)
def delete(call: Call, user_id: str) -> Saved:
    """Delete an account."""
    return _delete(call.actor, user_id, "/admin/users/delete")


@endpoint("users/delete", requires=(Permission.ADMIN,), writes=True)
def delete_plainly(call: Call, user_id: str) -> Saved:
    """Delete an account, under its former URL."""
    return _delete(call.actor, user_id, "/users/delete")


def _delete(actor: Actor, user_id: str, where: str) -> Saved:
    user = queries.find_user(actor, user_id)
    number = str(user.pk)
    url = f"{where}/{number}"
    try:
        services.delete_user(actor, user)
    except Invalid as error:
        raise SaveFailed("delete User", url, error.errors, id=number) from error
    return saved("User deleted.", url, id=number)


def _edit(actor: Actor, user_id: str, body: UserBody, *, own: bool) -> Json:
    user = queries.find_user(actor, user_id)
    if own and user.pk != actor.user_id:
        raise Forbidden
    url = f"/{'' if own else 'admin/'}users/edit/{user.pk}"
    try:
        user = (
            services.edit_own_account(actor, body.sent) if own else services.edit_user(actor, user, body.sent)
        )
    except Invalid as error:
        raise _refused("edit", url, error) from error
    return Json(viewed_user(user) if own else saved_user(user))


def _refused(action: str, url: str, error: Invalid) -> MispError | SaveFailed:
    errors = error.errors
    if isinstance(errors, Mapping):
        if "role_id" in errors:
            # MISP answers an unknown role with 405 and one text, other fields with 403 and errors by field.
            return MispError(405, INVALID_ROLE)
        if "org_id" in errors:
            return SaveFailed(f"{action} User", url, list(errors["org_id"]))
    return SaveFailed(f"{action} User", url, errors)
