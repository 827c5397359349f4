"""users/* and admin/users/*: user accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Answer, Json, message, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.organisations.organisations import organisation_dict
from vardkase.api.request import Call
from vardkase.api.users.roles import role_dict
from vardkase.api.value_formats import seconds, stamp
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.models import User
from vardkase.identity.user_settings.queries import values_of

OPTIONAL = [
    "password",
    "external_auth_required",
    "external_auth_key",
    "enable_password",
    "nids_sid",
    "server_id",
    "gpgkey",
    "certif_public",
    "autoalert",
    "contactalert",
    "disabled",
    "change_pw",
    "termsaccepted",
    "newsread",
]
ABOUT_ADD = Description(
    "POST a User object in JSON format to this API to create a new user.",
    ["email", "org_id", "role_id"],
    OPTIONAL,
)
ABOUT_EDIT = Description(
    "POST a User object in JSON format to this API to edit a user.",
    (),
    ["email", "org_id", "role_id", *OPTIONAL],
    "/admin/users/edit/[user_id]",
)
INVALID_ORGANISATION = "Invalid organisation"
INVALID_ROLE = "Invalid role"


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


@endpoint("users/view")
def view(call: Call) -> Answer:
    """Return one account: the caller's own (`me`), or one that the caller may administer."""
    return Json(viewed_user(queries.find_user(call.actor, call.arg(0, "me"))))


@endpoint("users/edit", writes=True, describes=ABOUT_EDIT)
def edit_own(call: Call) -> Answer:
    return _edit(call, own=True)


@endpoint("users/change_pw", writes=True)
def change_password(call: Call) -> Answer:
    """Change the caller's password."""
    password = str(call.data("User").get("password") or "")
    try:
        services.change_password(call.actor, password)
    except Invalid as error:
        raise SaveFailed("change_pw User", "/users/change_pw", error.errors) from error
    return saved("Password Changed.", "/users/change_pw")


@endpoint("users/resetauthkey", requires=(Permission.AUTH,), writes=True)
def reset_key(call: Call) -> Answer:
    """Create a new API key; earlier keys are revoked."""
    user = queries.find_user(call.actor, call.arg(0, "me"))
    raw = services.reset_keys(call.actor, user)
    return saved(f"Authkey updated: {raw}", f"/users/resetauthkey/{user.pk}", id=str(user.pk))


@endpoint("users/heartbeat")
def heartbeat(call: Call) -> Answer:
    """Check whether the hub is up."""
    return message("The instance is up.")


@endpoint("admin/users/index", requires=(Permission.ADMIN,))
def index(call: Call) -> Answer:
    """List the accounts that the caller may administer."""
    users = queries.search_users(
        call.actor,
        value=str(call.param("value") or call.param("searchall") or call.param("searchemail") or ""),
        organisation=str(call.param("searchorg") or call.param("organisation") or ""),
        role=str(call.param("searchrole") or ""),
    )
    return Json([listed_user(user) for user in users])


@endpoint("admin/users/view", requires=(Permission.ADMIN,))
def admin_view(call: Call) -> Answer:
    """Return one account that the caller may administer, with its role and organisation."""
    user = queries.find_user(call.actor, call.arg(0))
    shown = viewed_user(user)
    shown["User"]["orgAdmins"] = queries.administrators_of(user.org_id)
    return Json(shown)


@endpoint("admin/users/add", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        user, key = services.create_user_with_key(call.actor, call.data("User"))
    except Invalid as error:
        raise _refused("add", "/admin/users/add", error) from error
    return Json(saved_user(user, key))


@endpoint("admin/users/edit", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    return _edit(call, own=False)


@endpoint("admin/users/delete", requires=(Permission.ADMIN,), writes=True)
def delete(call: Call) -> Answer:
    """Delete an account."""
    return _delete(call, "/admin/users/delete")


@endpoint("users/delete", requires=(Permission.ADMIN,), writes=True)
def delete_plainly(call: Call) -> Answer:
    """Delete an account, under its former URL."""
    return _delete(call, "/users/delete")


def _delete(call: Call, where: str) -> Answer:
    user = queries.find_user(call.actor, call.arg(0))
    number = str(user.pk)
    url = f"{where}/{number}"
    try:
        services.delete_user(call.actor, user)
    except Invalid as error:
        raise SaveFailed("delete User", url, error.errors, id=number) from error
    return saved("User deleted.", url, id=number)


def _edit(call: Call, *, own: bool) -> Answer:
    user = queries.find_user(call.actor, call.arg(0, "me"))
    if own and user.pk != call.actor.user_id:
        raise Forbidden
    url = f"/{'' if own else 'admin/'}users/edit/{user.pk}"
    try:
        data = call.data("User")
        user = (
            services.edit_own_account(call.actor, data) if own else services.edit_user(call.actor, user, data)
        )
    except Invalid as error:
        raise _refused("edit", url, error) from error
    return Json(viewed_user(user) if own else saved_user(user))


def _refused(action: str, url: str, error: Invalid) -> MispError | SaveFailed:
    errors = error.errors
    if isinstance(errors, Mapping):
        if "role_id" in errors:
            return MispError(405, INVALID_ROLE)
        if "org_id" in errors:
            return SaveFailed(f"{action} User", url, list(errors["org_id"]))
    return SaveFailed(f"{action} User", url, errors)
