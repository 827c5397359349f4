"""Bodies being received take a bounded part of the disk, and each sender a bounded share of it."""

from __future__ import annotations

import contextlib
import resource
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse

from tests.factories.seed import ApiUser, Seed
from tests.support.processes import wait_until
from tests.support.web_server import WebServer, running_web_server
from tests.wire.test_response_spooling import deleted_files
from vardkase.config.gateway.body_memory import IN_MEMORY, Budget, IncomingBody, SpoolFull
from vardkase.core.body_limits import BodyLimits, Sender

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

MAX_BODY = 1024 * 1024
"""A quarter of the process's budget; an organisation may have half of it."""
SENT = 900 * 1024
"""Bytes of each unfinished upload: two of them leave an organisation no space for a third."""
EVENT = {"Event": {"info": "x" * 600_000}}
JSON = {"Accept": "application/json"}


@pytest.fixture
def small(server_seed: Seed, tmp_path: Path) -> Iterator[WebServer]:
    """A server with a small budget."""
    with running_web_server(tmp_path, VARDKASE_MAX_BODY=str(MAX_BODY)) as running:
        yield running


@contextlib.contextmanager
def unfinished_uploads(server: WebServer, *api_users: ApiUser) -> Iterator[list[socket.socket]]:
    """Uploads that stop after SENT bytes; two for each user."""
    with contextlib.ExitStack() as opened:
        clients = []
        for api_user in api_users * 2:
            client = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            client.sendall(
                f"POST /events/add HTTP/1.1\r\nHost: hub\r\nAuthorization: {api_user.key}\r\n"
                "Accept: application/json\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                f"Content-Length: {MAX_BODY}\r\n\r\n".encode()
            )
            assert client.recv(100).split()[1] == b"100"
            client.sendall(b'{"Event":{"info":"'.ljust(SENT, b"x"))
            clients.append(client)
        yield clients


def add_event(server: WebServer, api_user: ApiUser) -> requests.Response:
    headers = JSON | {"Authorization": api_user.key}
    return requests.post(f"{server.url}/events/add", json=EVENT, headers=headers, timeout=30)


def test_one_organisation_cannot_use_the_whole_budget(small: WebServer, server_seed: Seed) -> None:
    uploader, other = server_seed.org_admin, server_seed.stranger
    with unfinished_uploads(small, uploader) as clients:
        wait_until(lambda: add_event(small, uploader).status_code == 503, 30)
        refused = add_event(small, uploader)
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.json()["message"].startswith("The hub is receiving too many large requests")
        assert add_event(small, server_seed.colleague).status_code == 503
        assert add_event(small, other).status_code == 200
        clients[0].close()
        wait_until(lambda: add_event(small, uploader).status_code == 200, 30)


def test_small_requests_and_pages_work_when_the_budget_is_spent(small: WebServer, server_seed: Seed) -> None:
    """Anonymous clients are also asked to retry, in the format they asked for."""
    others = server_seed.site_admin
    session = Client()
    session.force_login(others.user)
    cookies = {name: morsel.value for name, morsel in session.cookies.items()}
    large = {"text": "x" * 600_000}
    with unfinished_uploads(small, server_seed.org_admin, server_seed.stranger):
        wait_until(lambda: add_event(small, others).status_code == 503, 30)
        page = requests.post(f"{small.url}/account/", data=large, cookies=cookies, timeout=30)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
        assert page.headers["Content-Type"].startswith("text/html")
        taxii = requests.post(
            f"{small.url}/taxii2/api/collections/{'0' * 8}-0000-4000-8000-{'0' * 12}/objects/",
            data="x" * 600_000,
            headers={
                "Authorization": others.key,
                "Accept": "application/taxii+json;version=2.1",
                "Content-Type": "application/taxii+json;version=2.1",
            },
            timeout=30,
        )
        assert (taxii.status_code, taxii.json()["title"]) == (503, "Too busy")
        assert requests.get(f"{small.url}/about/", timeout=30).status_code == 200
        search = {"value": "x", "returnFormat": "json"}
        headers = JSON | {"Authorization": others.key}
        assert (
            requests.post(
                f"{small.url}/attributes/restSearch", json=search, headers=headers, timeout=30
            ).status_code
            == 200
        )
    wait_until(lambda: add_event(small, others).status_code == 200, 30)


