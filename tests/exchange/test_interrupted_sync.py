"""Lost connections, killed processes and a full disk: nothing is lost or duplicated, and the cause is reported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call
from tests.exchange.servers import HERE, certificate, encrypted, serving
from tests.exchange.test_pull_failures import VERSION, event
from tests.factories.seed import Seed
from tests.support.database import url_of
from tests.support.loops import waited_for
from tests.support.web_server import WebServer
from vardkase.core import stalled_jobs
from vardkase.core.database import die_with_parent
from vardkase.core.outages import Outage
from vardkase.core.problems import stored_wire
from vardkase.core.retries import RetryPolicy
from vardkase.core.stalled_jobs import take_up_again
from vardkase.exchange import request_retries
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.outbox.models import Delivery
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync import pull as pulling
from vardkase.exchange.sync.models import FailedEvent, MovedEvent, SyncRun, SyncRunState
from vardkase.exchange.sync.pull import pull
from vardkase.exchange.sync.push import push_published
from vardkase.exchange.sync.run_records import MOST_CUTS
from vardkase.intel.models import Attribute, Event

TIMEOUT = 60
KEY = "A" * 40


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    monkeypatch.setattr(request_retries, "REQUEST", RetryPolicy(0, 1, retries=2))


class Misp:
    """A peer with `count` events. `trouble` may answer a request for an event in its place, and returns whether
    it did.
    """

    def __init__(self, count: int) -> None:
        self.events = {each["uuid"]: each for each in (event() for _ in range(count))}
        self.trouble: Callable[[BaseHTTPRequestHandler], bool] = lambda _: False
        self.viewed: Counter[str] = Counter()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/events/view/"):
            uuid = handler.path.split("/")[3]
            self.viewed[uuid] += 1
            if not self.trouble(handler):
                reply(handler, {"Event": self.events[uuid]})
        elif handler.path.startswith("/servers/getVersion"):
            reply(handler, VERSION)
        elif handler.path.startswith("/events/index"):
            named = ("uuid", "timestamp", "published")
            index = [{name: each[name] for name in named} for each in self.events.values()]
            reply(handler, [{**each, "orgc_uuid": str(uuid4())} for each in index])
        else:
            reply(handler, [])


def reply(handler: BaseHTTPRequestHandler, document: Any, status: int = 200) -> None:
    content = json.dumps(document).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def truncate(handler: BaseHTTPRequestHandler) -> bool:
    """Promise more than is sent, and close the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b'{"Event": {"uuid": "')
    handler.close_connection = True
    return True


def hang_up(handler: BaseHTTPRequestHandler) -> bool:
    """Close the connection without a response."""
    handler.close_connection = True
    return True


def be_unavailable(handler: BaseHTTPRequestHandler) -> bool:
    """A proxy's response while the instance restarts."""
    reply(handler, "<html>", 503)
    return True


def be_slow(handler: BaseHTTPRequestHandler) -> bool:
    """Begin the response and pause beyond the client's timeout."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(1.5)
    return True


def connect(seed: Seed, url: str, **members: Any) -> Server:
    body = {
        "name": "There",
        "url": url,
        "authkey": KEY,
        "remote_org_id": seed.org_b.pk,
        "pull": True,
        **members,
    }
    made = call(seed.site_admin.key, "POST", "/servers/add", body)[1]
    return Server.objects.get(pk=made["Server"]["id"])


def is_complete(there: Misp) -> bool:
    """Whether each of the peer's events is stored exactly once, with its one attribute."""
    stored = Counter(str(uuid) for uuid in Event.objects.values_list("uuid", flat=True))
    return stored == Counter(list(there.events)) and Attribute.objects.count() == len(there.events)


@pytest.mark.parametrize("trouble", [truncate, hang_up, be_unavailable, be_slow])
def test_interrupted_pull_stops_soon_and_the_next_one_completes_it(
    seed: Seed, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[BaseHTTPRequestHandler], bool]
) -> None:
    monkeypatch.setattr(pulling, "SECONDS", 0.8)
    there = Misp(30)
    with serving(there) as running:
        server = connect(seed, running.url)
        there.trouble = lambda handler: len(there.viewed) > 4 and trouble(handler)
        with pytest.raises(Unreachable):
            pull(seed.site_admin.actor, server)
        run = SyncRun.objects.get()
        assert run.state == SyncRunState.FAILED
        assert run.fault
        assert 0 < Event.objects.count() < 30
        assert len(there.viewed) < 25, "it kept requesting from a peer that was gone"
        there.trouble = lambda _: False
        pull(seed.site_admin.actor, server)
        assert is_complete(there)
        assert not FailedEvent.objects.exists()


def test_repeatedly_truncated_event_is_given_up(seed: Seed) -> None:
    there = Misp(3)
    bad = next(iter(there.events))
    there.trouble = lambda handler: bad in handler.path and truncate(handler)
    with serving(there) as running:
        server = connect(seed, running.url)
        for _ in range(MOST_CUTS + 2):
            pull(seed.site_admin.actor, server)
    outcomes = MovedEvent.objects.filter(uuid=bad)
    assert set(outcomes.values_list("outcome", flat=True)) == {"cut"}
    assert outcomes.count() == MOST_CUTS
    assert FailedEvent.objects.get().attempts == MOST_CUTS
    assert Event.objects.count() == 2


