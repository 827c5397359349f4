"""The gateway for outgoing HTTP requests, against real servers on this machine."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.exchange.servers import HERE, certificate, encrypted, redirects_to, responds, serving
from vardkase.exchange import addresses
from vardkase.exchange.errors import AddressRefused, OutgoingFailed, ReplyTooBig, TimedOut
from vardkase.exchange.http import RequestPolicy, fetch, stream
from vardkase.exchange.problems import OutgoingProblem

ALLOWED = RequestPolicy(networks=HERE)


def test_fetch_returns_status_headers_and_body() -> None:
    with serving(responds(b"gone", 410, X_Why="moved")) as server:
        reply = fetch("POST", f"{server.url}/a?b=c", headers={"X-Key": "k"}, body=b"text", policy=ALLOWED)
    assert (reply.status, reply.content, reply.headers["x-why"]) == (410, b"gone", "moved")
    method, path, headers, body = server.requests[0]
    assert (method, path, headers["X-Key"], body) == ("POST", "/a?b=c", "k", b"text")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0.0.0.0"],  # noqa: S104
)
def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    with serving(responds(b"secret")) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(OutgoingFailed):
            fetch("GET", f"http://{host}:{port}/")
    assert server.requests == []


def test_resolved_address_is_checked_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one connected to: a name is resolved once."""
    looked_up = []

    def rebinding(host: str, port: int, **_: Any) -> list[Any]:
        looked_up.append(host)
        address = "127.0.0.1" if len(looked_up) > 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with serving(responds(b"secret")) as server:
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        policy = RequestPolicy(networks=("192.0.2.0/24",), timeout=0.2)
        with pytest.raises(OutgoingFailed):
            fetch("GET", server.url.replace("127.0.0.1", "rebind.example"), policy=policy)
        assert looked_up == ["rebind.example"]
        with pytest.raises(AddressRefused) as refused:
            fetch("GET", server.url.replace("127.0.0.1", "rebind.example"), policy=policy)
        assert refused.value.problem == OutgoingProblem.PRIVATE_ADDRESS(host="rebind.example")
    assert server.requests == []


def test_redirect_to_another_server_is_checked() -> None:
    with (
        serving(responds(b"secret")) as inside,
        serving(lambda handler: _redirecting(handler, inside.url)) as server,
    ):
        reply = fetch("GET", f"{server.url}/here", policy=ALLOWED)
        assert (reply.content, reply.url) == (b"end", f"{server.url}/end")
        with pytest.raises(AddressRefused):
            fetch("GET", f"{server.url}/elsewhere", policy=ALLOWED)
    assert inside.requests == []


