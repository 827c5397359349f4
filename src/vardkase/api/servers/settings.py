"""servers/serverSettings*, servers/getSetting: run-time settings for site administrators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.instance import diagnostics, workers
from vardkase.hub.instance import settings as instance
from vardkase.hub.instance.settings import SettingLine
from vardkase.hub.instance.unsupported_settings import why_not

WAITS = "The change is waiting for a second officer."
REDACTED = "This setting is redacted."
KINDS: dict[type, tuple[str, str]] = {
    bool: ("boolean", "testBool"),
    int: ("numeric", "testForNumeric"),
    str: ("string", "testForEmpty"),
}
EDIT = "/servers/serverSettingsEdit"
ABOUT_EDIT = Description(
    "POST a value to this API to change the setting that is named in the address. The hub's officers change its rules: "
    "a second officer approves on the hub's pages, and `reason` says to them why. It is mandatory for these settings. "
    "A setting about sign-in is not changed with a key that has addresses or a last day.",
    url=f"{EDIT}/[setting]",
)


class SettingBody(Body, kw_only=True):
    model = "Server"

    value: Mandatory[Anything] = None
    force: Flag = False
    reason: Text = ""


@endpoint("servers/serverSettings", oversight=True)
def server_settings(call: Call, tab: str = "") -> Json:
    """Return all settings and the state of the instance; with the name of one of MISP's tabs, only that tab's
    settings."""
    lines = [_setting_row(line) for line in instance.every_setting(call.actor)]
    if tab and tab not in ("diagnostics", "download"):
        return Json([line for line in lines if line["tab"].lower() == tab.lower()])
    report = {
        **diagnostics.report(call.actor),
        "finalSettings": lines,
        "workers": workers.queues(call.actor),
    }
    return Json(report, headers={"Content-Disposition": 'attachment; filename="MISP.report.json"'})


@endpoint("servers/getSetting", oversight=True)
def get_setting(call: Call, setting: str) -> Json:
    """Return one setting with its value, description and type."""
    line = instance.find_setting(call.actor, setting)
    if line.secret:
        raise MispError(403, REDACTED)
    kind, test = KINDS[line.kind]
    row = {
        "level": line.level,
        "description": str(line.description),
        "value": line.value,
        "test": test,
        "type": kind,
    }
    if line.options:
        row["options"] = {str(option): str(meaning) for option, meaning in line.options}
    return Json({**row, "name": line.name})


@endpoint(
    "servers/serverSettingsEdit",
    proposes=("change_setting",),
    oversight=True,
    writes=True,
    describes=ABOUT_EDIT,
)
def edit_setting(call: Call, setting: str, *, body: SettingBody) -> Saved:
    if reason := why_not(setting):
        raise MispError(405, reason)
    line = instance.find_setting(call.actor, setting)
    if line.secret and line.fixed:
        raise MispError(403, REDACTED)
    if "value" not in body.sent:  # It may be null.
        raise MispError(405, "No value provided.")
    try:
        waits = instance.change_setting(call.actor, setting, body.value, body.reason)
    except instance.FixedSetting as error:
        raise MispError(405, error.wire) from error
    except Invalid as error:
        raise SaveFailed("serverSettingsEdit Server", EDIT, error.errors) from error
    if waits:
        return replace(saved(WAITS, EDIT, approval_request_id=str(waits.pk)), status=202)
    return saved("Field updated", EDIT)


@endpoint("servers/serverSettingsReloadSetting", oversight=True)
def reload_setting(call: Call, setting: str) -> Json:
    """Return a setting as a row of the list; nothing needs reloading, as every read is current."""
    return Json(_setting_row(instance.find_setting(call.actor, setting)))


def _setting_row(line: SettingLine) -> dict[str, Any]:
    kind, test = KINDS[line.kind]
    tab = line.name.partition(".")[0] if "." in line.name else "MISP"
    return {
        "level": line.level,
        "description": str(line.description),
        "value": "*****" if line.secret else line.value,
        "test": test,
        "type": kind,
        "errorMessage": None,
        "redacted": line.secret,
        "cli_only": line.fixed,
        "tab": tab,
        "setting": line.name,
    }
