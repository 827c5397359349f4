"""Which keys authenticate, and attempts to get around it."""

from __future__ import annotations

import http.client
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.calls import call, send
from tests.factories import make_key, make_role, make_user
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.api import authentication
from vardkase.api.authentication import ACCOUNT_DISABLED, AUTHENTICATION_FAILED, KEY_ENDED, WRONG_ADDRESS
from vardkase.api.errors import NO_PERMISSION
from vardkase.config.middleware import client_address
from vardkase.core import limits, sql
from vardkase.identity.accounts.models import AuthKey, User

VERSION = "/servers/getVersion"


def refusal(key: str | None, **options: Any) -> tuple[int, str]:
    status, body = call(key, "GET", VERSION, **options)
    return status, body.get("message", "")


def test_key_is_accepted_in_either_header(seed: Seed) -> None:
    assert call(seed.analyst.key, "GET", VERSION)[0] == 200
    assert call(None, "GET", VERSION, headers={"X-MISP-AUTH": seed.analyst.key})[0] == 200


def test_first_valid_key_counts(seed: Seed) -> None:
    both = f"{'x' * 40}, {seed.reader.key}"
    _, body = call(both, "GET", "/users/view/me")
    assert body["User"]["email"] == seed.reader.user.email


@pytest.mark.parametrize(
    "key", [None, "x" * 40, "short", "Bearer {key}", "Basic {key}", "{key}x", "' OR 1=1 --"]
)
def test_incomplete_or_unknown_key_is_refused(seed: Seed, key: str | None) -> None:
    sent = key.format(key=seed.analyst.key) if key else None
    headers = {"Authorization": sent} if sent else {}
    assert refusal(None, headers=headers) == (403, AUTHENTICATION_FAILED)


def test_key_in_url_is_refused(seed: Seed) -> None:
    for path in (f"{VERSION}/apikey:{seed.analyst.key}", f"{VERSION}?apikey={seed.analyst.key}"):
        status, body = call(None, "GET", path)
        assert (status, body["message"]) == (403, AUTHENTICATION_FAILED)


def test_browser_session_does_not_authenticate_api(seed: Seed) -> None:
    client = Client(headers={"Accept": "application/json"})
    client.force_login(seed.site_admin.user)
    response = client.get(VERSION)
    assert (response.status_code, response.json()["message"]) == (403, AUTHENTICATION_FAILED)


def test_expired_key_is_refused(seed: Seed) -> None:
    """The answer names the day, which only the key's holder can learn."""
    key = make_key(seed.analyst.user, expiration=1_700_000_000)
    assert refusal(key) == (403, KEY_ENDED.format(day="2023-11-14"))


def test_expiring_key_returns_expiry_header(seed: Seed) -> None:
    key = make_key(seed.analyst.user, expiration=2_000_000_000)
    assert send(key, "GET", VERSION)["X-Auth-Key-Expiration"] == "2033-05-18T03:33:20+00:00"


def test_revoked_key_is_refused_immediately(seed: Seed) -> None:
    assert call(seed.analyst.key, "GET", VERSION)[0] == 200
    AuthKey.objects.filter(user=seed.analyst.user).delete()
    assert refusal(seed.analyst.key) == (403, AUTHENTICATION_FAILED)


def test_disabled_or_expired_account_is_refused(seed: Seed) -> None:
    User.objects.filter(pk=seed.analyst.user.pk).update(disabled=True)
    User.objects.filter(pk=seed.reader.user.pk).update(expiration=timezone.now() - timedelta(seconds=1))
    assert refusal(seed.analyst.key) == (403, ACCOUNT_DISABLED)
    assert refusal(seed.reader.key) == (403, ACCOUNT_DISABLED)


def test_role_without_api_access_is_refused(seed: Seed) -> None:
    key = make_key(make_user(seed.org_a, make_role("No API", [])))
    assert refusal(key) == (403, AUTHENTICATION_FAILED)


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        (["10.0.0.0/8"], "10.1.2.3", 200),
        (["192.0.2.7", "2001:db8::/32"], "2001:db8::5", 200),
        (["192.0.2.7"], "192.0.2.7", 200),
        (["192.0.2.7"], "::ffff:192.0.2.7", 200),
        (["10.0.0.0/8"], "192.0.2.7", 403),
        (["10.0.0.0/8"], "", 403),
    ],
)
def test_key_limited_to_addresses(seed: Seed, allowed: list[str], address: str, status: int) -> None:
    key = make_key(seed.analyst.user, allowed_ips=allowed)
    got, message = refusal(key, REMOTE_ADDR=address)
    assert got == status
    assert (message == WRONG_ADDRESS) == (status == 403)


