"""Acting with an API key never grants more than the key has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.api.dispatch import declared_permissions
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.problems import KeyProblem

HERE = "127.0.0.1"
SOON = 2_000_000_000


@pytest.fixture
def bound(seed: Seed) -> str:
    """A site administrator's key limited to this address, until 2033."""
    return make_key(seed.site_admin.user, allowed_ips=[HERE], expiration=SOON)


def key_row(raw: str) -> AuthKey:
    return AuthKey.objects.get(authkey_start=raw[:4], authkey_end=raw[-4:])


@pytest.mark.parametrize("owner", ["site_admin", "analyst"])
@pytest.mark.parametrize(
    "body", [{}, {"allowed_ips": [], "expiration": 0}, {"allowed_ips": "", "expiration": ""}], ids=str
)
def test_new_key_inherits_limits(seed: Seed, bound: str, owner: str, body: dict[str, Any]) -> None:
    status, made = call(bound, "POST", f"/auth_keys/add/{getattr(seed, owner).user.pk}", body)
    assert status == 200
    key = key_row(made["AuthKey"]["authkey_raw"])
    assert (key.allowed_ips, key.expiration) == ([HERE], SOON)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"allowed_ips": ["0.0.0.0/0"]}, "allowed_ips"),
        ({"allowed_ips": ["127.0.0.0/8"]}, "allowed_ips"),
        ({"allowed_ips": [HERE, "192.0.2.1"]}, "allowed_ips"),
        ({"allowed_ips": ["::/0"]}, "allowed_ips"),
        ({"expiration": SOON + 1}, "expiration"),
        ({"expiration": "2090-01-01"}, "expiration"),
    ],
)
def test_wider_key_is_refused(seed: Seed, bound: str, body: dict[str, Any], field: str) -> None:
    before = AuthKey.objects.count()
    status, answer = call(bound, "POST", "/auth_keys/add", body)
    assert (status, list(answer["errors"])) == (403, [field])
    assert AuthKey.objects.count() == before


def test_number_of_networks_per_key_is_limited(seed: Seed) -> None:
    """Each request with the key checks them all."""
    many = {"allowed_ips": [f"10.{n // 250}.{n % 250}.1" for n in range(201)]}
    status, answer = call(seed.reader.key, "POST", "/auth_keys/add", many)
    assert (status, list(answer["errors"])) == (403, ["allowed_ips"])


@pytest.mark.parametrize(
    "body",
    [{"allowed_ips": []}, {"allowed_ips": ["0.0.0.0/0"]}, {"expiration": 0}, {"expiration": SOON + 9}],
    ids=str,
)
def test_key_cannot_remove_its_own_limits(seed: Seed, bound: str, body: dict[str, Any]) -> None:
    key = key_row(bound)
    assert call(bound, "POST", f"/auth_keys/edit/{key.pk}", body)[0] == 403
    key.refresh_from_db()
    assert (key.allowed_ips, key.expiration) == ([HERE], SOON)
    assert call(bound, "POST", f"/auth_keys/pin/{key.pk}/192.0.2.7", {})[0] == 403


def test_limited_key_may_only_narrow_others(seed: Seed, bound: str) -> None:
    theirs = key_row(make_key(seed.analyst.user, allowed_ips=["10.0.0.0/8"]))
    path = f"/auth_keys/edit/{theirs.pk}"
    assert call(bound, "POST", path, {"allowed_ips": []})[0] == 403
    assert call(bound, "POST", path, {"allowed_ips": ["10.0.0.0/8", "192.0.2.1"]})[0] == 403
    assert call(bound, "POST", path, {"allowed_ips": ["10.1.0.0/16"], "comment": "narrower"})[0] == 200
    assert call(bound, "POST", path, {"comment": "as it is"})[0] == 200


def test_reset_keeps_limits(seed: Seed, bound: str) -> None:
    status, answer = call(bound, "POST", "/users/resetauthkey/me", {})
    assert status == 200
    key = key_row(answer["message"].removeprefix("Authkey updated: "))
    assert (key.allowed_ips, key.expiration) == ([HERE], SOON)


def test_account_made_with_limited_key_inherits_limits(seed: Seed, bound: str) -> None:
    new = {"email": "new@a.example", "org_id": seed.org_a.pk, "role_id": seed.analyst.user.role_id}
    password = {"password": "correct horse battery staple"}
    assert call(bound, "POST", "/admin/users/add", new | password)[0] == 403
    status, made = call(bound, "POST", "/admin/users/add", new)
    assert status == 200
    assert key_row(made["User"]["authkey"]).allowed_ips == [HERE]
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    for body in (password, {"email": "mine@a.example"}):
        assert call(bound, "POST", path, body)[0] == 403
    assert User.objects.get(pk=seed.analyst.user.pk).email == seed.analyst.user.email


def unlimited_only_endpoints() -> list[str]:
    return [each.name for each in declared_permissions() if each.unlimited_key]


def test_endpoints_that_grant_access_are_declared() -> None:
    """Sign-in policy, providers, certificates and networks of organisations, roles, and the hub's settings."""
    ways = {
        each.name for each in declared_permissions() if each.writes and "organisationSecurity/" in each.name
    }
    asked_of_the_hub = {"organisationSecurity/editRequirements", "organisationSecurity/submitRequirements"}
    others = {"admin/roles/edit", "users/acceptRegistrations"}
    assert set(unlimited_only_endpoints()) >= (ways - asked_of_the_hub) | others


@pytest.mark.parametrize("limit", [{"allowed_ips": [HERE]}, {"expiration": SOON}], ids=["addresses", "end"])
def test_limited_key_cannot_grant_access(seed: Seed, limit: dict[str, Any]) -> None:
    """It could otherwise be turned into permanent access from anywhere."""
    raw = make_key(seed.site_admin.user, **limit)
    for name in unlimited_only_endpoints():
        for path in (f"/{name}", f"/{name}/{seed.hub.pk}"):
            status, body = call(raw, "POST", path, {"value": 1})
            assert (status, body["message"]) == (403, KeyProblem.OPENS_A_WAY_IN().wire), name


@pytest.mark.parametrize("path", ["/auth_keys/add", "/auth_keys/edit/{key}", "/users/resetauthkey/me"])
def test_read_only_key_cannot_create_or_change_keys(seed: Seed, path: str) -> None:
    raw = make_key(seed.site_admin.user, read_only=True)
    before = AuthKey.objects.count()
    status, _ = call(raw, "POST", path.format(key=key_row(raw).pk), {"read_only": False})
    assert status in (403, 405)
    assert AuthKey.objects.count() == before
    assert key_row(raw).read_only
