"""The database ends the hub's connections: every interface answers again as soon as PostgreSQL does."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bench.client import Client
from bench.instance import WITHOUT_KNOWLEDGE, fresh_instance
from tests.support.folders import open_folder, temporary_folder
from tests.support.hubs import running_hub
from tests.support.prepared import copy_prepared
from tests.support.processes import wait_until
from vardkase.core.database import EmbeddedPostgres, embedded_url

PATHS = (
    "/servers/getVersion",
    "/events/index",
    "/taxii2/api/collections",
    "/feed/none/manifest.json",
    "/about/",
)
TRIES = 8
"""Requests per path: more than the web server has threads, since each has its own connection."""


class Hub:
    """A running hub with its worker, and access to its database."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.url, self.key, self.folder = url, key, folder
        self.port = int(url.rpartition(":")[2])

    def status(self, path: str) -> int:
        accept = "text/html" if path == "/about/" else "application/json"
        if path.startswith("/taxii2/"):
            accept = "application/taxii+json;version=2.1"
        headers = {"Accept": accept} if path == "/about/" else {"Accept": accept, "Authorization": self.key}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as asking:
            asking.request("GET", path, headers=headers)
            return asking.getresponse().status

    def statuses(self) -> dict[str, set[int]]:
        return {path: {self.status(path) for _ in range(TRIES)} for path in PATHS}

    def query(self, statement: str) -> list[tuple[int, ...]]:
        with psycopg.connect(embedded_url(self.folder)) as connection:
            return connection.execute(statement).fetchall()

    def publishes(self) -> None:
        """Publish an event through the worker, and wait for it."""
        event = {"uuid": str(uuid4()), "info": "published by the worker"}
        with Client(self.url, self.key) as client:
            client.post("/events/add", {"Event": event})
            client.post(f"/events/publish/{event['uuid']}", {})
            wait_until(lambda: client.get(f"/events/view/{event['uuid']}").json()["Event"]["published"], 30)


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with temporary_folder() as folder, running_hub(folder) as instance:
        yield Hub(instance.url, instance.key, folder)


def test_no_request_fails_after_all_connections_are_terminated(hub: Hub) -> None:
    before = hub.statuses()
    hub.publishes()
    ended = hub.query(
        "SELECT pg_terminate_backend(pid, 5000)::int FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    assert len(ended) >= 3
    assert hub.statuses() == before
    hub.publishes()


def test_everything_recovers_after_a_database_process_is_killed(hub: Hub) -> None:
    before = hub.statuses()
    ((victim, *_), *_) = hub.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'vardkase' AND pid <> pg_backend_pid()"
    )
    with contextlib.closing(psycopg.connect(embedded_url(hub.folder))) as other:
        os.kill(victim, signal.SIGKILL)
        # PostgreSQL ends every connection when it sees that, which may be after the next request, and recovers.
        wait_until(lambda: _is_ended(other), 60)
    wait_until(lambda: _answers(hub), 60)
    assert hub.statuses() == before
    hub.publishes()


def test_everything_recovers_after_an_external_database_restarts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    elsewhere, folder = open_folder(), open_folder()
    copy_prepared(elsewhere)
    database = EmbeddedPostgres(elsewhere).start()
    try:
        url = embedded_url(elsewhere)
        with fresh_instance(folder, WITHOUT_KNOWLEDGE, DATABASE_URL=url) as instance:
            hub = Hub(instance.url, instance.key, elsewhere)
            before = hub.statuses()
            database.stop()
            database.start()
            assert hub.statuses() == before
            hub.publishes()
    finally:
        database.stop()


def _is_ended(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def _answers(hub: Hub) -> bool:
    try:
        hub.query("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
