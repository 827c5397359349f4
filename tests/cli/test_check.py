"""`check` refuses unsafe settings by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from tests.factories.officers import officer
from tests.factories.seed import Seed
from vardkase.cli.main import commands
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, parties_of_account
from vardkase.identity.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def safe(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of an installation in production."""
    settings.DATA_DIR = tmp_path
    settings.BASE_URL = "https://hub.example"
    settings.ALLOWED_HOSTS = ["hub.example"]
    settings.REQUIRE_SECOND_FACTOR = True
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    settings.SECRET_KEY = settings.CORRELATION_SECRET = "s3cret-" * 10
    return settings


def problems(*options: str) -> list[str]:
    answer = CliRunner().invoke(commands, ["check", "--json", *options])
    found = [problem["id"] for problem in json.loads(answer.stdout)["problems"]]
    # DJANGO_ALLOW_ASYNC_UNSAFE: the tests set it, and need it where Playwright has left an event loop in the thread.
    found.remove("async.E001")
    # Tests work as the owner of their database.
    found.remove("vardkase.DATABASE_OWNER_URL")
    assert answer.exit_code == 1
    return found


def test_production_settings_pass(safe: Settings) -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("name", "value", "variable"),
    [
        ("BASE_URL", "", "VARDKASE_BASE_URL"),
        ("BASE_URL", "http://hub.example", "VARDKASE_BASE_URL"),
        ("ALLOWED_HOSTS", ["*"], "VARDKASE_ALLOWED_HOSTS"),
        ("REQUIRE_SECOND_FACTOR", False, "VARDKASE_REQUIRE_SECOND_FACTOR"),
        ("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", True, "VARDKASE_INSECURE_ORIGIN"),
        ("CORRELATION_SECRET", "short", "VARDKASE_CORRELATION_SECRET"),
        ("VARDKASE_SMTP_HOST", "", "VARDKASE_SMTP_HOST"),
    ],
)
def test_each_unsafe_setting_is_named(safe: Settings, name: str, value: object, variable: str) -> None:
    setattr(safe, name, value)
    assert problems() == [f"vardkase.{variable}"]


def test_unencrypted_remote_database_is_named(safe: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(safe.DATABASES["default"], "HOST", "db.example")
    assert problems() == ["vardkase.DATABASE_URL"]


def test_readable_secret_is_named(safe: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "django"
    secret.parent.mkdir()
    secret.write_text("x")
    secret.chmod(0o644)
    assert problems() == ["vardkase.VARDKASE_DATA_DIR"]


@pytest.mark.parametrize(("mode", "is_open"), [(0o700, False), (0o710, False), (0o750, True), (0o701, True)])
def test_accessible_data_folder_is_named(safe: Settings, tmp_path: Path, mode: int, is_open: bool) -> None:
    tmp_path.chmod(mode)
    safe.DATA_DIR = tmp_path
    assert problems() == (["vardkase.VARDKASE_DATA_DIR"] if is_open else [])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hub.example"])  # noqa: S104
def test_public_address_requires_a_reverse_proxy(
    safe: Settings, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The command passes it to its child processes.
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(safe.DATA_DIR))
    assert problems("--host", host) == ["vardkase.VARDKASE_TRUSTED_PROXIES"]
    refused = CliRunner().invoke(commands, ["serve", "--host", host])
    assert refused.exit_code == 1
    safe.TRUSTED_PROXIES = 1
    assert problems("--host", host) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_address_needs_no_reverse_proxy(safe: Settings, host: str) -> None:
    assert problems("--host", host) == []


def test_officer_with_site_administrator_role_is_named(safe: Settings, seed: Seed) -> None:
    both = officer(seed).user
    assert problems() == []
    User.objects.filter(pk=both.pk).update(role=seed.site_admin.user.role)
    assert problems() == ["vardkase.officers"]
    assert not parties_of_account(User.objects.get(pk=both.pk)) & OFFICERS, "such an officer may not decide"


def test_findings_are_in_the_language_of_the_terminal(
    safe: Settings, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.REQUIRE_SECOND_FACTOR = False
    both = officer(seed).user
    User.objects.filter(pk=both.pk).update(role=seed.site_admin.user.role)

    def printed(language: str, *options: str) -> str:
        monkeypatch.setenv("LC_ALL", language)
        return CliRunner().invoke(commands, ["check", *options]).stdout

    for language, words in (
        ("sv_SE.UTF-8", ("Det räcker med ett lösenord", "Ta bort den, eller sätt", "Handläggare som också")),
        ("en_GB.UTF-8", ("A password alone", "Remove it, or set it to true.", "Officers who are also site")),
        ("C", ("A password alone",)),
    ):
        assert [word for word in words if word not in printed(language)] == [], language
    assert "A password alone" in printed("sv_SE.UTF-8", "--json")


@pytest.mark.parametrize(
    ("address", "prefix"), [("https://hub.example", "__Host-"), ("http://127.0.0.1:8000", "")]
)
def test_cookies_are_bound_to_host_where_pages_are_encrypted(
    tmp_path: Path, address: str, prefix: str
) -> None:
    cookies = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME"
    asked = f"import vardkase.config.settings as s; print({cookies})"
    given = {
        "VARDKASE_BASE_URL": address,
        "VARDKASE_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
    }
    done = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | given, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        f"{prefix}{name}" for name in ("vardkase", "csrftoken", "vardkase_language")
    ]
