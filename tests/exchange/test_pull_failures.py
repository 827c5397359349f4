"""Pulling from a slow, broken or hostile peer: nothing is stored half, nothing stops the rest, and failures are
reported.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.exchange.servers import HERE, Running, responds, serving
from tests.factories.seed import Seed
from vardkase.core.problems import problems_in, stored_wire
from vardkase.core.retries import RetryPolicy
from vardkase.exchange import request_retries
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync import inbound_contributions
from vardkase.exchange.sync.models import FailedEvent, MovedEvent, SyncRun, SyncRunState
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.pull import pull
from vardkase.exchange.sync.run_records import Cancelled, SyncRunRecorder
from vardkase.intel.models import Event

KEY = "A" * 40
VERSION = {"version": "2.5.1", "perm_sync": True, "perm_sighting": True}

type Said = tuple[int, bytes]


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    monkeypatch.setattr(request_retries, "REQUEST", RetryPolicy(0, 1, retries=2))


def event(**members: Any) -> dict[str, Any]:
    attributes = [{"uuid": str(uuid4()), "type": "domain", "value": "a.example"}]
    return {"uuid": str(uuid4()), "info": "there", "timestamp": "1700000000", "published": True} | {
        "Attribute": attributes,
        "distribution": "3",
        **members,
    }


def misp(events: dict[str, Said], **row: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A peer that offers events by uuid, each with its response; `row` is added to each row of its index."""
    index = [
        {"uuid": uuid, "timestamp": "1700000000", "published": True, "orgc_uuid": str(uuid4()), **row}
        for uuid in events
    ]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status, content = 200, b"[]"
        if handler.path.startswith("/servers/getVersion"):
            content = json.dumps(VERSION).encode()
        elif handler.path.startswith("/events/index"):
            content = json.dumps(index).encode()
        elif handler.path.startswith("/events/view/"):
            status, content = events[handler.path.split("/")[3]]
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def connection(seed: Seed, url: str) -> Server:
    body = {"name": "There", "url": url, "authkey": KEY, "remote_org_id": seed.org_b.pk, "pull": True}
    number = call(seed.site_admin.key, "POST", "/servers/add", body)[1]["Server"]["id"]
    return Server.objects.get(pk=number)


def good(**members: Any) -> tuple[str, Said]:
    made = event(**members)
    return made["uuid"], (200, json.dumps({"Event": made}).encode())


def asked_for(running: Running) -> list[str]:
    return [path.split("/")[3] for _, path, _, _ in running.requests if path.startswith("/events/view/")]


def test_faulty_events_do_not_stop_the_others(seed: Seed) -> None:
    deep = b'{"Event": ' + b"[" * 2000 + b"]" * 2000 + b"}"
    broken: dict[str, Said] = {
        str(uuid4()): (500, b"<html>oops</html>"),
        str(uuid4()): (200, b"<html>please sign in</html>"),
        str(uuid4()): (200, b'{"Event": {"uuid": "half'),
        str(uuid4()): (200, deep),
        str(uuid4()): (200, json.dumps({"Event": event()}).encode()),  # Not the requested event.
    }
    refused, content = good(info="")
    empty = good(Attribute=[])
    fine = good()
    with serving(misp(dict([*broken.items(), (refused, content), empty, fine]))) as there:
        server = connection(seed, there.url)
        pulled = pull(seed.site_admin.actor, server)
        assert (pulled.events, pulled.failed) == (1, len(broken) + 1)
        assert list(Event.objects.values_list("uuid", flat=True))
        assert Event.objects.get().info == "there"
        outcomes = dict(MovedEvent.objects.values_list("uuid", "outcome"))
        assert {str(uuid): outcome for uuid, outcome in outcomes.items()} == {
            **dict.fromkeys(broken, "failed"),
            refused: "refused",
            empty[0]: "empty",
            fine[0]: "added",
        }
        assert all(FailedEvent.objects.exclude(outcome="empty").values_list("reason", flat=True))
        before = len(there.requests)
        assert pull(seed.site_admin.actor, server).failed == 0
        # Failed events are not fetched again …
        assert asked_for(Running("", there.requests[before:])) == []
        pull(seed.site_admin.actor, server, force=True)
        assert set(asked_for(Running("", there.requests[before:]))) == {
            *broken,
            refused,
            empty[0],
            fine[0],
        }  # … unless forced.