def test_credentials_are_not_sent_after_a_redirect_to_another_server(settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    with serving(responds(b"ok")) as other, serving(redirects_to(f"{other.url}/x")) as server:
        fetch("GET", server.url, headers={"Authorization": "secret", "X-Api-Key": "s", "Accept": "text/csv"})
    sent = other.requests[0][2]
    assert sent["Accept"] == "text/csv"
    assert not {"Authorization", "X-Api-Key"} & sent.keys()


def test_public_server_cannot_redirect_into_private_networks(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """One address of this machine stands for a public server, another for a private one."""
    settings.VARDKASE_PRIVATE_NETWORKS = ["127.0.0.2/32"]
    monkeypatch.setattr(addresses, "_is_public", lambda address: str(address) == "127.0.0.1")
    with serving(redirects_to("http://127.0.0.2:9/secret")) as public, pytest.raises(AddressRefused):
        fetch("GET", public.url)
    with serving(responds(b"public")) as other, serving(redirects_to(other.url)) as public:
        assert fetch("GET", public.url).content == b"public"


def test_redirects_are_limited() -> None:
    with serving(redirects_to("/again")) as server:
        with pytest.raises(OutgoingFailed) as refused:
            fetch("GET", server.url, policy=ALLOWED)
        assert refused.value.has(OutgoingProblem.TOO_MANY_REDIRECTS)
        assert len(server.requests) == 6
        assert fetch("GET", server.url, policy=RequestPolicy(networks=HERE, redirects=0)).status == 302
        assert fetch("POST", server.url, body=b"x", policy=ALLOWED).status == 302


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x.example/", "gopher://x.example", "x", "http://", ""]
)
def test_other_url_schemes_are_refused(url: str) -> None:
    with pytest.raises(OutgoingFailed) as refused:
        fetch("GET", url)
    assert refused.value.has(OutgoingProblem.BAD_SCHEME) or refused.value.has(OutgoingProblem.BAD_ADDRESS)
    with serving(redirects_to(url or "file:///x")) as server, pytest.raises(OutgoingFailed):
        fetch("GET", server.url, policy=ALLOWED)


def test_credentials_in_the_url_are_refused() -> None:
    with pytest.raises(OutgoingFailed) as refused:
        fetch("GET", "https://me:secret@peer.example/")
    assert refused.value.problem == OutgoingProblem.CREDENTIALS_IN_ADDRESS()


def test_oversized_response_is_refused_even_when_compressed() -> None:
    bomb = gzip.compress(bytes(5_000_000))
    small = RequestPolicy(networks=HERE, limit=100_000)
    with serving(responds(bomb, Content_Encoding="gzip")) as server, pytest.raises(ReplyTooBig):
        fetch("GET", server.url, policy=small)
    with serving(responds(bytes(100_001))) as server, pytest.raises(ReplyTooBig):
        fetch("GET", server.url, policy=small)


def _redirecting(handler: BaseHTTPRequestHandler, elsewhere: str) -> None:
    turns = {"/here": redirects_to("/end"), "/elsewhere": redirects_to(elsewhere), "/end": responds(b"end")}
    turns[handler.path](handler)


@pytest.mark.parametrize("with_status", [True, False])
def test_dripping_server_times_out(with_status: bool) -> None:
    """It sends a byte at a time, and never pauses for as long as the read timeout."""
    left = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        if with_status:
            handler.send_response(200)
            handler.end_headers()
        with contextlib.suppress(ConnectionError):
            while not left.wait(0.05):
                handler.wfile.write(b"X")
                handler.wfile.flush()

    with serving(drip) as server:
        try:
            with pytest.raises(TimedOut) as late:
                fetch("GET", server.url, policy=RequestPolicy(networks=HERE, seconds=0.3))
            assert late.value.has(OutgoingProblem.TIMED_OUT)
        finally:
            left.set()


def test_silent_server_times_out() -> None:
    with serving(lambda _: time.sleep(1)) as server, pytest.raises(TimedOut):
        fetch("GET", server.url, policy=RequestPolicy(networks=HERE, timeout=0.2))


def test_unreachable_or_non_http_server_fails() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(OutgoingFailed) as failed:
        fetch("GET", f"http://127.0.0.1:{port}/key-in-path", policy=ALLOWED)
    assert (
        failed.value.wire == f"http://127.0.0.1:{port} could not be reached: [Errno 111] Connection refused"
    )
    with translation.override("en"):
        assert str(failed.value).endswith("Network error: “Connection refused”")
    nonsense = serving(lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n\r\n") and None)
    with nonsense as server, pytest.raises(OutgoingFailed) as failed:
        fetch("GET", f"{server.url}/key-in-path", policy=ALLOWED)
    assert failed.value.has(OutgoingProblem.UNREACHABLE)
    assert "key-in-path" not in failed.value.wire


def test_errors_of_the_reader_are_not_wrapped() -> None:
    with (
        serving(responds(b"ok")) as server,
        pytest.raises(ValueError, match="mine"),
        stream("GET", server.url, policy=ALLOWED),
    ):
        raise ValueError("mine")


def test_certificate_must_be_trusted_and_can_be_pinned(tmp_path: Path) -> None:
    with serving(responds(b"ok"), encrypted(tmp_path)) as server:
        with pytest.raises(OutgoingFailed) as untrusted:
            fetch("GET", server.url, policy=ALLOWED)
        assert "self-signed certificate" in untrusted.value.wire
        pinned = RequestPolicy(networks=HERE, authority=certificate().partition("-----BEGIN PRIVATE")[0])
        assert fetch("GET", server.url, policy=pinned).content == b"ok"
        with pytest.raises(OutgoingFailed):
            fetch("GET", server.url.replace("127.0.0.1", "127.0.0.2"), policy=pinned)
    with pytest.raises(OutgoingFailed) as unreadable:
        fetch("GET", "https://127.0.0.1/", policy=RequestPolicy(networks=HERE, authority="nonsense"))
    assert unreadable.value.has(OutgoingProblem.UNREADABLE_CERTIFICATES)


def test_client_certificate_is_presented(tmp_path: Path) -> None:
    context = encrypted(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "server.pem")
    public = certificate().partition("-----BEGIN PRIVATE")[0]
    with serving(responds(b"ok"), context) as server:
        with pytest.raises(OutgoingFailed):
            fetch("GET", server.url, policy=RequestPolicy(networks=HERE, authority=public))
        ours = RequestPolicy(networks=HERE, authority=public, client_certificate=certificate())
        assert fetch("GET", server.url, policy=ours).content == b"ok"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_tls_versions_are_refused(tmp_path: Path) -> None:
    context = encrypted(tmp_path)
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    public = certificate().partition("-----BEGIN PRIVATE")[0]
    with serving(responds(b"ok"), context) as server, pytest.raises(OutgoingFailed):
        fetch("GET", server.url, policy=RequestPolicy(networks=HERE, authority=public))


def test_proxy_is_used_except_for_private_addresses(settings: Any) -> None:
    with serving(responds(b"by proxy")) as proxy:
        settings.VARDKASE_PROXY = proxy.url.replace("http://", "http://me:pass@")
        assert fetch("GET", "http://news.invalid/a").content == b"by proxy"
        _, path, headers, _ = proxy.requests[0]
        assert (path, headers["proxy-authorization"]) == ("http://news.invalid/a", "Basic bWU6cGFzcw==")
        for inside in ("http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "https://[::1]/"):
            with pytest.raises(AddressRefused):
                fetch("GET", inside)
        with pytest.raises(OutgoingFailed):
            fetch("GET", "https://news.invalid/a")  # This proxy answers 200 and then does not speak TLS.
        assert [request[0] for request in proxy.requests] == ["GET", "CONNECT"]
        assert proxy.requests[1][1] == "news.invalid:443"
        assert (
            fetch("GET", f"{proxy.url}/direct", policy=RequestPolicy(networks=HERE, direct=True)).status
            == 200
        )
