"""userSettings/*: settings of users."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.user_settings import queries, rules, services
from vardkase.identity.user_settings.models import UserSetting

INVALID_SETTING = "Invalid setting."
ABOUT_SET = Description(
    "POST a User setting object in JSON format to this API to create a new setting or override one.",
    ["setting", "value"],
    ["user_id"],
    "/userSettings/setSetting/[user_id]/[setting]",
)
ABOUT_DELETE = Description(
    "POST to delete a user setting, by its ID or by the name of the setting.", (), ["setting", "user_id"]
)


def setting_dict(setting: UserSetting) -> dict[str, Any]:
    return {
        "id": str(setting.pk),
        "setting": setting.setting,
        "value": setting.value,
        "user_id": str(setting.user_id),
        "timestamp": str(setting.timestamp),
    }


@endpoint("userSettings/index")
def index(call: Call) -> Answer:
    """List the user settings that the caller may read."""
    settings = queries.visible_settings(call.actor)
    if name := call.param("setting"):
        settings = settings.filter(
            setting__in=[str(item) for item in (name if isinstance(name, list) else [name])]
        )
    if call.param("user_id"):
        settings = settings.filter(user=_user(call))
    return Json([{"UserSetting": setting_dict(setting)} for setting in settings])


@endpoint("userSettings/view")
def view(call: Call) -> Answer:
    """Return one user setting by id."""
    return Json({"UserSetting": setting_dict(queries.find_user_setting(call.actor, call.arg(0)))})


@endpoint(
    "userSettings/getSetting", describes=Description(url="/userSettings/getSetting/[user_id]/[setting]")
)
def get_setting(call: Call) -> Answer:
    """Return one setting of a user, by user id and setting name."""
    name = call.arg(1) or str(call.param("setting") or "")
    if name not in rules.SETTINGS:
        raise MispError(404, INVALID_SETTING)
    return Json(setting_dict(queries.setting_of(call.actor, _user(call), name)))


@endpoint("userSettings/setSetting", writes=True, describes=ABOUT_SET)
def set_setting(call: Call) -> Answer:
    body = call.data("UserSetting")
    name = body.get("setting") or call.arg(1)
    if not isinstance(name, str) or name not in rules.SETTINGS:
        raise MispError(405, INVALID_SETTING)
    if "value" not in body:
        raise MispError(405, "This endpoint expects both a setting and a value to be set.")
    try:
        changed = services.set_user_setting(call.actor, _user(call), name, body["value"])
    except Invalid as error:
        raise SaveFailed("set UserSetting", "/userSettings/setSetting", error.errors) from error
    return Json({"UserSetting": setting_dict(changed)})


@endpoint("userSettings/delete", writes=True, describes=ABOUT_DELETE)
def delete(call: Call) -> Answer:
    if call.arg(0):
        setting = queries.find_user_setting(call.actor, call.arg(0))
    else:
        setting = queries.setting_of(call.actor, _user(call), str(call.param("setting") or ""))
    number = str(setting.pk)
    services.delete_user_setting(call.actor, setting)
    return saved("Setting deleted.", "/userSettings/delete", id=number)


@endpoint("userSettings/setHomePage", writes=True)
def set_home_page(call: Call) -> Answer:
    """Set the page that the caller sees after signing in."""
    path = call.data("UserSetting").get("path")
    try:
        changed = services.set_user_setting(call.actor, _user(call), "homepage", path)
    except Invalid as error:
        raise SaveFailed("set UserSetting", "/userSettings/setHomePage", error.errors) from error
    return saved(f"Homepage set to {changed.value['path']}", "/userSettings/setHomePage")


@endpoint("userSettings/eventIndexColumnToggle", writes=True)
def toggle_column(call: Call) -> Answer:
    """Show or hide a column of the caller's event list."""
    column = call.arg(0)
    if not column:
        raise MispError(405, "No column given.")
    services.toggle_column(call.actor, find_user(call.actor, "me"), column)
    return saved("Column visibility switched", "/userSettings/eventIndexColumnToggle")


def _user(call: Call) -> User:
    reference = call.data("UserSetting").get("user_id") or call.param("user_id") or call.arg(0) or "me"
    try:
        return find_user(call.actor, str(reference))
    except NotFound as error:
        raise MispError(404, "Invalid user.") from error
