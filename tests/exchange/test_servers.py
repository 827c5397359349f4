"""Configuration of connections to other instances by site administrators."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from tests.api.calls import call
from tests.exchange.servers import certificate
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.organisations.models import Organisation, SharingGroupServer

KEY = "k3y" + "A" * 37
ASKED = {"name": "Test Server", "url": "https://misp.example", "authkey": KEY}


def add(seed: Seed, **fields: Any) -> tuple[int, Any]:
    body = {**ASKED, "remote_org_id": str(seed.org_b.pk), **fields}
    return call(seed.site_admin.key, "POST", "/servers/add", body)


def test_connection_is_added_changed_listed_and_deleted(seed: Seed) -> None:
    status, body = add(seed)
    server = body["Server"]
    assert (status, server["name"], server["remote_org_id"], server["pull"], server["priority"]) == (
        200, "Test Server", str(seed.org_b.pk), False, "1",
    )  # fmt: skip
    rules = '{"tags":{"OR":[],"NOT":[]},"orgs":{"OR":[],"NOT":[]}}'
    assert server["push_rules"] == rules
    edit = f"/servers/edit/{server['id']}"
    changes = {**server, "name": "Other", "pull": True, "push_rules": json.dumps({"tags": {"OR": ["keep"]}})}
    status, body = call(seed.site_admin.key, "POST", edit, changes)
    assert (status, body["Server"]["name"], body["Server"]["pull"]) == (200, "Other", True)
    assert json.loads(body["Server"]["push_rules"]) == {"tags": {"OR": ["keep"]}}
    [row] = call(seed.site_admin.key, "GET", "/servers/index")[1]
    assert (row["Server"]["name"], row["RemoteOrg"]["name"], row["User"]) == ("Other", "Organisation B", [])
    assert row["Server"]["cache_timestamp"] is False
    status, body = call(seed.site_admin.key, "POST", f"/servers/delete/{server['id']}")
    assert (status, body["name"]) == (200, "Server deleted")
    assert call(seed.site_admin.key, "POST", edit, {"name": "x"})[0] == 404
    actions = AuditEntry.objects.filter(target_kind="server").values_list("action", flat=True)
    assert set(actions) == {"server.added", "server.edited", "server.deleted"}


def test_keys_and_certificates_are_never_returned(seed: Seed) -> None:
    pem = certificate()
    add(seed, submitted_cert=pem.partition("-----BEGIN PRIVATE")[0], submitted_client_cert=pem)
    server = Server.objects.get()
    assert KEYS.decrypt(server.encrypted_key) == KEY
    assert KEYS.decrypt(server.encrypted_certificate) == pem
    with connection.cursor() as rows:
        rows.execute("SELECT to_json(s)::text FROM server s")
        stored = rows.fetchone()[0]
    assert "PRIVATE KEY" not in stored
    paths = ("/servers/index", "/servers/serverSettings")
    answers = json.dumps([call(seed.site_admin.key, "GET", path)[1] for path in paths])
    answers += json.dumps(call(seed.site_admin.key, "POST", f"/servers/edit/{server.pk}", {"push": True})[1])
    answers += json.dumps(list(AuditEntry.objects.values("title", "change")))
    for secret in (KEY, "PRIVATE KEY", server.encrypted_key):
        assert secret not in stored.replace(server.encrypted_key, "") + answers
    [row] = call(seed.site_admin.key, "GET", "/servers/index")[1]
    assert (row["Server"]["cert_file"], row["Server"]["client_cert_file"]) == (
        f"{server.pk}.pem",
        f"{server.pk}_client.pem",
    )


def test_new_url_requires_the_key_again(seed: Seed) -> None:
    """Otherwise an administrator could read the key by pointing the connection at their own server."""
    number = add(seed)[1]["Server"]["id"]
    edit = f"/servers/edit/{number}"
    for elsewhere in ("https://evil.example", "http://misp.example", "https://misp.example:8443"):
        status, body = call(seed.site_admin.key, "POST", edit, {"url": elsewhere})
        assert (status, list(body["errors"])) == (403, ["authkey"])
    assert Server.objects.get().url == "https://misp.example"
    assert call(seed.site_admin.key, "POST", edit, {"url": "https://misp.example/path/"})[0] == 200
    moved = {"url": "https://new.example", "authkey": KEY}
    assert call(seed.site_admin.key, "POST", edit, moved)[0] == 200


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"authkey": "x"}, ["authkey"]),
        ({"name": "", "url": None}, ["name", "url"]),
        ({"url": "ftp://misp.example"}, ["url"]),
        ({"url": "https://me:secret@misp.example"}, ["url"]),
        ({"url": "https://[", "authkey": 7}, ["authkey", "url"]),
        ({"remote_org_id": 999999}, ["remote_org_id"]),
        ({"pull_rules": "no json"}, ["pull_rules"]),
        ({"pull_rules": {"tags": ["x"]}}, ["pull_rules"]),
        ({"push_rules": {"tags": {"OR": [{}]}}}, ["push_rules"]),
        ({"submitted_cert": "nonsense"}, ["submitted_cert"]),
        ({"submitted_client_cert": "-----BEGIN CERTIFICATE-----\nAAAA"}, ["submitted_client_cert"]),
    ],
)
def test_invalid_fields_are_named(seed: Seed, fields: dict[str, Any], faults: list[str]) -> None:
    status, body = add(seed, **fields)
    assert (status, body["message"], sorted(body["errors"])) == (403, "Could not add Server", faults)
    assert not Server.objects.exists()


def test_sync_users_configuration_can_be_imported(seed: Seed) -> None:
    status, body = call(seed.partner_sync.key, "GET", "/servers/createSync")
    configuration = body["Server"]
    assert (status, list(configuration)) == (200, ["url", "uuid", "authkey", "Organisation"])
    assert call(configuration["authkey"], "GET", "/users/view/me")[1]["User"]["email"] == "sync@b.example"
    other = {"name": "Elsewhere", "uuid": "bbbbbbbb-0000-4000-8000-00000000000b"}
    document = {**configuration, "url": "https://there.example", "Organisation": other}
    status, body = call(seed.site_admin.key, "POST", "/servers/import", {"Server": document})
    assert status == 200
    remote = Organisation.objects.get(uuid=other["uuid"])
    assert (body["Server"]["remote_org_id"], remote.local) == (str(remote.pk), False)
    bad = {**document, "authkey": "x"}
    status, body = call(seed.site_admin.key, "POST", "/servers/import", {"Server": bad})
    assert (status, body["message"], body["url"]) == (
        403,
        "Could not addFromJson Server",
        "/servers/addFromJson",
    )
    assert call(seed.site_admin.key, "POST", "/servers/import", {"Server": {}})[0] == 403


def test_only_sync_users_get_a_configuration(seed: Seed) -> None:
    keys = AuthKey.objects.count()
    status, body = call(seed.site_admin.key, "GET", "/servers/createSync")
    assert (status, body["message"]) == (
        405,
        "Site admin accounts cannot be used to create server sync configurations.",
    )
    read_only = make_key(seed.partner_sync.user, read_only=True)
    for key in (seed.analyst.key, seed.org_admin.key, read_only, None):
        assert call(key, "GET", "/servers/createSync")[0] == 403
    assert AuthKey.objects.count() == keys + 1


def test_priorities_are_swapped(seed: Seed) -> None:
    first, second = (add(seed, name=name)[1]["Server"]["id"] for name in ("A", "B"))
    path = f"/servers/changePriority/{second}/up"
    for _ in range(2):  # The first one stays first.
        assert call(seed.site_admin.key, "POST", path)[0] == 200
    listed = call(seed.site_admin.key, "GET", "/servers/index")[1]
    assert [row["Server"]["id"] for row in listed] == [second, first]


def test_deleted_connection_is_removed_from_sharing_groups(seed: Seed) -> None:
    number = add(seed)[1]["Server"]["id"]
    path = f"/sharing_groups/addServer/{seed.group.pk}"
    assert call(seed.site_admin.key, "POST", f"{path}/{int(number) + 1}", {})[0] == 405
    status, body = call(seed.site_admin.key, "POST", f"{path}/{number}", {})
    assert (status, body["message"]) == (200, "Server added to the sharing group.")
    view = call(seed.site_admin.key, "GET", f"/sharing_groups/view/{seed.group.pk}")[1]
    [named] = [row["Server"] for row in view["SharingGroupServer"] if row["server_id"] == number]
    assert named == {"id": number, "name": "Test Server", "url": "https://misp.example"}
    call(seed.site_admin.key, "POST", f"/servers/delete/{number}")
    assert not SharingGroupServer.objects.filter(server_id=number).exists()


def test_only_site_administrators_configure_connections(seed: Seed) -> None:
    number = add(seed)[1]["Server"]["id"]
    read_only = make_key(seed.site_admin.user, read_only=True)
    everybody = (seed.org_admin.key, seed.partner_sync.key, seed.analyst.key, None)
    for key in everybody:
        assert call(key, "GET", "/servers/index")[0] == 403
    for path in ("add", "import", f"edit/{number}", f"delete/{number}", f"changePriority/{number}/up"):
        for key in (*everybody, read_only):
            assert call(key, "POST", f"/servers/{path}", {"name": "x"})[0] == 403
    assert Server.objects.get().name == "Test Server"