def test_refused_and_failed_bodies_release_their_budget(small: WebServer, server_seed: Seed) -> None:
    headers = JSON | {"Authorization": server_seed.org_admin.key, "Content-Type": "application/json"}

    def pieces(size: int) -> Iterator[bytes]:
        yield b"{"
        for _ in range(size // 10_000):
            yield b" " * 10_000

    for size, status in [(MAX_BODY - 100_000, 405), (MAX_BODY + 100_000, 413)] * 4:
        with contextlib.suppress(requests.ConnectionError):  # Closed while the body was still being sent.
            answer = requests.post(f"{small.url}/events/add", data=pieces(size), headers=headers, timeout=30)
            assert answer.status_code == status
    assert add_event(small, server_seed.org_admin).status_code == 200


def test_anonymous_visitors_share_a_budget(settings: SettingsWrapper) -> None:
    settings.VARDKASE_MAX_BODY = MAX_BODY
    budget, one = Budget(), Sender.visitor("192.0.2.1")
    budget.take(one, MAX_BODY // 4)
    with pytest.raises(SpoolFull):
        budget.take(Sender.visitor("192.0.2.1"), 1)
    for number in range(7):
        budget.take(Sender.visitor(f"2001:db8:0:{number}::1"), MAX_BODY // 4)
    with pytest.raises(SpoolFull):
        budget.take(Sender.visitor("198.51.100.1"), 1)
    budget.take(Sender.organisation(1), 2 * MAX_BODY)
    with pytest.raises(SpoolFull):
        budget.take(Sender.organisation(2), 1)
    budget.give_back(one, MAX_BODY // 4)
    budget.take(Sender.organisation(2), MAX_BODY // 4)


def test_disk_reserve_is_kept(settings: SettingsWrapper, tmp_path: Path) -> None:
    """A body that would leave less is not received; one without a length is stopped at the reserve."""
    settings.DATA_DIR = tmp_path
    free = shutil.disk_usage(tmp_path).free
    body, sender = IncomingBody(Budget()), Sender.organisation(1)
    settings.VARDKASE_DISK_RESERVE = free // 2
    with contextlib.closing(body):
        with pytest.raises(SpoolFull):
            body.count_for(sender, free)
        body.count_for(sender, 0)
        body.write(b"x")
        settings.VARDKASE_DISK_RESERVE = 2 * free
        with pytest.raises(SpoolFull):
            body.write(b"x")


def test_full_disk_refuses_the_body() -> None:
    budget, sender = Budget(), Sender.organisation(1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (IN_MEMORY + 1000, before[1]))
    try:
        body = IncomingBody(budget)
        body.count_for(sender, 0)
        body.write(b"x" * IN_MEMORY)
        with pytest.raises(SpoolFull):
            body.write(b"x" * IN_MEMORY)
        body.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    budget.take(sender, budget.bytes // 2)


def test_what_authors_send_is_in_no_file() -> None:
    pages = "publication", "publication_check", "publication_submit", "publication_own", "messages"
    for name in (*pages, "message_answer", "publication_act", "publication_stored", "publication_code"):
        view: Any = resolve(reverse(f"anonymous_{name}")).func
        assert view.body_limits is BodyLimits.DRAFT, name
    assert BodyLimits.DRAFT.bytes <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE, (
        "so that Django makes no file either"
    )
    before = deleted_files()
    body = IncomingBody(Budget())
    body.write(b"x" * IN_MEMORY)
    body.stay_in_memory()
    for _ in range(8):
        body.write(b"x" * IN_MEMORY)
    assert deleted_files() <= before
    body.rewind()
    assert len(body.file.read()) == 9 * IN_MEMORY
    body.close()