@pytest.mark.parametrize(
    ("status", "content", "message"),
    [
        (403, b'{"message": "no"}', "Not authorised"),
        (502, b"<html>", "status 502"),
        (200, b"<html>", "did not answer with JSON"),
        (200, b"[]", "did not say what it is"),
    ],
)
def test_unusable_peer_is_reported(seed: Seed, status: int, content: bytes, message: str) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    with serving(answer) as there:
        server = connection(seed, there.url)
        with pytest.raises(OutgoingFailed) as failed:
            pull(seed.site_admin.actor, server)
    assert message in failed.value.wire
    run = SyncRun.objects.get()
    assert run.state == SyncRunState.FAILED
    assert stored_wire(run.fault) == failed.value.wire


def test_unreachable_peer_is_reported_over_the_api(seed: Seed) -> None:
    with serving(misp({})) as there:
        server = connection(seed, there.url)
    call(seed.site_admin.key, "POST", "/servers/serverSettingsEdit/MISP.background_jobs", {"value": False})
    status, body = call(seed.site_admin.key, "POST", f"/servers/pull/{server.pk}/full", {})
    assert (status, body["message"]) == (403, "Could not pull Server")
    assert "could not be reached" in body["errors"]
    assert KEY not in json.dumps(body)
    assert KEY not in SyncRun.objects.get().fault


