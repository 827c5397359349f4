"""Clients that send or read slowly, or disconnect: they delay nobody, and work for them is cancelled."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.factories import make_key
from tests.factories.seed import Seed
from tests.support.processes import wait_until
from tests.support.web_server import WebServer, running_web_server
from tests.wire.raw import Raw
from vardkase.config.gateway.application import ACCOUNT_SHARE, SHARE, THREADS
from vardkase.config.server import end_without_memory

CLIENTS = 60
"""Many times the number of web server threads."""
BODY = "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
JSON = "Accept: application/json\r\n"


def page_status(server: WebServer) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as asking:
        asking.request("GET", "/about/", headers={"Accept": "text/html"})
        answer = asking.getresponse()
        answer.read()
        return answer.status


@contextlib.contextmanager
def clients(server: WebServer, head: str, count: int = CLIENTS) -> Iterator[list[socket.socket]]:
    """Connections that have sent `head`, read little, and stay open."""
    opened = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(60)
        client.connect(("127.0.0.1", server.port))
        client.sendall(head.encode())
        opened.append(client)
    try:
        yield opened
    finally:
        for client in opened:
            client.close()


@pytest.mark.parametrize(
    "head",
    [
        "GET /about/ HTTP/1.1\r\nHost: hub\r\nX-Slow: ",
        (
            f"POST /account/login/ HTTP/1.1\r\nHost: hub\r\nCookie: csrftoken={'a' * 32}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nlogin="
        ),
        f"POST /enrolments/offer HTTP/1.1\r\nHost: hub\r\n{JSON}{BODY}{{",
        (
            f"POST /enrolments/offer HTTP/1.1\r\nHost: hub\r\n{JSON}Content-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\n{  \r\n"
        ),
        f"POST /taxii2/api/ HTTP/1.1\r\nHost: hub\r\nAccept: application/taxii+json\r\n{BODY}{{",
    ],
    ids=["headers", "form", "body", "chunks", "taxii"],
)
def test_slow_senders_do_not_delay_pages(server: WebServer, head: str) -> None:
    with clients(server, head):
        assert {page_status(server) for _ in range(3)} == {200}


def test_slow_senders_with_a_key_delay_nobody(server: WebServer, server_seed: Seed) -> None:
    key = server_seed.org_admin.key
    head = f"POST /events/add HTTP/1.1\r\nHost: hub\r\nAuthorization: {key}\r\n{JSON}{BODY}{{"
    with clients(server, head):
        assert page_status(server) == 200
        assert Raw(server.url, key).get("/servers/getVersion")[0] == 200


def test_clients_that_do_not_read_delay_nobody(server: WebServer, server_seed: Seed) -> None:
    key, uuid = server_seed.org_admin.key, str(uuid4())
    api = Raw(server.url, key)
    attributes = [{"type": "text", "value": f"{n} " + "v" * 2000} for n in range(4_000)]
    assert (
        api.post("/events/add", {"Event": {"uuid": uuid, "info": "large", "Attribute": attributes}})[0] == 200
    )
    head = f"GET /events/view/{uuid} HTTP/1.1\r\nHost: hub\r\nAuthorization: {key}\r\n{JSON}\r\n"
    with clients(server, head, 12) as readers:
        for reader in readers:
            assert reader.recv(100)
        assert api.get("/servers/getVersion")[0] == 200
        assert page_status(server) == 200


def test_large_body_is_requested_only_after_the_key_is_checked(server: WebServer, server_seed: Seed) -> None:
    """A client that sends Expect: 100-continue (as curl does) is refused before it sends the body."""
    heads = {
        b"403": f"Authorization: {'x' * 40}\r\nContent-Length: 100000000\r\n",
        b"413": f"Authorization: {server_seed.org_admin.key}\r\nContent-Length: 600000000\r\n",
        b"100": f"Authorization: {server_seed.org_admin.key}\r\nContent-Length: 100000000\r\n",
    }
    for status, head in heads.items():
        asked = f"POST /events/add HTTP/1.1\r\nHost: hub\r\n{JSON}Content-Type: application/json\r\n"
        with clients(server, f"{asked}{head}Expect: 100-continue\r\n\r\n", 1) as (client,):
            assert client.recv(100).split()[1] == status


def test_chunked_body_is_read(server: WebServer, server_seed: Seed) -> None:
    body = json.dumps({"Event": {"info": "x" * 200_000}}).encode()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as asking:
        headers = {"Authorization": server_seed.org_admin.key, "Accept": "application/json"}
        headers["Content-Type"] = "application/json"
        asking.request("POST", "/events/add", iter([body[:1000], body[1000:]]), headers, encode_chunked=True)
        assert asking.getresponse().status == 200


@contextlib.contextmanager
def locked_events() -> Iterator[Callable[[], int]]:
    """Every query of events waits until the end of the block; yields how many are waiting."""
    keys = ("USER", "HOST", "NAME", "PASSWORD", "PORT")
    user, host, name, password, port = (str(connection.settings_dict[key]) or None for key in keys)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    connect = partial(psycopg.connect, user=user, host=host, dbname=name, password=password, port=port)
    with connect() as holder, connect(autocommit=True) as watcher:
        holder.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")

        def waiters() -> int:
            row = watcher.execute(waiting).fetchone()
            return int(row[0]) if row else 0

        yield waiters
        holder.rollback()


def index_head(key: str) -> str:
    return f"GET /events/index HTTP/1.1\r\nHost: hub\r\nAuthorization: {key}\r\n{JSON}\r\n"


def test_search_of_a_disconnected_client_is_cancelled(server: WebServer, server_seed: Seed) -> None:
    """The search waits for a table that this test has locked."""
    logged = len(server.log.read_text(errors="replace"))
    with locked_events() as waiters:
        with clients(server, index_head(server_seed.org_admin.key), 1):
            wait_until(lambda: waiters() == 1, 30)
        wait_until(lambda: waiters() == 0, 30)
    assert "Traceback" not in server.log.read_text(errors="replace")[logged:]
    assert Raw(server.url, server_seed.org_admin.key).get("/events/index")[0] == 200


def test_long_requests_of_one_client_do_not_delay_others(server: WebServer, server_seed: Seed) -> None:
    """Exports take minutes. A client has a share of the threads; its further requests wait for these."""
    exporter = server_seed.reader
    with locked_events() as waiters, clients(server, index_head(exporter.key), 12) as exports:
        wait_until(lambda: waiters() >= THREADS, 30)
        assert Raw(server.url, server_seed.org_admin.key).get("/servers/getVersion")[0] == 200
        assert page_status(server) == 200
        with clients(server, index_head(exporter.key), 6):
            assert Raw(server.url, server_seed.org_admin.key).get("/servers/getVersion")[0] == 200
        assert waiters() <= ACCOUNT_SHARE
        exports[0].close()
        wait_until(lambda: waiters() == ACCOUNT_SHARE, 30)
    wait_until(lambda: Raw(server.url, exporter.key).get("/servers/getVersion")[0] == 200, 30)


@contextlib.contextmanager
def searches(server: WebServer, keys: list[str]) -> Iterator[None]:
    """A search with each of `keys`, in progress for as long as the events table is locked."""
    with contextlib.ExitStack() as stack:
        for key in keys:
            stack.enter_context(clients(server, index_head(key), 1))
        yield


def test_keys_of_one_account_count_as_one_client(server: WebServer, server_seed: Seed) -> None:
    keys = [server_seed.analyst.key, *(make_key(server_seed.analyst.user) for _ in range(11))]
    with locked_events() as waiters, searches(server, keys):
        wait_until(lambda: waiters() >= ACCOUNT_SHARE, 30)
        for other in (server_seed.stranger, server_seed.partner):
            assert Raw(server.url, other.key).get("/servers/getVersion")[0] == 200
        assert page_status(server) == 200
        assert waiters() == ACCOUNT_SHARE
    wait_until(lambda: Raw(server.url, keys[-1]).get("/servers/getVersion")[0] == 200, 30)


def test_accounts_of_one_organisation_count_as_one_client(server: WebServer, server_seed: Seed) -> None:
    seed = server_seed
    accounts = (seed.analyst, seed.colleague, seed.publisher, seed.org_admin, seed.reader)
    keys = [make_key(each.user) for each in accounts for _ in range(4)]
    with locked_events() as waiters, searches(server, keys):
        wait_until(lambda: waiters() >= SHARE, 30)
        for other in (seed.stranger, seed.partner, seed.site_admin):
            assert Raw(server.url, other.key).get("/servers/getVersion")[0] == 200
        assert waiters() == SHARE
    for each in accounts:
        assert Raw(server.url, each.key).get("/servers/getVersion")[0] == 200


def test_unknown_keys_count_by_address(server: WebServer, server_seed: Seed) -> None:
    """Each costs a look-up, but they do not count as so many clients."""
    with clients(server, index_head("x" * 40), CLIENTS) as refused:
        assert Raw(server.url, server_seed.analyst.key).get("/servers/getVersion")[0] == 200
        assert {client.recv(100).split()[1] for client in refused} <= {b"403", b"429"}


def test_header_names_with_underscores_are_ignored(server: WebServer, server_seed: Seed) -> None:
    """`X_MISP_AUTH` would otherwise arrive as the header with hyphens that reverse proxies set."""
    head = f"GET /servers/getVersion HTTP/1.1\r\nHost: hub\r\nX_MISP_AUTH: {server_seed.org_admin.key}\r\n{JSON}\r\n"
    with clients(server, head, 1) as (client,):
        assert client.recv(100).split()[1] == b"403"


CHUNKED = (
    "POST /events/index HTTP/1.1\r\nHost: hub\r\nAuthorization: {key}\r\nX-Forwarded-For: {address}\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\n{{}}\r\n0\r\n"
)


def test_trailers_do_not_act_as_headers(server_seed: Seed, tmp_path: Path) -> None:
    """A key bound to an address must not accept an address given after the body."""
    key = make_key(server_seed.org_admin.user, allowed_ips=["192.0.2.1"])
    with running_web_server(tmp_path, VARDKASE_TRUSTED_PROXIES="1") as behind_proxy:
        for address, trailer, status in (
            ("192.0.2.1", "", b"200"),
            ("192.0.2.1", "X-Forwarded-For: 198.51.100.7\r\n", b"200"),
            ("198.51.100.7", "X-Forwarded-For: 192.0.2.1\r\n", b"403"),
        ):
            request = f"{CHUNKED.format(key=key, address=address)}{trailer}\r\n"
            with clients(behind_proxy, request, 1) as (client,):
                assert client.recv(100).split()[1] == status


@pytest.mark.parametrize("start", ["", "X-Trailer: "], ids=["many", "one"])
def test_size_of_trailers_is_limited(server: WebServer, server_seed: Seed, start: str) -> None:
    trailers = (b"x" * 1000 if start else b"X-Trailer: " + b"x" * 1000 + b"\r\n") * 24_000
    head = CHUNKED.format(key=server_seed.org_admin.key, address="192.0.2.1") + start
    with clients(server, head, 1) as (client,), pytest.raises(ConnectionError):
        client.sendall(trailers)
    assert Raw(server.url, server_seed.org_admin.key).get("/servers/getVersion")[0] == 200


def test_process_ends_when_its_event_loop_runs_out_of_memory() -> None:
    """It is replaced; otherwise it would accept connections and answer none."""

    class Event:
        def __del__(self) -> None:
            raise MemoryError

    if (pid := os.fork()) == 0:
        sys.unraisablehook = end_without_memory
        Event()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
