"""users, roles and auth_keys: MISP's shapes, and who may do what to whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_role, make_user
from tests.factories.seed import ORG_ADMIN, Seed
from vardkase.api.errors import NO_PERMISSION
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import AuthKey, Role, User

SAVED = [
    "id", "password", "org_id", "server_id", "email", "autoalert", "authkey", "invited_by", "gpgkey",
    "certif_public", "nids_sid", "termsaccepted", "newsread", "role_id", "change_pw", "contactalert",
    "disabled", "expiration", "current_login", "last_login", "force_logout", "date_created", "date_modified",
    "sub", "external_auth_required", "external_auth_key", "last_api_access", "notification_daily",
    "notification_weekly", "notification_monthly", "totp", "hotp_counter", "last_pw_change", "totp_is_set",
]  # fmt: skip
ADD = "/admin/users/add"


@pytest.fixture
def default_role(seed: Seed) -> Role:
    role = Role.objects.get(name="User")
    role.default_role = True
    role.save()
    return role


def test_view_me(seed: Seed) -> None:
    status, body = call(seed.analyst.key, "GET", "/users/view/me")
    assert status == 200
    assert list(body) == ["User", "Role", "UserSetting", "Organisation"]
    assert body["UserSetting"] == []
    assert body["User"]["password"] == "*****"
    assert body["User"]["id"] == str(seed.analyst.user.pk)
    assert (body["Role"]["perm_add"], body["Role"]["permission_description"]) == (True, "manage_org")
    assert body["Organisation"]["uuid"] == str(seed.org_a.uuid)


def test_account_is_added_with_key(seed: Seed, default_role: Role) -> None:
    status, body = call(seed.site_admin.key, "POST", ADD, {"email": "new@a.example", "org_id": seed.org_a.pk})
    user = body["User"]
    assert (status, list(user)) == (200, SAVED)
    assert (user["org_id"], user["role_id"]) == (str(seed.org_a.pk), str(default_role.pk))
    assert (user["change_pw"], user["disabled"], user["expiration"]) == (True, False, None)
    assert call(user["authkey"], "GET", "/users/view/me")[1]["User"]["email"] == "new@a.example"


@pytest.mark.parametrize(
    ("fields", "status", "errors"),
    [
        ({"email": "notmail"}, 403, {"email": ["Please enter a valid email address."]}),
        (
            {"email": "ANALYST@a.example"},
            403,
            {"email": ["An account with this email address already exists."]},
        ),
        ({"password": "short"}, 403, {"password": ["Password length requirement not met."]}),
        ({"org_id": 999_999}, 403, ["Invalid organisation"]),
        ({"role_id": 999_999}, 405, None),
        ({"role_id": "9" * 30}, 405, None),
    ],
)
def test_invalid_accounts_are_refused(
    seed: Seed, default_role: Role, fields: dict[str, Any], status: int, errors: Any
) -> None:
    before = User.objects.count()
    got, body = call(seed.site_admin.key, "POST", ADD, {"email": "n@a.example", **fields})
    assert (got, body.get("errors")) == (status, errors)
    assert body["message"] == ("Invalid role" if status == 405 else "Could not add User")
    assert User.objects.count() == before


def test_org_admin_is_limited_to_own_organisation(seed: Seed, default_role: Role) -> None:
    _, body = call(seed.org_admin.key, "POST", ADD, {"email": "n@b.example", "org_id": seed.org_b.pk})
    assert body["User"]["org_id"] == str(seed.org_a.pk)
    foreign = seed.partner.user.pk
    for path in (f"/admin/users/view/{foreign}", f"/auth_keys/index/{foreign}"):
        assert call(seed.org_admin.key, "GET", path)[0] == 404
    for path in (
        f"/admin/users/edit/{foreign}",
        f"/admin/users/delete/{foreign}",
        f"/auth_keys/add/{foreign}",
    ):
        status, body = call(seed.org_admin.key, "POST", path, {"disabled": True})
        assert (status, body["message"]) == (404, "Invalid user"), path
    _, listed = call(seed.org_admin.key, "GET", "/admin/users/index")
    assert {row["Organisation"]["id"] for row in listed} == {str(seed.org_a.pk)}
    _, moved = call(seed.org_admin.key, "POST", f"/admin/users/edit/{seed.analyst.user.pk}", {"org_id": 1})
    assert moved["User"]["org_id"] == str(seed.org_a.pk)


@pytest.mark.parametrize("role", ["admin", "Sync user"])
def test_role_above_own_cannot_be_assigned(seed: Seed, default_role: Role, role: str) -> None:
    number = Role.objects.get(name=role).pk
    fields = {"email": "n@a.example", "role_id": number}
    assert call(seed.org_admin.key, "POST", ADD, fields)[0] == 403
    own = f"/admin/users/edit/{seed.org_admin.user.pk}"
    assert call(seed.org_admin.key, "POST", own, {"role_id": number})[0] == 403
    seed.org_admin.user.refresh_from_db()
    assert seed.org_admin.user.role.name == "Org Admin"


def test_account_ranking_above_cannot_be_changed(seed: Seed) -> None:
    """A site administrator in the same organisation would otherwise be a way to gain rights."""
    above = make_user(seed.org_a, Role.objects.get(name="admin"), "boss@a.example")
    attempts = {
        f"/admin/users/edit/{above.pk}": {"password": "a long enough password"},
        f"/auth_keys/add/{above.pk}": {},
        f"/users/resetauthkey/{above.pk}": {},
        f"/admin/users/delete/{above.pk}": {},
    }
    for path, body in attempts.items():
        assert call(seed.org_admin.key, "POST", path, body)[1]["message"] == NO_PERMISSION, path
    assert not AuthKey.objects.filter(user=above).exists()


def test_users_change_only_themselves_and_not_their_rights(seed: Seed) -> None:
    body = {"autoalert": True, "role_id": seed.site_admin.user.role_id, "org_id": seed.hub.pk, "server_id": 3}
    status, saved = call(seed.analyst.key, "POST", "/users/edit/me", body)
    assert (status, saved["User"]["autoalert"]) == (200, True)
    assert saved["User"]["role_id"] == str(seed.analyst.user.role_id)
    assert saved["User"]["org_id"] == str(seed.org_a.pk)
    assert call(seed.analyst.key, "POST", f"/users/edit/{seed.colleague.user.pk}", {})[0] == 404
    assert call(seed.org_admin.key, "POST", f"/users/edit/{seed.colleague.user.pk}", {})[0] == 403
    for path in ("/admin/users/index", f"/admin/users/view/{seed.colleague.user.pk}"):
        assert call(seed.analyst.key, "GET", path)[1]["message"] == NO_PERMISSION


def test_unchanged_account_can_be_sent_back(seed: Seed) -> None:
    seed.analyst.user.set_password("the one and only password")
    seed.analyst.user.save()
    _, shown = call(seed.site_admin.key, "GET", f"/admin/users/view/{seed.analyst.user.pk}")
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    status, saved = call(seed.site_admin.key, "POST", path, shown["User"] | {"email": "renamed@a.example"})
    assert (status, saved["User"]["email"], saved["User"]["password"]) == (200, "renamed@a.example", "******")
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.check_password("the one and only password")


def test_last_site_administrator_stays(seed: Seed) -> None:
    number = seed.site_admin.user.pk
    attempts: list[tuple[str, dict[str, Any]]] = [
        (f"/admin/users/delete/{number}", {}),
        (f"/admin/users/edit/{number}", {"disabled": True}),
        (f"/admin/users/edit/{number}", {"role_id": seed.analyst.user.role_id}),
        (f"/admin/users/edit/{number}", {"expiration": "2020-01-01 00:00:00"}),
        (f"/admin/roles/edit/{seed.site_admin.user.role_id}", {"perm_site_admin": False}),
    ]
    for path, body in attempts:
        status, refused = call(seed.site_admin.key, "POST", path, body)
        assert (status, refused["saved"]) == (403, False), path
    assert call(seed.site_admin.key, "GET", "/admin/users/index")[0] == 200
    make_user(seed.hub, seed.site_admin.user.role, "second@hub.example")
    assert (
        call(seed.site_admin.key, "POST", f"/admin/users/delete/{number}", {})[1]["message"]
        == "User deleted."
    )


def test_passwords(seed: Seed) -> None:
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    status, body = call(seed.site_admin.key, "POST", path, {"password": "short"})
    assert (status, body["errors"]) == (403, {"password": ["Password length requirement not met."]})
    good = "correct horse battery staple"
    assert call(seed.site_admin.key, "POST", path, {"password": good})[0] == 200
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.check_password(good)
    assert not any(good in str(entry.change) for entry in AuditEntry.objects.all())


def test_address_outside_organisations_domains_is_refused(seed: Seed, default_role: Role) -> None:
    seed.org_a.restricted_to_domain = ["a.example"]
    seed.org_a.save()
    assert call(seed.org_admin.key, "POST", ADD, {"email": "n@elsewhere.example"})[0] == 403
    assert call(seed.org_admin.key, "POST", ADD, {"email": "n@a.example"})[0] == 200


def test_accounts_are_found_by_text_and_organisation(seed: Seed) -> None:
    def emails(path: str) -> list[str]:
        return [row["User"]["email"] for row in call(seed.site_admin.key, "GET", path)[1]]

    assert emails("/admin/users/index/value:analyst@a.example") == ["analyst@a.example"]
    searched = emails(f"/admin/users/index/value:analyst/searchorg:{seed.org_b.pk}")
    assert searched == ["analyst@b.example"]


def test_roles(seed: Seed) -> None:
    admin = seed.site_admin.key
    _, rows = call(seed.analyst.key, "GET", "/roles/index")
    assert {row["Role"]["name"] for row in rows} >= {"admin", "User", "Org Admin"}
    assert rows[0]["Role"]["default"] is False
    _, added = call(admin, "POST", "/admin/roles/add", {"name": "testrole"})
    role = added["Role"]
    assert (role["perm_add"], role["permission"], role["max_execution_time"]) == (False, "0", "")
    change = role | {"perm_sighting": True, "max_execution_time": 1234}
    _, edited = call(admin, "POST", f"/admin/roles/edit/{role['id']}", change)
    assert (edited["Role"]["perm_sighting"], edited["Role"]["max_execution_time"]) == (True, "1234")
    _, message = call(admin, "POST", f"/admin/roles/set_default/{role['id']}", {})
    assert message["name"] == "Default role set."
    assert list(Role.objects.filter(default_role=True).values_list("name", flat=True)) == ["testrole"]
    assert call(admin, "POST", f"/admin/roles/delete/{role['id']}", {})[0] == 403
    call(admin, "POST", f"/admin/roles/set_default/{seed.analyst.user.role_id}", {})
    assert call(admin, "POST", f"/admin/roles/delete/{role['id']}", {})[1]["message"] == "Role deleted."
    used = seed.analyst.user.role_id
    call(admin, "POST", "/admin/roles/set_default/" + str(seed.reader.user.role_id), {})
    assert call(admin, "POST", f"/admin/roles/delete/{used}", {})[0] == 403
    for path in ("/admin/roles/add", f"/admin/roles/edit/{used}", f"/admin/roles/set_default/{used}"):
        assert call(seed.org_admin.key, "POST", path, {"name": "mine"})[0] == 403


OVER_EVENTS = ("perm_add", "perm_modify", "perm_modify_org", "perm_publish")


def test_permission_level_sets_flags(seed: Seed) -> None:
    admin = seed.site_admin.key
    for level in range(4):
        sent = {"name": f"level {level}", "permission": str(level)}
        _, added = call(admin, "POST", "/admin/roles/add", sent)
        role = added["Role"]
        held = [role[flag] for flag in OVER_EVENTS]
        assert (role["permission"], sum(held), held) == (str(level), (0, 2, 3, 4)[level], sorted(held)[::-1])
    path = f"/admin/roles/edit/{role['id']}"
    _, lowered = call(admin, "POST", path, role | {"permission": "1"})
    assert [lowered["Role"][flag] for flag in OVER_EVENTS] == [True, True, False, False]
    _, raised = call(admin, "POST", path, lowered["Role"] | {"perm_publish": True})
    assert raised["Role"]["perm_publish"] is True
    for wrong in ("9", "-1", "all", [1]):
        status, body = call(admin, "POST", path, {"permission": wrong})
        assert (status, list(body["errors"])) == (403, ["permission"])


def test_keys(seed: Seed) -> None:
    wanted = {"comment": "k", "read_only": True, "allowed_ips": ["127.0.0.0/8"], "expiration": "2033-05-18"}
    status, body = call(seed.analyst.key, "POST", "/auth_keys/add/me", wanted)
    key = body["AuthKey"]
    assert (status, list(key)[-1], len(key["authkey_raw"])) == (200, "authkey_raw", 40)
    assert (key["read_only"], key["expiration"], key["allowed_ips"]) == (True, "1999987200", ["127.0.0.0/8"])
    assert key["authkey_raw"].startswith(key["authkey_start"])
    assert call(key["authkey_raw"], "GET", "/users/view/me")[0] == 200
    stored = AuthKey.objects.get(pk=key["id"])
    assert key["authkey_raw"].encode() not in bytes(stored.digest)
    _, shown = call(seed.analyst.key, "GET", f"/auth_keys/view/{key['id']}")
    assert "authkey_raw" not in shown["AuthKey"]
    assert shown["User"] == {"id": str(seed.analyst.user.pk), "email": seed.analyst.user.email}
    assert call(seed.colleague.key, "GET", f"/auth_keys/view/{key['id']}")[0] == 404
    assert call(seed.colleague.key, "POST", f"/auth_keys/delete/{key['id']}", {})[0] == 404
    _, deleted = call(seed.analyst.key, "POST", f"/auth_keys/delete/{key['id']}", {})
    assert (deleted["message"], deleted["id"]) == ("AuthKey deleted.", int(key["id"]))
    assert call(key["authkey_raw"], "GET", "/users/view/me")[0] == 403


@pytest.mark.parametrize("fields", [{"allowed_ips": ["10.0.0.0/99"]}, {"expiration": "some day"}])
def test_key_with_invalid_limits_is_refused(seed: Seed, fields: dict[str, Any]) -> None:
    before = AuthKey.objects.count()
    status, body = call(seed.analyst.key, "POST", "/auth_keys/add/me", fields)
    assert (status, list(body["errors"])) == (403, list(fields))
    assert AuthKey.objects.count() == before


def test_reset_revokes_old_keys(seed: Seed) -> None:
    _, body = call(seed.analyst.key, "POST", "/users/resetauthkey/me", {})
    new = body["message"].removeprefix("Authkey updated: ")
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 403
    assert call(new, "GET", "/users/view/me")[0] == 200
    assert not any(new in f"{entry.title}{entry.change}" for entry in AuditEntry.objects.all())


def test_actions_are_in_audit_log(seed: Seed, default_role: Role) -> None:
    call(seed.site_admin.key, "POST", ADD, {"email": "n@a.example"}, REMOTE_ADDR="192.0.2.5")
    actions = AuditEntry.objects.order_by("pk").values_list("action", "actor_name", "address", "credential")
    staff = ("staff@hub.example", "192.0.2.5", "api_key")
    assert list(actions) == [("user.created", *staff), ("auth_key.created", *staff)]


def test_org_admin_role_lacks_perm_sync(seed: Seed) -> None:
    """The role of the test data and of a new installation is the same."""
    assert make_role("Org Admin", ORG_ADMIN).perm_sync is False


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (ADD, {"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example"}, "email"),
        (ADD, {"email": ["n@a.example"]}, "email"),
        (ADD, {"email": "n@a.example", "nids_sid": "²"}, "nids_sid"),
        (ADD, {"email": "n@a.example", "newsread": 10**30}, "newsread"),
        (ADD, {"email": "n@a.example", "expiration": "9" * 14}, "expiration"),
        (ADD, {"email": "n@a.example", "password": "x" * 5000}, "password"),
        ("/admin/roles/add", {"name": "x", "rate_limit_count": 2**31}, "rate_limit_count"),
        ("/admin/roles/add", {"name": {"x": 1}}, "name"),
        ("/admin/roles/add", {"name": "x", "perm_tagger": "maybe"}, "perm_tagger"),
        ("/auth_keys/add/me", {"comment": ["x"]}, "comment"),
        ("/admin/organisations/add", {"name": ["x"]}, "name"),
    ],
)
def test_unusual_values_are_refused_by_field(
    seed: Seed, default_role: Role, path: str, body: dict[str, Any], field: str
) -> None:
    status, answer = call(seed.site_admin.key, "POST", path, body)
    assert (status, list(answer["errors"])) == (403, [field])
