"""What other hubs know, without fetching it: hashes of their values, and the numbers of their events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import Running, says, serving
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
    """A connection whose other side is to be cached, and what came of caching it now."""
    at_once()
    number = connect(seed, url, key)
    call(seed.site_admin.key, "POST", f"/servers/edit/{number}", {"caching_enabled": True})
    return number, call(seed.site_admin.key, "POST", f"/servers/cache/{number}", {})


def known(seed: Seed, value: str) -> list[dict[str, Any]]:
    """Who else has a value, as the site administrator is told."""
    return [
        hit["Feed"] for hit in call(seed.site_admin.key, "POST", "/feeds/searchCaches", {"value": value})[1]
    ]


def test_another_hub_is_cached_by_its_index_of_hashes(server: WebServer, server_seed: Seed) -> None:
    """The other hub is this one, over HTTP, asked as organisation B."""
    for distribution, value in ((1, "shared.example"), (0, "hidden.example")):
        attributes = [{"type": "domain", "value": value}]
        event = {"info": value, "distribution": distribution, "Attribute": attributes}
        assert call(server_seed.stranger.key, "POST", "/events/add", {"Event": event})[0] == 200
    admin = server_seed.site_admin.key
    number, (status, body) = cached(server_seed, server.url, server_seed.partner_sync.key)
    assert (status, body["message"]) == (200, "Caching the servers has successfully completed.")
    (hit,) = known(server_seed, "shared.example")
    assert (hit["id"], hit["name"], hit["type"], len(hit["uuid"])) == (number, "There", "MISP Server", 1)
    assert known(server_seed, "hidden.example") == []
    rows = {row["Server"]["id"]: row["Server"] for row in call(admin, "GET", "/servers/index")[1]}
    assert int(rows[number]["cache_timestamp"]) > 0
    other, (status, _) = cached(server_seed, server.url, server_seed.partner_sync.key)
    assert status == 200
    servers, compared = call(admin, "GET", "/servers/compareServers")[1]
    assert {each["Server"]["id"] for each in servers} == {number, other}
    assert compared[number][other] == 100
    call(admin, "POST", f"/servers/edit/{other}", {"caching_enabled": False})
    assert call(admin, "POST", f"/servers/cache/{other}", {})[0] == 403
    assert [each["id"] for each in known(server_seed, "shared.example")] == [number]
    call(admin, "POST", f"/servers/delete/{number}", {})
    assert known(server_seed, "shared.example") == []


@contextmanager
def searched(*pages: str) -> Iterator[Running]:
    """An instance without an index of hashes, whose search answers with these pages."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            says(b"{}", 404)(handler)
            return
        asked = json.loads(peer.requests[-1][3])
        assert (asked["returnFormat"], asked["includeEventUuid"]) == ("cache", 1)
        says([*pages, "\n"][asked["page"] - 1].encode())(handler)

    with serving(answer) as peer:
        yield peer


def test_an_instance_without_an_index_is_searched(seed: Seed) -> None:
    one, two = (f"{digest(value)},{FOREIGN}\n" for value in ("one.example", "two.example"))
    with searched(one, two) as peer:
        _number, (status, _) = cached(seed, peer.url, "A" * 40)
    assert status == 200
    for value in ("one.example", "two.example"):
        assert known(seed, value)[0]["uuid"] == [FOREIGN]


@pytest.mark.parametrize("page", ["<html>hello</html>", '{"errors": "no"}'])
def test_an_answer_that_breaks_off_leaves_the_cache_as_it_was(seed: Seed, page: str) -> None:
    with searched(f"{digest('one.example')},{FOREIGN}\n") as peer:
        number, _ = cached(seed, peer.url, "A" * 40)
    with searched(f"{digest('two.example')},{FOREIGN}\n", page) as peer:
        moved = {"url": peer.url, "authkey": "A" * 40}
        call(seed.site_admin.key, "POST", f"/servers/edit/{number}", moved)
        status, body = call(seed.site_admin.key, "POST", f"/servers/cache/{number}", {})
    assert status == 403
    assert "did not answer with hashes" in body["errors"]
    assert known(seed, "one.example")
    assert not known(seed, "two.example")


def test_only_those_who_may_see_what_others_know_are_told(seed: Seed) -> None:
    with searched(f"{digest('one.example')},{FOREIGN}\n") as peer:
        cached(seed, peer.url, "A" * 40)
    assert call(seed.analyst.key, "POST", "/feeds/searchCaches", {"value": "one.example"})[1] == []


def test_an_event_has_a_number_here_and_there(server: WebServer, server_seed: Seed) -> None:
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


def test_a_hub_that_has_endless_values_does_not_fill_our_disk(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "MOST_VALUES", 1)
    lines = "".join(f"{digest(value)},{FOREIGN}\n" for value in ("one.example", "two.example"))
    with searched(lines) as peer:
        _, (status, body) = cached(seed, peer.url, "A" * 40)
    assert (status, PeerProblem.TOO_MANY_VALUES().wire in body["errors"]) == (403, True)
    assert known(seed, "one.example") == []
