"""Only site administrators read and change the hub's settings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from pytest_django import Settings

from tests.api.calls import call, send
from tests.factories import make_key
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting, stored_values
from vardkase.core.settings.models import SettingValue

TOKEN = Setting("Test.token", "", "A secret of somebody else.", secret=True, changed_by=ChangedBy.SITE_ADMIN)
EDIT = "/servers/serverSettingsEdit/"
UPDATED = {
    "saved": True,
    "success": True,
    "name": "Field updated",
    "message": "Field updated",
    "url": "/servers/serverSettingsEdit",
}


def edit(seed: Seed, name: str, value: Any) -> tuple[int, Any]:
    return call(seed.site_admin.key, "POST", EDIT + name, {"value": value})


def setting(seed: Seed, name: str) -> dict[str, Any]:
    status, body = call(seed.site_admin.key, "GET", f"/servers/getSetting/{name}")
    assert status == 200, body
    return body  # type: ignore[no-any-return]


def test_setting_is_changed_and_audited(seed: Seed) -> None:
    assert edit(seed, "MISP.max_correlations_per_event", 10) == (200, UPDATED)
    found = setting(seed, "MISP.max_correlations_per_event")
    assert (found["value"], found["type"], found["test"]) == (10, "numeric", "testForNumeric")
    entry = AuditEntry.objects.get(action="setting.changed")
    assert (entry.title, entry.change) == ("MISP.max_correlations_per_event", {"value": [5000, 10]})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("MISP.live", "perhaps", "The value must be true or false."),
        ("MISP.live", [], "The value must be true or false."),
        ("MISP.max_correlations_per_event", "many", "The value must be a whole number."),
        ("MISP.max_correlations_per_event", 10**30, "The value must be a whole number."),
        ("MISP.max_correlations_per_event", -1, "The value must be greater than 0."),
        ("debug", 7, "The value must be one of: 0, 1, 2."),
        ("MISP.maintenance_message", {"a": 1}, "Enter text of at most 65535 characters."),
    ],
)
def test_invalid_value_is_refused_with_reason(seed: Seed, name: str, value: Any, reason: str) -> None:
    before = setting(seed, name)["value"]
    status, body = edit(seed, name, value)
    assert (status, body["errors"]) == (403, reason)
    assert setting(seed, name)["value"] == before


def test_unknown_setting_returns_404(seed: Seed) -> None:
    status, body = edit(seed, "MISP.nosuch", "hi")
    assert (status, body["message"]) == (404, "Setting MISP.nosuch is invalid.")
    status, body = call(seed.site_admin.key, "GET", "/servers/getSetting/Nope")
    assert (status, body["message"]) == (404, "Setting Nope is invalid.")


def test_settings_fixed_at_start_are_shown_but_not_changed(seed: Seed) -> None:
    assert setting(seed, "MISP.default_event_distribution")["value"] == 1
    status, body = edit(seed, "MISP.default_event_distribution", 3)
    assert (status, body["message"]) == (405, "This setting can only be edited via the CLI.")
    assert call(seed.site_admin.key, "POST", EDIT + "MISP.live", {})[0] == 405


def test_secret_is_encrypted_and_absent_from_audit_log(seed: Seed) -> None:
    assert edit(seed, "Test.token", "very-secret")[0] == 200
    stored = SettingValue.objects.get(name="Test.token")
    assert "very-secret" not in json.dumps(stored.value)
    assert TOKEN.value == stored_values("Test.")["Test.token"] == "very-secret"
    assert edit(seed, "Test.token", "other-secret")[0] == 200
    changes = list(AuditEntry.objects.filter(action="setting.changed").values_list("change", flat=True))
    assert changes == [{}, {}]


def test_secret_encrypted_with_old_key_can_be_replaced(seed: Seed, settings: Settings) -> None:
    assert edit(seed, "Test.token", "very-secret")[0] == 200
    settings.SECRET_KEY = "another"
    with pytest.raises(InvalidToken):
        _ = TOKEN.value
    assert edit(seed, "Test.token", "fresh")[0] == 200
    assert TOKEN.value == "fresh"


def test_secrets_are_redacted(seed: Seed) -> None:
    assert edit(seed, "Test.token", "very-secret")[0] == 200
    for name in ("Test.token", "Security.salt", "Security.encryption_key"):
        status, body = call(seed.site_admin.key, "GET", f"/servers/getSetting/{name}")
        assert (status, body["message"]) == (403, "This setting is redacted.")
    report = send(seed.site_admin.key, "GET", "/servers/serverSettings").content
    assert b"very-secret" not in report
    assert b"very-secret" not in str(list(AuditEntry.objects.values_list("change", flat=True))).encode()


def test_settings_report_has_misps_shape(seed: Seed) -> None:
    status, body = call(seed.site_admin.key, "GET", "/servers/serverSettings")
    assert status == 200
    names = [line["setting"] for line in body["finalSettings"]]
    assert len(set(names)) == len(names)
    assert {"MISP.live", "MISP.baseurl", "MISP.max_correlations_per_event"} <= set(names)
    assert body["workers"]["default"]["jobCount"] == 0
    assert body["dbDiagnostics"]["attribute"]["data_in_bytes"] >= 0
    status, tab = call(seed.site_admin.key, "GET", "/servers/serverSettings/Security")
    assert {line["tab"] for line in tab} == {"Security"}


def test_schema_diagnostics_are_clean(seed: Seed) -> None:
    _, body = call(seed.site_admin.key, "GET", "/servers/dbSchemaDiagnostic")
    assert body["actual_db_version"] == body["expected_db_version"]
    assert body["diagnostic"] == {}
    assert "uuid" in body["columnPerTable"]["event"]
    assert body["indexes"]["event"]["uuid"] is True


def test_worker_status_and_commands(seed: Seed) -> None:
    _, body = call(seed.site_admin.key, "GET", "/servers/getWorkers")
    assert body["default"] == {"ok": False, "workers": {}, "jobCount": 0}
    assert call(seed.site_admin.key, "POST", "/servers/startWorker/default", {})[0] == 403
    assert call(seed.site_admin.key, "POST", "/servers/stopWorker/4", {})[0] == 404
    assert call(seed.site_admin.key, "POST", "/servers/restartWorkers", {})[1]["saved"] is True


def test_closed_hub_admits_only_site_administrators(seed: Seed) -> None:
    client = signed_in(seed.analyst.user)
    assert edit(seed, "MISP.live", False)[0] == 200
    status, body = call(seed.analyst.key, "GET", "/users/view/me")
    assert (status, body["message"]) == (405, "The hub is being maintained and will be back shortly.")
    assert client.get("/").status_code == 503
    assert call(seed.site_admin.key, "GET", "/users/view/me")[0] == 200
    assert edit(seed, "MISP.live", True)[0] == 200
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/servers/serverSettings"),
        ("GET", "/servers/getSetting/MISP.live"),
        ("POST", EDIT + "MISP.live"),
        ("GET", "/servers/dbSchemaDiagnostic"),
        ("GET", "/servers/getWorkers"),
        ("POST", "/servers/restartWorkers"),
        ("POST", "/servers/updateJSON"),
        ("GET", "/servers/ipUser/127.0.0.1"),
    ],
)
def test_settings_require_site_administrator(seed: Seed, method: str, path: str) -> None:
    for api_user in (seed.org_admin, seed.partner_sync, seed.analyst):
        assert call(api_user.key, method, path, {"value": False} if method == "POST" else None)[0] == 403
    read_only = make_key(seed.site_admin.user, read_only=True)
    if method == "POST":
        assert call(read_only, method, path, {"value": False})[0] == 403
