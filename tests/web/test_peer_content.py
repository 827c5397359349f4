"""Pages that show what peers have."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.exchange.servers import HERE, Running, responds, serving
from tests.exchange.test_connection_tests import KEY
from tests.factories import make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.intel.models import Event
from vardkase.intel.settings import EVENT_BLOCK_RULE
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.services import store

pytestmark = pytest.mark.usefixtures("password_is_enough")

LIST = "/administration/connections/"
THERE, GONE = "0d1e6f0e-3a51-4b5e-9c39-6cf2a3c3c001", "0d1e6f0e-3a51-4b5e-9c39-6cf2a3c3c002"


@pytest.fixture
def browser(seed: Seed) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(seed.site_admin.user)
    return client


@pytest.fixture
def local_event(seed: Seed) -> Event:
    """An event that the peer has in a newer version."""
    event = make_event(seed.org_a, info="Phishing", timestamp=100)
    event.save()
    return event


def connected(seed: Seed, url: str) -> Server:
    return Server.objects.create(
        name="Norden",
        url=url,
        encrypted_key=KEYS.encrypt(KEY),
        org=seed.hub,
        remote_org=seed.org_b,
        pull=True,
        caching_enabled=True,
        priority=1,
    )


def other_hub(local_event: Event) -> Any:
    """A peer with two events: one that exists here in an older version, and a new one."""
    about = {"date": "2026-11-25", "Orgc": {"name": "Norden CERT"}, "attribute_count": "7"}
    rows = [
        {"id": "8", "uuid": THERE, "info": "<b>New</b>", "timestamp": "200", **about},
        {"id": "7", "uuid": str(local_event.uuid), "info": "Phishing", "timestamp": "200", **about},
        "nonsense",
    ]
    attributes = [{"type": "domain", "value": "evil.example", "category": "Network activity"}]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/events/index"):
            responds(json.dumps(rows).encode())(handler)
        elif THERE in handler.path or str(local_event.uuid) in handler.path:
            row = rows[0] if THERE in handler.path else rows[1]
            responds(json.dumps({"Event": row | {"Attribute": attributes}}).encode())(handler)  # type: ignore[operator]
        else:
            responds(b"{}", 404)(handler)

    return serving(answer)


def asked(peer: Running) -> str:
    return peer.requests[-1][1]


def test_peers_events_are_listed(seed: Seed, browser: Client, local_event: Event, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    with other_hub(local_event) as peer:
        address = f"{LIST}{connected(seed, peer.url).pk}/there/"
        page = browser.get(address).content.decode()
        assert "&lt;b&gt;New&lt;/b&gt;" in page
        assert ("not here" in page, "outdated here" in page, "up to date here" in page) == (
            True,
            True,
            False,
        )
        assert page.count('name="event" value=') == 2
        browser.get(address, {"text": "new/ones", "page": "3"})
        assert "/page:3/" in asked(peer)
        assert "/searcheventinfo:new%2Fones" in asked(peer)
        event = browser.get(f"{address}{THERE}/").content.decode()
        assert "Viewing it imports nothing." in event
        assert "evil[.]example" in event.replace("<wbr>", "")
        assert browser.get(f"{address}{GONE}/").status_code == 404
    assert Event.objects.count() == 1
    assert "could not be reached" in browser.get(address).content.decode()


def test_dry_run_shows_changes_without_moving_events(
    seed: Seed, browser: Client, local_event: Event, settings: Any
) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    rows = [
        {"id": "8", "uuid": THERE, "timestamp": "200", "published": True, "orgc_uuid": ""},
        {"id": "7", "uuid": str(local_event.uuid), "timestamp": "100", "published": True, "orgc_uuid": ""},
    ]
    answers: dict[str, Any] = {
        "/servers/getVersion": {"version": "2.5.1", "perm_sync": True},
        "/events/index": rows,
        "/events/restSearch": {"response": [{"Event": {"uuid": THERE, "info": "New there"}}]},
        "/events/filterEventIdsForPush": [],
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        responds(json.dumps(answers.get(handler.path, [])).encode())(handler)

    with serving(answer) as peer:
        server = connected(seed, peer.url)
        page = browser.get(f"{LIST}{server.pk}/would-fetch/").content.decode()
        assert "New there" in page
        assert "The event here is already up to date." in page
        assert not server.push, "the page still shows what a push would send now"
        page = browser.get(f"{LIST}{server.pk}/would-send/").content.decode()
        assert "The event is not published." in page
        assert browser.get(f"{LIST}{server.pk}/would-vanish/").status_code == 404
        assert not any("/events/view" in path or "/events/add" in path for _, path, _, _ in peer.requests)
    assert Event.objects.count() == 1


def test_event_is_found_by_peers_id(seed: Seed, browser: Client, local_event: Event, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    with other_hub(local_event) as peer:
        server = connected(seed, peer.url)
        found = browser.get(f"{LIST}numbers/", {"number": local_event.uuid}).content.decode()
        assert f"{peer.url}/events/view/7" in found
        missing = browser.get(f"{LIST}numbers/", {"server": server.pk, "number": "9"})
        assert missing.status_code == 422
        assert "The event does not exist here." in missing.content.decode()


def test_overlap_and_cache_of_connections(seed: Seed, browser: Client) -> None:
    assert "No hashes are cached" in browser.get(f"{LIST}overlap/").content.decode()
    one, other = connected(seed, "https://one.example"), connected(seed, "https://other.example")
    store(SERVER, one.pk, [(uuid4().hex, THERE), ("a" * 32, THERE)])
    store(SERVER, other.pk, [("a" * 32, GONE)])
    page = browser.get(f"{LIST}overlap/").content.decode()
    assert ("50 %" in page, "100 %" in page) == (True, True)
    assert "2 values" in browser.get(f"{LIST}{one.pk}/").content.decode()
    browser.post(f"{LIST}{one.pk}/hashes/")
    assert ProcrastinateJob.objects.get(task_name="servers.cache").args["server_id"] == one.pk


def test_blocking_tags_are_chosen(seed: Seed, browser: Client) -> None:
    make_tag("rumour")
    address = f"{LIST}kept-out/"
    assert "rumour" in browser.get(f"{address}choices/", {"field": "tags", "q_tags": "rum"}).content.decode()
    browser.post(address, {"tags": ["rumour", 'hear"say']})
    assert json.loads(EVENT_BLOCK_RULE.value) == {"tags": ["rumour", 'hear"say']}
    assert "rumour" in browser.get(address).content.decode()
    browser.post(address, {})
    assert EVENT_BLOCK_RULE.value == ""


@pytest.mark.parametrize(
    "path",
    [
        "{server}/would-fetch/",
        "{server}/would-send/",
        "{server}/there/",
        f"{{server}}/there/{THERE}/",
        "numbers/",
        "overlap/",
        "kept-out/",
        "{server}/hashes/",
    ],
)
def test_other_roles_cannot_view_or_act(seed: Seed, path: str) -> None:
    address = LIST + path.format(server=connected(seed, "https://one.example").pk)
    for api_user in (seed.org_admin, seed.partner_sync, seed.reader):
        client = Client()
        client.force_login(api_user.user)
        assert {client.get(address).status_code, client.post(address).status_code} <= {403, 405}
    assert EVENT_BLOCK_RULE.value == ""
    assert not ProcrastinateJob.objects.filter(task_name="servers.cache").exists()