def test_cancelled_pull_resumes(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    events = dict(good() for _ in range(6))
    seen = SyncRunRecorder.event

    def cut(self: SyncRunRecorder, *given: Any) -> None:
        seen(self, *given)
        if self.run.done == 2:
            raise Cancelled(SyncProblem.CANCELLED())

    with serving(misp(events)) as there:
        server = connection(seed, there.url)
        with monkeypatch.context() as patched:
            patched.setattr(SyncRunRecorder, "event", cut)
            with pytest.raises(Cancelled):
                pull(seed.site_admin.actor, server)
        assert Event.objects.count() == 2
        assert SyncRun.objects.get().state == SyncRunState.CANCELLED
        assert pull(seed.site_admin.actor, server).events == 4
    assert Event.objects.count() == 6
    assert not Event.objects.filter(locked=False).exists()


def test_run_without_heartbeat_is_marked_failed(seed: Seed) -> None:
    with serving(misp({})) as there:
        server = connection(seed, there.url)
        died = SyncRun.objects.create(server=server, direction="pull", technique="full")
        SyncRun.objects.filter(pk=died.pk).update(heard=timezone.now() - timedelta(hours=1))
        lives = SyncRun.objects.create(server=server, direction="pull", technique="full")
        pull(seed.site_admin.actor, server)
    died.refresh_from_db()
    lives.refresh_from_db()
    assert (died.state, stored_wire(died.fault)) == (SyncRunState.FAILED, "The run was cut off.")
    assert lives.state == SyncRunState.RUNNING


@pytest.mark.parametrize("repeats", [True, False])
def test_endless_proposal_pages_are_abandoned(
    seed: Seed, monkeypatch: pytest.MonkeyPatch, repeats: bool
) -> None:
    """Each page of proposals is full: the same again, or a new one."""
    monkeypatch.setattr(inbound_contributions, "PROPOSALS", 1)
    monkeypatch.setattr(inbound_contributions, "MOST_PAGES", 5)
    usual = misp({})

    def endless(handler: BaseHTTPRequestHandler) -> None:
        if not handler.path.startswith("/shadow_attributes/index"):
            usual(handler)
            return
        uuid = KEY if repeats else str(uuid4())
        responds(json.dumps([{"ShadowAttribute": {"uuid": uuid, "event_uuid": uuid}}]).encode())(handler)

    with serving(endless) as there:
        pull(seed.site_admin.actor, connection(seed, there.url))
    asked = [path for _, path, _, _ in there.requests if path.startswith("/shadow_attributes")]
    assert len(asked) == (2 if repeats else 5)


def test_run_is_cancelled_between_cluster_requests(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clusters are requested one by one, however many the peer lists."""
    listed = [{"GalaxyCluster": {"uuid": str(uuid4()), "version": "1"}} for _ in range(5)]
    usual = misp({})

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/servers/getVersion"):
            responds(json.dumps(VERSION | {"perm_galaxy_editor": True}).encode())(handler)
        elif handler.path.startswith("/galaxy_clusters/restSearch"):
            responds(json.dumps({"response": listed}).encode())(handler)
        else:
            usual(handler)

    def asked() -> int:
        return sum(path.startswith("/galaxy_clusters/view") for _, path, _, _ in there.requests)

    def stopped(_: SyncRunRecorder) -> None:
        if asked() == 2:
            raise Cancelled("stopped")

    with serving(answer) as there:
        server = connection(seed, there.url)
        server.pull_galaxy_clusters = True
        monkeypatch.setattr(SyncRunRecorder, "checkpoint", stopped)
        with pytest.raises(Cancelled):
            pull(seed.site_admin.actor, server)
    assert asked() == 2
    assert SyncRun.objects.get().state == SyncRunState.CANCELLED


FOR_EVER = str(2**62)


def pulled_from(seed: Seed, made: dict[str, Any], **row: str) -> None:
    """Pull from a peer with one event."""
    row = {"timestamp": str(made["timestamp"]), **row}
    with serving(misp({made["uuid"]: (200, json.dumps({"Event": made}).encode())}, **row)) as there:
        pull(seed.site_admin.actor, connection(seed, there.url))


def test_future_timestamp_does_not_block_later_updates(seed: Seed) -> None:
    """With a timestamp in the future, versions from the event's origin would always be older."""
    made = event()
    pulled_from(seed, made)
    pulled_from(seed, made | {"info": "theirs for ever", "timestamp": FOR_EVER})
    assert problems_in(FailedEvent.objects.get().reason) == [SyncProblem.AHEAD_OF_TIME()]
    pulled_from(seed, made | {"info": "news", "timestamp": "1700000001"})
    assert Event.objects.get().info == "news"


def test_future_sighting_timestamp_is_not_stored(seed: Seed) -> None:
    """A peer claims that an event, even one of ours, was seen far in the future."""
    made = event()
    pulled_from(seed, made)
    pulled_from(seed, made, sighting_timestamp=FOR_EVER)
    event_here = Event.objects.get()
    assert event_here.sighting_timestamp == 0, "no sighting arrived"
    assert 0 < event_here.private_sighting_timestamp <= timezone.now().timestamp()


def test_independent_requests_run_concurrently(seed: Seed) -> None:
    """The index of events is answered only once proposals and notes were requested too."""
    uuid, said = good()
    answer = misp({uuid: said})
    asked = {"shadow_attributes": threading.Event(), "analyst_data": threading.Event()}

    def waiting(handler: BaseHTTPRequestHandler) -> None:
        kind = handler.path.split("/")[1]
        if kind in asked:
            asked[kind].set()
        if kind == "servers":
            responds(json.dumps(VERSION | {"perm_analyst_data": True}).encode())(handler)
            return
        if handler.path.startswith("/events/index") and not all(each.wait(10) for each in asked.values()):
            responds(b"{}", 500)(handler)
            return
        answer(handler)

    with serving(waiting) as peer:
        pulled = pull(seed.site_admin.actor, connection(seed, peer.url))
    assert (pulled.events, pulled.failed) == (1, 0)
    paths = [path.split("/")[1] for _, path, _, _ in peer.requests]
    assert (paths.count("shadow_attributes"), paths.count("analyst_data")) == (1, 1)
