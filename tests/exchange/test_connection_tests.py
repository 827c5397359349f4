"""Connection tests against real servers and against this hub itself."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, responds, serving
from tests.factories.seed import Seed
from tests.support.web_server import WebServer

KEY = "A" * 40
VERSION = {
    "version": "2.5.1",
    "perm_sync": True,
    "perm_sighting": True,
    "uuid": "u",
    "request_encoding": ["gzip"],
}


@pytest.fixture(autouse=True)
def on_this_machine(settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)


def connect(seed: Seed, url: str, key: str = KEY) -> str:
    body = {"name": "There", "url": url, "authkey": key, "remote_org_id": seed.org_b.pk}
    return str(call(seed.site_admin.key, "POST", "/servers/add", body)[1]["Server"]["id"])


def connection_status(seed: Seed, number: str) -> Any:
    return call(seed.site_admin.key, "POST", f"/servers/testConnection/{number}", {})[1]


def test_two_hubs_recognise_each_other(server: WebServer, server_seed: Seed) -> None:
    """The other hub is this one, over HTTP."""
    number = connect(server_seed, server.url, server_seed.partner_sync.key)
    found = connection_status(server_seed, number)
    assert (found["status"], found["post"], found["mismatch"], found["newer"]) == (1, 1, False, False)
    assert found["request_encoding"] == ["gzip", "br"]
    user = call(server_seed.site_admin.key, "GET", f"/servers/getRemoteUser/{number}")[1]
    assert user == {"User": "sync@b.example", "Role name": "Sync user", "Sync flag": "Yes"}
    rules = call(server_seed.site_admin.key, "GET", f"/servers/queryAvailableSyncFilteringRules/{number}")[1]
    assert rules["error"] == ""
    assert "Organisation A" in rules["data"]["organisations"]
    for key, status in ((KEY, 4), (server_seed.reader.key, 7), (server_seed.analyst.key, 8)):
        call(server_seed.site_admin.key, "POST", f"/servers/edit/{number}", {"authkey": key})
        assert connection_status(server_seed, number)["status"] == status


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, b"<html>hello</html>", 3),
        (200, b"[1]", 3),
        (500, b"{}", 3),
        (403, b"{}", 4),
        (
            405,
            json.dumps({"message": "Your user account is expecting a password change, please"}).encode(),
            5,
        ),
        (405, json.dumps({"message": "You have not accepted the terms of use yet, please"}).encode(), 6),
    ],
)
def test_connection_test_reports_the_failure(seed: Seed, status: int, answer: bytes, expected: int) -> None:
    with serving(responds(answer, status)) as other:
        number = connect(seed, other.url)
        assert connection_status(seed, number)["status"] == expected
        assert call(seed.site_admin.key, "GET", f"/servers/getRemoteUser/{number}")[0] == 404
        body = call(seed.site_admin.key, "GET", f"/servers/queryAvailableSyncFilteringRules/{number}")[1]
        assert bool(body["error"]) == (answer != b"{}" or status != 200)
    assert connection_status(seed, number)["status"] == 2
    assert KEY not in json.dumps(connection_status(seed, number))


def test_version_mismatch_and_altered_requests_are_reported(seed: Seed) -> None:
    def altering(handler: BaseHTTPRequestHandler) -> None:
        version = {**VERSION, "version": "2.4.200"}
        responds(json.dumps(version if handler.command == "GET" else {"body": {}, "headers": {}}).encode())(
            handler
        )

    with serving(altering) as other:
        found = connection_status(seed, connect(seed, other.url))
        assert (found["status"], found["mismatch"], found["newer"], found["post"]) == (1, "minor", "local", 9)
        assert other.requests[0][2]["Authorization"] == KEY


def test_only_site_administrators_test_connections(seed: Seed) -> None:
    with serving(responds(b"{}")) as other:
        number = connect(seed, other.url)
        for action in ("testConnection", "getRemoteUser", "queryAvailableSyncFilteringRules"):
            for key in (seed.org_admin.key, seed.partner_sync.key, None):
                assert call(key, "GET", f"/servers/{action}/{number}")[0] == 403
            assert call(seed.site_admin.key, "GET", f"/servers/{action}/999999")[0] == 404
    assert other.requests == []


def test_remote_events_are_previewed(server: WebServer, server_seed: Seed) -> None:
    admin = server_seed.site_admin.key
    for info in ("first", "second"):
        event = {
            "info": info,
            "distribution": 1,
            "Attribute": [{"type": "domain", "value": f"{info}.example"}],
        }
        assert call(server_seed.stranger.key, "POST", "/events/add", {"Event": event})[0] == 200
    number = connect(server_seed, server.url, server_seed.partner_sync.key)
    index = call(admin, "GET", f"/servers/previewIndex/{number}")[1]
    assert {row["Event"]["info"] for row in index} == {"first", "second"}
    found = call(admin, "GET", f"/servers/previewIndex/{number}/searcheventinfo:first")[1]
    assert [row["Event"]["info"] for row in found] == ["first"]
    event = call(admin, "GET", f"/servers/previewEvent/{number}/{found[0]['Event']['id']}")[1]["Event"]
    assert event["Attribute"][0]["value"] == "first.example"
    status, body = call(admin, "GET", f"/servers/previewEvent/{number}/99999999")
    assert (status, body["message"]) == (404, "Event &#039;99999999&#039; not found.")


def test_remote_key_is_reset(server: WebServer, server_seed: Seed) -> None:
    admin, old = server_seed.site_admin.key, server_seed.partner_sync.key
    number = connect(server_seed, server.url, old)
    status, body = call(admin, "POST", f"/servers/resetRemoteAuthKey/{number}")
    assert (status, body["message"]) == (200, "API key updated.")
    assert connection_status(server_seed, number)["status"] == 1
    assert call(old, "GET", "/servers/getVersion")[0] == 403
    call(admin, "POST", f"/servers/edit/{number}", {"authkey": KEY})
    assert call(admin, "POST", f"/servers/resetRemoteAuthKey/{number}")[0] == 404