def test_forged_forwarded_address_is_ignored(seed: Seed, settings: Any) -> None:
    key = make_key(seed.analyst.user, allowed_ips=["10.0.0.1"])
    forged = {"X-Forwarded-For": "10.0.0.1"}
    assert refusal(key, headers=forged, REMOTE_ADDR="192.0.2.7")[0] == 403
    settings.TRUSTED_PROXIES = 1
    through_proxy = {"X-Forwarded-For": "10.0.0.1, 192.0.2.7"}
    assert refusal(key, headers=through_proxy, REMOTE_ADDR="127.0.0.1")[0] == 403


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "10.0.0.1", "127.0.0.1"),
        (1, "10.0.0.1, 192.0.2.7", "192.0.2.7"),
        (2, "10.0.0.1, 192.0.2.7, 192.0.2.8:4711", "192.0.2.7"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (2, "192.0.2.7", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_client_address_is_taken_from_trusted_proxies(
    rf: Any, settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == address


def test_read_only_key_cannot_write(seed: Seed) -> None:
    key = make_key(seed.site_admin.user, read_only=True)
    assert call(key, "GET", "/admin/users/index")[0] == 200
    for path in ("/admin/organisations/add", "/auth_keys/add/me", "/users/change_pw", "/admin/roles/add"):
        status, body = call(key, "POST", path, {"name": "x", "password": "y"})
        assert (status, body["message"]) == (403, NO_PERMISSION), path


def test_key_use_is_recorded_once_a_minute(seed: Seed) -> None:
    stored = AuthKey.objects.get(user=seed.analyst.user)
    call(seed.analyst.key, "GET", VERSION, REMOTE_ADDR="192.0.2.1")
    stored.refresh_from_db()
    assert stored.last_used is not None
    assert stored.unique_ips == ["192.0.2.1"]
    AuthKey.objects.update(last_used=stored.last_used - 30)
    call(seed.analyst.key, "GET", VERSION, REMOTE_ADDR="192.0.2.2")
    assert AuthKey.objects.get(pk=stored.pk).unique_ips == ["192.0.2.1"]
    AuthKey.objects.update(last_used=stored.last_used - 61)
    call(seed.analyst.key, "GET", VERSION, REMOTE_ADDR="192.0.2.2")
    assert AuthKey.objects.get(pk=stored.pk).unique_ips == ["192.0.2.2", "192.0.2.1"]


def test_failing_address_is_throttled_without_locking_out_others(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "now_seconds", lambda: 1_000_000)
    for _ in range(authentication.FAILURES.allowed):
        assert refusal("x" * 40)[0] == 403
    response = send("x" * 40, "GET", VERSION)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert call(seed.analyst.key, "GET", VERSION)[0] == 200
    assert refusal("x" * 40, REMOTE_ADDR="192.0.2.9")[0] == 403


def test_authentication_takes_one_query(
    seed: Seed, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    call(seed.analyst.key, "GET", VERSION)
    asked: list[None] = []

    def counted(**options: Any) -> Any:
        asked.append(None)
        return sql.cursor(**options)

    def looked_up(query: sql.PreparedQuery, *parameters: str) -> Any:
        asked.append(None)
        return rows(query, *parameters)

    rows = sql.PreparedQuery.rows
    monkeypatch.setattr(sql.PreparedQuery, "rows", looked_up)
    monkeypatch.setattr(authentication, "cursor", counted)
    with django_assert_num_queries(0):  # Without the ORM.
        assert call(seed.analyst.key, "GET", VERSION)[0] == 200
    assert len(asked) == 1


def test_authentication_over_network(server: WebServer, server_seed: Seed) -> None:
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(key: str, **headers: str) -> tuple[int, Any]:
        sent = {"Authorization": key, "Accept": "application/json", "User-Agent": "PyMISP", **headers}
        wire.request("GET", VERSION, headers=sent)
        response = wire.getresponse()
        return response.status, json.loads(response.read())

    status, body = ask(server_seed.partner_sync.key)
    assert (status, body["perm_sync"], body["version"]) == (200, True, "2.5.1")
    bound = make_key(server_seed.analyst.user, allowed_ips=["192.0.2.0/24"])
    forged = ask(bound, **{"X-Forwarded-For": "192.0.2.1"})
    assert (forged[0], forged[1]["message"]) == (403, WRONG_ADDRESS)
    AuthKey.objects.filter(user=server_seed.partner_sync.user).delete()
    assert ask(server_seed.partner_sync.key)[0] == 403
    wire.close()


def test_key_in_refused_url_is_not_logged(seed: Seed, caplog: pytest.LogCaptureFixture) -> None:
    call(None, "GET", f"/servers/getVersion/apikey:{seed.analyst.key}")
    call(seed.reader.key, "GET", f"/nothing/apikey:{seed.analyst.key}")
    assert seed.analyst.key not in caplog.text
