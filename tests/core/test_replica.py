"""Searches, exports and what peers fetch are read from a real streaming replica, and nobody misses a write."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.client import Client
from bench.instance import initialise
from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared
from tests.support.processes import without_database_url
from tests.support.replica import Replica, replica_of
from tests.support.web_server import running_server
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.database import EmbeddedPostgres, embedded_url

pytestmark = pytest.mark.long


@dataclass
class Nodes:
    client: Client
    replica: Replica
    data: Path

    def search(self, value: str) -> list[dict[str, Any]]:
        found = self.client.post("/attributes/restSearch", {"returnFormat": "json", "value": value})
        return list(found.json()["response"]["Attribute"])

    def add(self, value: str) -> str:
        """An event with the value; its id."""
        attribute = {"type": "domain", "category": "Network activity", "value": value}
        event = {"info": value, "distribution": "0", "Attribute": [attribute]}
        return str(self.client.post("/events/add", event).json()["Event"]["id"])

    def scans(self) -> int:
        """How often the replica has looked attributes up."""
        time.sleep(1.2)  # Its connections hand in what they have counted.
        found = self.replica.ask(
            "SELECT coalesce(sum(seq_scan + idx_scan), 0) FROM pg_stat_user_tables WHERE relname ~ '^attribute|^event$'"
        )
        return int(str(found))


def finding(name: str, data: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "vardkase.cli.main", "doctor", "--json", "--data-dir", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, env=without_database_url(), check=False)
    (found,) = [each for each in json.loads(done.stdout)["findings"] if each["name"] == name]
    return dict(found)


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    with temporary_folder() as folder:
        data = folder / "data"
        data.mkdir()
        copy_prepared(data)
        key = initialise(data)["key"]
        server = EmbeddedPostgres(data).start()
        try:
            with replica_of(data) as replica, ExitStack() as stack:
                urls = {"DATABASE_URL": embedded_url(data), "DATABASE_REPLICA_URL": replica.url}
                web = stack.enter_context(running_server(folder, VARDKASE_DATA_DIR=str(data), **urls))
                yield Nodes(stack.enter_context(Client(web.url, key)), replica, data)
        finally:
            server.stop()


def test_replica_answers_and_own_writes_are_seen_at_once(nodes: Nodes) -> None:
    before = nodes.scans()
    for number in range(20):
        event = nodes.add(f"host-{number}.example")
        assert [found["event_id"] for found in nodes.search(f"host-{number}.example")] == [event]
    deadline = time.monotonic() + 60
    while True:
        for _ in range(20):
            assert nodes.search("host-7.example")
            assert nodes.client.post("/events/index", {"limit": 60}).json()
            assert nodes.client.get(f"/events/view/{event}").json()["Event"]["id"] == event
        # On a busy machine the replica is behind now and then, and not asked for a second.
        if nodes.scans() > before + 20:
            break
        assert time.monotonic() < deadline

    # What was read is on record, on the primary.
    with owned_by_us(nodes.data).connect() as connection:
        (fetches,) = connection.execute("SELECT count(*) FROM fetch_record").fetchone() or (0,)
    assert fetches >= 60

    # A replica that stands still is passed over at once, for what is new, changed and deleted.
    nodes.replica.ask("SELECT pg_wal_replay_pause()")
    event = nodes.add("while-paused.example")
    assert [found["event_id"] for found in nodes.search("while-paused.example")] == [event]
    nodes.client.post(f"/events/delete/{event}", {})
    started = time.monotonic()
    for _ in range(20):
        assert nodes.search("while-paused.example") == []
        assert nodes.client.get("/events/index").json()
    assert time.monotonic() - started < 10
    stood = nodes.scans()
    nodes.search("host-7.example")
    assert nodes.scans() == stood
    for _ in range(3):  # Each ends a file of 16 MB.
        with owned_by_us(nodes.data).connect() as connection:
            connection.execute("SELECT txid_current()")
            connection.execute("SELECT pg_switch_wal()")
    found = finding("replicas", nodes.data)
    assert (found["state"], "Behind the database" in found["said"]) == ("warn", True), found
    nodes.replica.ask("SELECT pg_wal_replay_resume()")
    time.sleep(1.5)
    assert finding("replicas", nodes.data)["state"] == "ok"
    assert len(nodes.search("host-7.example")) == 1
    assert nodes.scans() > stood

    # One that follows nobody is no replica, as one that stands on another timeline after a failover.
    nodes.replica.ask("ALTER SYSTEM SET primary_conninfo = ''")
    nodes.replica.ask("SELECT pg_reload_conf()")
    time.sleep(1)
    stood = nodes.scans()
    assert len(nodes.search("host-7.example")) == 1
    assert nodes.scans() == stood

    # One that is gone is not missed.
    nodes.replica.stop()
    for number in range(5):
        event = nodes.add(f"alone-{number}.example")
        assert [found["event_id"] for found in nodes.search(f"alone-{number}.example")] == [event]
    assert nodes.client.post("/events/index", {"limit": 5}).json()
