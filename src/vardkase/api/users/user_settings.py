"""userSettings/*: settings of users."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Mandatory, Reference, Text, Texts
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.user_settings import queries, rules, services
from vardkase.identity.user_settings.models import UserSetting

INVALID_SETTING = "Invalid setting."
ABOUT_SET = Description(
    "POST a User setting object in JSON format to this API to create a new setting or override one.",
    url="/userSettings/setSetting/[user_id]/[setting]",
)
ABOUT_DELETE = Description("POST to delete a user setting, by its ID or by the name of the setting.")


class SettingsQuery(Params, kw_only=True):
    setting: Texts = []
    user_id: Reference = ""


class UserQuery(Params, kw_only=True):
    user_id: Reference = ""


class SettingQuery(UserQuery, kw_only=True):
    setting: Text = ""


class SettingOwnerBody(Body, kw_only=True):
    model = "UserSetting"

    user_id: Reference = ""


class UserSettingBody(SettingOwnerBody, kw_only=True):
    setting: Mandatory[Anything] = None
    value: Mandatory[Anything] = None


class HomePageBody(SettingOwnerBody, kw_only=True):
    path: Mandatory[Anything] = None


def setting_dict(setting: UserSetting) -> dict[str, Any]:
    return {
        "id": str(setting.pk),
        "setting": setting.setting,
        "value": setting.value,
        "user_id": str(setting.user_id),
        "timestamp": str(setting.timestamp),
    }


@endpoint("userSettings/index", answers="[UserSetting]")
def index(call: Call, *, params: SettingsQuery) -> Json:
    """List the user settings that the caller may read."""
    settings = queries.visible_settings(call.actor)
    if params.setting:
        settings = settings.filter(setting__in=params.setting)
    if params.user_id:
        settings = settings.filter(user=_user(call.actor, params.user_id))
    return Json([{"UserSetting": setting_dict(setting)} for setting in settings])


@endpoint("userSettings/view", answers="UserSetting")
def view(call: Call, user_setting_id: str) -> Json:
    """Return one user setting by id."""
    return Json({"UserSetting": setting_dict(queries.find_user_setting(call.actor, user_setting_id))})


@endpoint("userSettings/getSetting")
def get_setting(
    call: Call, user_id: str = "", setting: str = "", *, body: SettingOwnerBody, params: SettingQuery
) -> Json:
    """Return one setting of a user, by user id and setting name."""
    name = setting or params.setting
    if name not in rules.SETTINGS:
        raise MispError(404, INVALID_SETTING)
    user = _user(call.actor, body.user_id or params.user_id or user_id)
    return Json(setting_dict(queries.setting_of(call.actor, user, name)))


@endpoint("userSettings/setSetting", writes=True, describes=ABOUT_SET, answers="UserSetting")
def set_setting(
    call: Call, user_id: str = "", setting: str = "", *, body: UserSettingBody, params: UserQuery
) -> Json:
    name = body.setting if isinstance(body.setting, str) and body.setting else setting
    if name not in rules.SETTINGS:
        raise MispError(405, INVALID_SETTING)
    if "value" not in body.sent:  # It may be null.
        raise MispError(405, "This endpoint expects both a setting and a value to be set.")
    user = _user(call.actor, body.user_id or params.user_id or user_id)
    try:
        changed = services.set_user_setting(call.actor, user, name, body.value)
    except Invalid as error:
        raise SaveFailed("set UserSetting", "/userSettings/setSetting", error.errors) from error
    return Json({"UserSetting": setting_dict(changed)})


@endpoint("userSettings/delete", writes=True, describes=ABOUT_DELETE)
def delete(call: Call, user_setting_id: str = "", *, body: SettingOwnerBody, params: SettingQuery) -> Saved:
    if user_setting_id:
        setting = queries.find_user_setting(call.actor, user_setting_id)
    else:
        user = _user(call.actor, body.user_id or params.user_id)
        setting = queries.setting_of(call.actor, user, params.setting)
    number = str(setting.pk)
    services.delete_user_setting(call.actor, setting)
    return saved("Setting deleted.", "/userSettings/delete", id=number)


@endpoint("userSettings/setHomePage", writes=True)
def set_home_page(call: Call, user_id: str = "", *, body: HomePageBody, params: UserQuery) -> Saved:
    """Set the page that the caller sees after signing in."""
    user = _user(call.actor, body.user_id or params.user_id or user_id)
    try:
        changed = services.set_user_setting(call.actor, user, "homepage", body.path)
    except Invalid as error:
        raise SaveFailed("set UserSetting", "/userSettings/setHomePage", error.errors) from error
    return saved(f"Homepage set to {changed.value['path']}", "/userSettings/setHomePage")


@endpoint("userSettings/eventIndexColumnToggle", writes=True)
def toggle_column(call: Call, column: str) -> Saved:
    """Show or hide a column of the caller's event list."""
    if not column:
        raise MispError(405, "No column given.")
    services.toggle_column(call.actor, find_user(call.actor, "me"), column)
    return saved("Column visibility switched", "/userSettings/eventIndexColumnToggle")


def _user(actor: Actor, reference: str) -> User:
    try:
        return find_user(actor, reference or "me")
    except NotFound as error:
        raise MispError(404, "Invalid user.") from error
