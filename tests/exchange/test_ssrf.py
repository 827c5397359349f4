"""Server-side request forgery, tried on each user of the outgoing gateway: feeds, connections, pages.

A server on this machine stands for the internal network; what counts is whether it received a request.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, redirects_to, responds, serving
from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.errors import AddressRefused, OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch

ALLOWED = RequestPolicy(networks=HERE)
KEY = "A" * 40

type Way = Callable[[Seed, str], Any]


def by_feed(seed: Seed, url: str) -> Any:
    """A site administrator's feed, fetched, looked at and cached."""
    admin = seed.site_admin.key
    body = {"name": "inside", "provider": "p", "url": url, "enabled": True, "source_format": "freetext"}
    status, made = call(admin, "POST", "/feeds/add", body)
    if status != 200:
        return made
    number = made["Feed"]["id"]
    return [
        call(admin, "POST", f"/feeds/{act}/{number}", {})
        for act in ("fetchFromFeed", "previewIndex", "cacheFeeds")
    ]


def by_connection(seed: Seed, url: str) -> Any:
    """A site administrator's connection, tested."""
    body = {"name": "There", "url": url, "authkey": KEY, "remote_org_id": seed.org_b.pk}
    status, made = call(seed.site_admin.key, "POST", "/servers/add", body)
    if status != 200:
        return made
    number = made["Server"]["id"]
    return [
        call(seed.site_admin.key, "POST", f"/servers/testConnection/{number}", {}),
        call(seed.site_admin.key, "GET", f"/servers/getRemoteUser/{number}"),
        call(seed.site_admin.key, "POST", f"/servers/pull/{number}/full", {}),
    ]


def by_page(seed: Seed, url: str) -> Any:
    """A web page that any member may have made into a report."""
    event = make_event(seed.org_a)
    event.save()
    return call(seed.analyst.key, "POST", f"/event_reports/importReportFromUrl/{event.pk}", {"url": url})


WAYS: tuple[Way, ...] = (by_feed, by_connection, by_page)


@pytest.fixture(autouse=True)
def at_once(seed: Seed) -> None:
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "①②⑦.⓪.⓪.①",
    ],
)
def test_loopback_is_refused_in_every_spelling(seed: Seed, way: Way, host: str) -> None:
    with serving(responds(b"secret of the inside")) as inside:
        answer = way(seed, f"http://{host}:{urlsplit(inside.url).port}/")
    assert inside.requests == []
    assert "secret of the inside" not in str(answer)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "/etc/passwd",
        "gopher://127.0.0.1:25/_x",
        "ftp://127.0.0.1/x",
        "data:text/plain,secret",
        "http://me:password@127.0.0.1/",
        "http:///etc/passwd",
    ],
)
def test_other_url_schemes_are_refused(seed: Seed, way: Way, url: str) -> None:
    answer = str(way(seed, url))
    assert "root:" not in answer
    assert "password@" not in answer.replace(url, "")


@pytest.mark.parametrize("way", WAYS)
def test_redirect_to_a_private_address_is_refused(seed: Seed, way: Way, settings: Any) -> None:
    """The first server is permitted and the second is not: they have two addresses of this machine."""
    settings.VARDKASE_PRIVATE_NETWORKS = settings.VARDKASE_PAGE_NETWORKS = ["127.0.0.1/32"]
    with serving(responds(b"secret of the inside")) as inside:
        port = urlsplit(inside.url).port
        for target in (
            f"http://127.0.0.2:{port}/",
            f"http://[::ffff:127.0.0.2]:{port}/",
            "file:///etc/passwd",
        ):
            with serving(redirects_to(target)) as server:
                answer = way(seed, server.url)
                assert server.requests
            assert "secret of the inside" not in str(answer)
            assert "root:" not in str(answer)
    assert inside.requests == []


@pytest.mark.parametrize("way", WAYS)
def test_dns_rebinding_does_not_reach_private_addresses(
    seed: Seed, way: Way, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each connection goes to the address that was checked for it."""
    settings.VARDKASE_PRIVATE_NETWORKS = settings.VARDKASE_PAGE_NETWORKS = ["127.0.0.3/32"]
    asked: list[str] = []
    really = socket.getaddrinfo

    def rebinding(host: str, port: int, *given: Any, **more: Any) -> Any:
        if host != "rebind.example":
            return really(host, port, *given, **more)
        asked.append(host)
        address = "127.0.0.3" if len(asked) == 1 else "127.0.0.1"  # No server at the first.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with serving(responds(b"secret of the inside")) as inside, monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", rebinding)
        way(seed, f"http://rebind.example:{urlsplit(inside.url).port}/")
    assert asked
    assert inside.requests == []


def test_redirect_to_the_same_name_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ["127.0.0.1", "127.0.0.2"]

    def rebinding(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (addresses.pop(0), port))]

    with serving(redirects_to("/again")) as server:
        url = server.url.replace("127.0.0.1", "rebind.example")
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with pytest.raises(AddressRefused):
            fetch("GET", url, policy=RequestPolicy(networks=("127.0.0.1/32",)))
    assert len(server.requests) == 1


def test_only_permitted_addresses_of_a_name_are_contacted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(_host: str, port: int, **_: Any) -> list[Any]:
        found = ("127.0.0.2", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    with serving(responds(b"ok")) as server:
        url = server.url.replace("127.0.0.1", "several.example")
        monkeypatch.setattr(socket, "getaddrinfo", both)
        assert fetch("GET", url, policy=RequestPolicy(networks=("127.0.0.1/32",))).content == b"ok"
        with pytest.raises(AddressRefused):
            fetch("GET", url)


@pytest.mark.parametrize(
    "target",
    [
        "//127.0.0.2/",
        "http:\\\\127.0.0.2/",
        "HTTP://127.0.0.2/",
        "http://127.0.0.2#@x.example/",
        " http://[::1]/",
    ],
)
def test_odd_redirect_targets_do_not_reach_private_addresses(target: str) -> None:
    with serving(responds(b"secret")) as inside:
        place = target.replace("127.0.0.2", f"127.0.0.2:{urlsplit(inside.url).port}")
        with serving(redirects_to(place)) as server:
            try:
                reply = fetch(
                    "GET", server.url, policy=RequestPolicy(networks=("127.0.0.1/32",), redirects=2)
                )
            except OutgoingFailed:
                reply = None
            assert reply is None or reply.content != b"secret"
    assert inside.requests == []


def test_permitted_private_networks_apply_only_to_administrators_urls(settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    with serving(responds(b"ok")) as server:
        assert fetch("GET", server.url).content == b"ok"
        with pytest.raises(AddressRefused):
            fetch("GET", server.url, policy=RequestPolicy(inside=False))


def test_proxy_environment_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(responds(b"ok")) as server, serving(responds(b"by proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch("GET", server.url, policy=ALLOWED).content == b"ok"
    assert proxy.requests == []
