"""Caches of connected instances: hashes of their values, and the ids of their events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import Running, responds, serving
from tests.exchange.test_connection_tests import connect, on_this_machine
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.servers import caching
from vardkase.exchange.servers.problems import PeerProblem

__all__ = ["on_this_machine"]
FOREIGN = "0d1e6f0e-3a51-4b5e-9c39-6cf2a3c3c003"


def at_once() -> None:
    SettingValue.objects.update_or_create(name="MISP.background_jobs", defaults={"value": False})


def digest(value: str) -> str:
    return hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()


def cached(seed: Seed, url: str, key: str) -> tuple[str, tuple[int, Any]]:
    """A connection with caching enabled, and the response to caching it."""
    at_once()
    number = connect(seed, url, key)
    call(seed.site_admin.key, "POST", f"/servers/edit/{number}", {"caching_enabled": True})
    return number, call(seed.site_admin.key, "POST", f"/servers/cache/{number}", {})


def cache_hits(seed: Seed, value: str) -> list[dict[str, Any]]:
    """Sources that know a value, as a site administrator sees them."""
    return [
        hit["Feed"] for hit in call(seed.site_admin.key, "POST", "/feeds/searchCaches", {"value": value})[1]
    ]


def test_hub_is_cached_by_its_hash_index(server: WebServer, server_seed: Seed) -> None:
    """The other hub is this one, over HTTP, with organisation B's key."""
    for distribution, value in ((1, "shared.example"), (0, "hidden.example")):
        attributes = [{"type": "domain", "value": value}]
        event = {"info": value, "distribution": distribution, "Attribute": attributes}
        assert call(server_seed.stranger.key, "POST", "/events/add", {"Event": event})[0] == 200
    admin = server_seed.site_admin.key
    number, (status, body) = cached(server_seed, server.url, server_seed.partner_sync.key)
    assert (status, body["message"]) == (200, "Caching the servers has successfully completed.")
    (hit,) = cache_hits(server_seed, "shared.example")
    assert (hit["id"], hit["name"], hit["type"], len(hit["uuid"])) == (number, "There", "MISP Server", 1)
    assert cache_hits(server_seed, "hidden.example") == []
    rows = {row["Server"]["id"]: row["Server"] for row in call(admin, "GET", "/servers/index")[1]}
    assert int(rows[number]["cache_timestamp"]) > 0
    other, (status, _) = cached(server_seed, server.url, server_seed.partner_sync.key)
    assert status == 200
    servers, compared = call(admin, "GET", "/servers/compareServers")[1]
    assert {each["Server"]["id"] for each in servers} == {number, other}
    assert compared[number][other] == 100
    call(admin, "POST", f"/servers/edit/{other}", {"caching_enabled": False})
    assert call(admin, "POST", f"/servers/cache/{other}", {})[0] == 403
    assert [each["id"] for each in cache_hits(server_seed, "shared.example")] == [number]
    call(admin, "POST", f"/servers/delete/{number}", {})
    assert cache_hits(server_seed, "shared.example") == []


@contextmanager
def searchable_peer(*pages: str) -> Iterator[Running]:
    """An instance without a hash index, whose search returns these pages."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            responds(b"{}", 404)(handler)
            return
        asked = json.loads(peer.requests[-1][3])
        assert (asked["returnFormat"], asked["includeEventUuid"]) == ("cache", 1)
        responds([*pages, "\n"][asked["page"] - 1].encode())(handler)

    with serving(answer) as peer:
        yield peer


def test_instance_without_a_hash_index_is_searched(seed: Seed) -> None:
    one, two = (f"{digest(value)},{FOREIGN}\n" for value in ("one.example", "two.example"))
    with searchable_peer(one, two) as peer:
        _number, (status, _) = cached(seed, peer.url, "A" * 40)
    assert status == 200
    for value in ("one.example", "two.example"):
        assert cache_hits(seed, value)[0]["uuid"] == [FOREIGN]


@pytest.mark.parametrize("page", ["<html>hello</html>", '{"errors": "no"}'])
def test_invalid_page_leaves_the_cache_unchanged(seed: Seed, page: str) -> None:
    with searchable_peer(f"{digest('one.example')},{FOREIGN}\n") as peer:
        number, _ = cached(seed, peer.url, "A" * 40)
    with searchable_peer(f"{digest('two.example')},{FOREIGN}\n", page) as peer:
        moved = {"url": peer.url, "authkey": "A" * 40}
        call(seed.site_admin.key, "POST", f"/servers/edit/{number}", moved)
        status, body = call(seed.site_admin.key, "POST", f"/servers/cache/{number}", {})
    assert status == 403
    assert "did not answer with hashes" in body["errors"]
    assert cache_hits(seed, "one.example")
    assert not cache_hits(seed, "two.example")


def test_cache_search_requires_permission(seed: Seed) -> None:
    with searchable_peer(f"{digest('one.example')},{FOREIGN}\n") as peer:
        cached(seed, peer.url, "A" * 40)
    assert call(seed.analyst.key, "POST", "/feeds/searchCaches", {"value": "one.example"})[1] == []


def test_event_ids_are_translated_between_instances(server: WebServer, server_seed: Seed) -> None:
    admin = server_seed.site_admin.key
    number = connect(server_seed, server.url, server_seed.partner_sync.key)
    dead = connect(server_seed, "http://127.0.0.1:9")
    event = {"info": "numbered", "distribution": 1}
    made = call(server_seed.stranger.key, "POST", "/events/add", {"Event": event})[1]["Event"]
    found = call(admin, "GET", f"/servers/idTranslator/{made['id']}")[1]
    there = {each["server_id"]: each for each in found["remote_events"]}
    assert found["Event"] == {"id": made["id"], "uuid": made["uuid"], "info": "numbered"}
    assert there[number]["remote_id"] == made["id"]
    assert there[number]["url"] == f"{server.url}/events/view/{made['id']}"
    assert (there[dead]["remote_id"], "could not be reached" in there[dead]["error"]) == (False, True)
    asked = {"Event": {"server_id": number, "remote_id": made["id"]}}
    assert call(admin, "POST", "/servers/idTranslator", asked)[1]["Event"]["uuid"] == made["uuid"]
    for missing in (
        {"server_id": number, "remote_id": "999999"},
        {"server_id": number, "remote_id": "../../x"},
    ):
        assert call(admin, "POST", "/servers/idTranslator", {"Event": missing})[0] == 404
    assert call(admin, "GET", "/servers/idTranslator/999999")[0] == 404


def test_number_of_cached_values_is_limited(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST_VALUES", 1)
    lines = "".join(f"{digest(value)},{FOREIGN}\n" for value in ("one.example", "two.example"))
    with searchable_peer(lines) as peer:
        _, (status, body) = cached(seed, peer.url, "A" * 40)
    assert (status, PeerProblem.TOO_MANY_VALUES().wire in body["errors"]) == (403, True)
    assert cache_hits(seed, "one.example") == []
