"""No MISP setting is accepted and then ignored: each is either used, or refused with a reason."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.core.settings import declared_settings
from vardkase.hub.instance.fixed_settings import BY_NAME
from vardkase.hub.instance.unsupported_settings import sentences, why_not

SOURCE = Path(__file__).parents[2] / "src" / "vardkase"
DECLARED = re.compile(r'^([A-Z][A-Z0-9_]*)(?:: [^=]+)? = Setting\(\s*"([^"]+)"', re.MULTILINE)
IMPORTED = re.compile(r"^(?:from|import) [^(\n]*(?:\([^)]*\))?$", re.MULTILINE)


def test_every_declared_setting_is_read() -> None:
    """Its Python name occurs somewhere other than its declaration; an import alone does not count."""
    texts = [path.read_text() for path in SOURCE.rglob("*.py")]
    everything = "\n".join(IMPORTED.sub("", text) for text in texts)
    named = dict(match.groups() for match in DECLARED.finditer(everything))
    assert len(named) > 30
    # Counted once: five megabytes would take seconds to search for each name.
    words = Counter(re.findall(r"\w+", everything))
    unread = [setting for name, setting in named.items() if words[name] < 2]
    assert unread == []


def test_setting_is_either_declared_or_refused() -> None:
    for name in sentences():
        shared = name.endswith((".", "_"))
        ours = {*declared_settings(), *BY_NAME}
        assert not [each for each in ours if each == name or (shared and each.startswith(name))], name


def test_reasons_are_sentences() -> None:
    for name, reason in sentences().items():
        assert reason[0].isupper(), name
        assert reason.endswith("."), name


@pytest.mark.parametrize(
    "name",
    [
        "Security.auth",
        "ApacheShibbAuth.UseDefaultOrg",
        "MISP.log_paranoid_api",
    ],
)
def test_unsupported_setting_is_refused_with_reason(seed: Seed, name: str) -> None:
    status, answered = call(
        seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/{name}", {"value": "1"}
    )
    assert status == 405, answered
    assert answered["message"] == why_not(name)


def test_setting_unknown_to_misp_returns_404(seed: Seed) -> None:
    assert why_not("Security.nonsense") is None
    assert (
        call(seed.site_admin.key, "POST", "/servers/serverSettingsEdit/Security.nonsense", {"value": 1})[0]
        == 404
    )


def test_disable_user_add_limits_adding_to_site_administrators(seed: Seed) -> None:
    configure("MISP.disable_user_add", True)
    account = {"email": "new@a.example", "role_id": seed.analyst.user.role_id, "org_id": seed.org_a.pk}
    status, answered = call(seed.org_admin.key, "POST", "/admin/users/add", account)
    assert status == 403
    assert "site administrators" in answered["message"]
    assert call(seed.site_admin.key, "POST", "/admin/users/add", account)[0] == 200


def test_disable_user_login_change_limits_it_to_site_administrators(seed: Seed) -> None:
    configure("MISP.disable_user_login_change", True)
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    assert call(seed.org_admin.key, "POST", path, {"email": "other@a.example"})[0] == 403
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.email != "other@a.example"


def test_disable_user_password_change_limits_it_to_site_administrators(seed: Seed) -> None:
    configure("MISP.disable_user_password_change", True)
    change = {"password": "A quite long password 7!"}
    assert call(seed.org_admin.key, "POST", f"/admin/users/edit/{seed.analyst.user.pk}", change)[0] == 403


@pytest.mark.parametrize("name", ["Security.salt", "Security.encryption_key"])
def test_secret_settings_are_neither_shown_nor_changed(seed: Seed, name: str) -> None:
    for path, body in (
        (f"/servers/serverSettingsEdit/{name}", {"value": "changed"}),
        (f"/servers/serverSettingsEdit/{name}", {}),
        (f"/servers/getSetting/{name}", {}),
    ):
        status, answered = call(seed.site_admin.key, "POST", path, body)
        assert (status, answered["message"]) == (403, "This setting is redacted.")


def test_diagnostics_have_prio_queue(seed: Seed) -> None:
    """The worker serves urgent jobs first, so ``prio`` works whenever the worker does."""
    status, report = call(seed.site_admin.key, "GET", "/servers/serverSettings/diagnostics")
    assert status == 200
    workers = report["workers"]
    assert set(workers["prio"]) == {"ok", "workers", "jobCount"}
    assert workers["prio"]["ok"] == workers["default"]["ok"]
    assert set(workers["prio"]["workers"]) == set(workers["default"]["workers"])
