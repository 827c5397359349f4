"""User settings: set by users for themselves and by administrators for their users."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.identity.user_settings.models import UserSetting

SET = "/user_settings/setSetting"
WIDGET = {"widget": "WhoamiWidget", "position": {"x": 0}}
FILTER = {"AND": {"Event.info": "x"}}


def choose(key: str, setting: Any, value: Any, **more: Any) -> tuple[int, Any]:
    return call(key, "POST", SET, {"setting": setting, "value": value, **more})


def test_setting_is_set_read_listed_and_deleted(seed: Seed) -> None:
    key, me = seed.analyst.key, str(seed.analyst.user.pk)
    status, body = choose(key, "publish_alert_filter", '{"Tag.name": "tlp:red"}')
    row = body["UserSetting"]
    assert (status, list(row)) == (200, ["id", "setting", "value", "user_id", "timestamp"])
    assert (row["value"], row["user_id"]) == ({"Tag.name": "tlp:red"}, me)
    # As PyMISP writes it where orjson is installed.
    bytes_of_python = f"{json.dumps({'Tag.name': 'tlp:green'}).encode()}"
    changed = choose(key, "publish_alert_filter", bytes_of_python)[1]["UserSetting"]
    assert changed["value"] == {"Tag.name": "tlp:green"}
    assert choose(key, "publish_alert_filter", FILTER)[1]["UserSetting"]["id"] == row["id"]
    assert call(key, "GET", f"/user_settings/getSetting/{me}/publish_alert_filter")[1]["value"] == FILTER
    assert (
        call(key, "POST", "/userSettings/getSetting", {"setting": "publish_alert_filter"})[1]["value"]
        == FILTER
    )
    assert call(key, "GET", f"/userSettings/view/{row['id']}")[1]["UserSetting"]["value"] == FILTER
    assert [one["UserSetting"]["id"] for one in call(key, "GET", "/userSettings/index")[1]] == [row["id"]]
    assert call(key, "GET", "/users/view/me")[1]["UserSetting"] == {"publish_alert_filter": FILTER}
    assert call(key, "POST", "/userSettings/delete", {"setting": "publish_alert_filter"})[1]["saved"] is True
    assert call(key, "GET", "/userSettings/index")[1] == []


@pytest.mark.parametrize("name", ["nosuch", "oidc", "", None, ["homepage"], {"a": 1}, 7])
def test_unknown_setting_is_refused(seed: Seed, name: Any) -> None:
    status, body = choose(seed.analyst.key, name, 1)
    assert (status, body["message"]) == (405, "Invalid setting.")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("publish_alert_filter", "words"),
        ("publish_alert_filter", {"Event.nosuch": "x"}),
        ("publish_alert_filter", {"AND": ["x"]}),
        ("publish_alert_filter", {"Event.info": {"x": 1}}),
        ("publish_alert_filter", {"OR": [{"Tag.name": ["x"] * 250}, {"NOT": {"Event.info": ["x"] * 251}}]}),
        ("dashboard", {"widget": "x"}),
        ("dashboard", [{"widget": 1}]),
        ("homepage", "https://elsewhere.example"),
        ("homepage", {"path": "//elsewhere.example"}),
        ("default_restsearch_parameters", {"events": "x"}),
        ("tag_numerical_value_override", {"tlp:red": "high"}),
        ("event_index_hide_columns", ["a", 1]),
        ("periodic_notification_filters", {"nosuch": 1}),
        ("homepage", "/" + "x" * 200_000),
    ],
)
def test_invalid_value_is_refused(seed: Seed, setting: str, value: Any) -> None:
    status, body = choose(seed.analyst.key, setting, value)
    assert (status, list(body["errors"])) == (403, ["value"])
    assert not UserSetting.objects.exists()


@pytest.mark.parametrize(
    ("setting", "value", "kept"),
    [
        ("homepage", "/events/index", {"path": "/events/index"}),
        ("tag_numerical_value_override", {"tlp:red": "90", "a": 1.5}, {"tlp:red": 90, "a": 1.5}),
        ("event_index_hide_columns", '["tags", "tags"]', ["tags"]),
        ("periodic_notification_filters", {"tags": ["tlp:red"]}, {"tags": ["tlp:red"]}),
        ("dashboard", [WIDGET], [WIDGET]),
    ],
)  # fmt: skip
def test_stored_value(seed: Seed, setting: str, value: Any, kept: Any) -> None:
    assert choose(seed.analyst.key, setting, value)[1]["UserSetting"]["value"] == kept


def test_homepage_and_columns(seed: Seed) -> None:
    key = seed.analyst.key
    assert call(key, "POST", "/userSettings/setHomePage", {"path": "/events"})[1]["saved"] is True
    for _ in range(3):
        assert call(key, "POST", "/userSettings/eventIndexColumnToggle/tags", {})[0] == 200
    chosen = call(key, "GET", "/users/view/me")[1]["UserSetting"]
    assert chosen == {"homepage": {"path": "/events"}, "event_index_hide_columns": ["tags"]}


def test_administrators_set_for_own_users_only(seed: Seed) -> None:
    me = seed.analyst.user.pk
    assert choose(seed.org_admin.key, "homepage", "/a", user_id=me)[0] == 200
    for stranger in (seed.colleague, seed.partner, seed.partner_sync):
        assert choose(stranger.key, "homepage", "/b", user_id=me)[0] == 404
        assert call(stranger.key, "GET", f"/userSettings/getSetting/{me}/homepage")[0] == 404
        assert (
            call(stranger.key, "POST", "/userSettings/delete", {"setting": "homepage", "user_id": me})[0]
            == 404
        )
        assert call(stranger.key, "GET", "/userSettings/index")[1] == []
    number = UserSetting.objects.get().pk
    assert call(seed.partner.key, "GET", f"/userSettings/view/{number}")[0] == 404
    assert call(seed.partner.key, "POST", f"/userSettings/delete/{number}", {})[0] == 404
    assert choose(seed.org_admin.key, "homepage", "/c", user_id=seed.partner.user.pk)[0] == 404
    assert [
        row["UserSetting"]["user_id"] for row in call(seed.site_admin.key, "GET", "/userSettings/index")[1]
    ]


def test_dashboard_access_is_set_by_site_administrators(seed: Seed) -> None:
    assert choose(seed.analyst.key, "dashboard_access", 1)[0] == 403
    status, body = choose(seed.site_admin.key, "dashboard_access", 1)
    assert (status, body["UserSetting"]["value"]) == (200, 1)


def test_read_only_key_sets_nothing(seed: Seed) -> None:
    key = make_key(seed.analyst.user, read_only=True)
    assert choose(key, "homepage", "/a")[0] == 403
    assert call(key, "POST", "/userSettings/setHomePage", {"path": "/a"})[0] == 403
    assert call(key, "POST", "/userSettings/eventIndexColumnToggle/tags", {})[0] == 403
    assert call(key, "POST", "/userSettings/delete", {"setting": "homepage"})[0] == 403
    assert not UserSetting.objects.exists()