def test_expired_certificate_is_reported(seed: Seed, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old = certificate(until=now - timedelta(hours=1))
    with serving(Misp(1), encrypted(tmp_path, old)) as running:
        server = connect(seed, running.url)
        Server.objects.filter(pk=server.pk).update(authority=old.partition("-----BEGIN PRIVATE")[0])
        server.refresh_from_db()
        with pytest.raises(Unreachable) as cut:
            pull(seed.site_admin.actor, server)
        assert "certificate has expired" in cut.value.wire
    assert "expired" in SyncRun.objects.get().fault


FULL_DISK = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM event) >= 3 THEN
        RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disk_is_full BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION disk_is_full();
"""


def test_full_disk_does_not_mark_events_as_failed(seed: Seed) -> None:
    """PostgreSQL raises its error for a full disk for every event after the third."""
    there = Misp(12)
    with connection.cursor() as cursor:
        cursor.execute(FULL_DISK)
    with serving(there) as running:
        server = connect(seed, running.url)
        with pytest.raises(Outage) as outage:
            pull(seed.site_admin.actor, server)
        assert "disk is full" in outage.value.wire
        assert Event.objects.count() == 3
        assert "disk is full" in stored_wire(SyncRun.objects.get().fault)
        assert not FailedEvent.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER disk_is_full ON event; DROP FUNCTION disk_is_full")
        pull(seed.site_admin.actor, server)
        assert is_complete(there)


def test_events_published_during_an_outage_are_pushed_afterwards(seed: Seed) -> None:
    received: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(there.requests[-1][3] or b"null")
        if handler.path.startswith("/servers/getVersion"):
            reply(handler, VERSION)
        elif handler.path.endswith("filterEventIdsForPush"):
            reply(handler, [each["Event"]["uuid"] for each in body])
        elif handler.command == "HEAD" or handler.path.startswith("/events/view/"):
            reply(handler, {}, 404)
        else:
            received.append(body["Event"]["info"])
            reply(handler, {"Event": body["Event"]})

    with serving(answer) as there:
        server = connect(seed, there.url, push=True)
        port = there.url.rpartition(":")[2]
    for number in range(3):  # The peer is down.
        made = call(
            seed.publisher.key, "POST", "/events/add", {"info": f"beacon {number}", "distribution": 3}
        )
        call(seed.publisher.key, "POST", f"/events/publish/{made[1]['Event']['id']}", {})
        with pytest.raises(Unreachable):
            push_published(server)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}
    with serving(answer, port=int(port)) as there:
        push_published(server)
        push_published(server)
    assert received == ["beacon 0", "beacon 1", "beacon 2"]
    assert list(Delivery.objects.values_list("state", flat=True)) == ["sent"] * 3


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`vardkase worker` on the test database, as `serve` starts it."""
    settings = connection.settings_dict
    url = url_of(*(str(settings[key]) for key in ("USER", "HOST", "NAME", "PASSWORD", "PORT")))
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vardkase.cli.main", "worker"],
            env={**os.environ, "DATABASE_URL": url, "VARDKASE_PRIVATE_NETWORKS": HERE[0]},
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def until(what: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not what():
        assert time.monotonic() < deadline, (folder / "worker.log").read_text()[-3000:]
        time.sleep(0.05)


def test_pull_resumes_after_its_worker_is_killed(
    server: WebServer, server_seed: Seed, tmp_path: Path
) -> None:
    there, bad = Misp(60), event(info="")
    there.events[bad["uuid"]] = bad
    there.trouble = lambda _: bool(time.sleep(0.05))  # Slow enough to be killed midway.
    with serving(there) as running:
        number = connect(server_seed, running.url).pk
        assert call(server_seed.site_admin.key, "POST", f"/servers/pull/{number}/full", {})[0] == 200
        with worker(tmp_path) as first:
            until(lambda: Event.objects.count() > 5, tmp_path)
            first.send_signal(signal.SIGKILL)
            first.wait(30)
        caught = Event.objects.count()
        assert caught < 60
        assert Attribute.objects.count() == caught
        job = ProcrastinateJob.objects.get(task_name="sync.pull")
        assert job.status == "doing"
        requeue_stalled_job()
        with worker(tmp_path):
            until(lambda: ProcrastinateJob.objects.get(pk=job.pk).status == "succeeded", tmp_path)
        del there.events[bad["uuid"]]
        assert is_complete(there), "one faulty event must not stop the others"
    run = SyncRun.objects.latest("pk")
    assert run.state == SyncRunState.DONE
    assert run.counts["failed"] + run.counts["events"] == run.done == run.events.count()
    assert FailedEvent.objects.get().outcome == "refused"


def requeue_stalled_job() -> None:
    """As the schedule does each minute, once a worker's heartbeat is overdue."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    with patch.object(stalled_jobs, "PATIENCE", 0.0):
        waited_for(take_up_again.func, SimpleNamespace(app=app), 0)
