"""Published events are sent over ZeroMQ."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import zmq

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.support.ports import free_port
from tests.support.web_server import WebServer
from vardkase.audit.models import AuditEntry
from vardkase.exchange.streams.worker import deliver_until

EVENT = {"info": "Beacon", "distribution": 0, "Attribute": [{"type": "domain", "value": "beacon.example"}]}
TIMEOUT = 60_000


@contextmanager
def publisher() -> Iterator[None]:
    """The delivery loops, as the worker runs them."""
    stop = threading.Event()
    thread = threading.Thread(target=deliver_until, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def subscriber(port: int, topic: str) -> Iterator[zmq.Socket[bytes]]:
    """A connected subscriber; waits until the publisher has accepted the subscription."""
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.rcvtimeo = TIMEOUT
        socket.subscribe(topic)
        monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        socket.connect(f"tcp://127.0.0.1:{port}")
        assert monitor.poll(TIMEOUT), "no publisher is listening"
        socket.disable_monitor()
        with closing(monitor):
            yield socket


def received(socket: zmq.Socket[bytes]) -> tuple[str, Any]:
    """The topic and document of the next message."""
    topic, _, body = socket.recv().partition(b" ")
    return topic.decode(), json.loads(body)


def switch_on(seed: Seed, port: int) -> None:
    key = seed.site_admin.key
    edit = "/servers/serverSettingsEdit/Plugin.ZeroMQ_port"
    assert call(key, "POST", edit, {"value": port})[0] == 200
    assert call(key, "POST", "/servers/startZeroMQServer", {})[0] == 200


def queued(seed: Seed) -> int:
    """How many messages are queued."""
    return int(call(seed.site_admin.key, "GET", "/servers/statusZeroMQServer")[1]["waiting"])


def add(key: str) -> str:
    status, body = call(key, "POST", "/events/add", EVENT)
    assert status == 200, body
    return str(body["Event"]["id"])


def test_subscribers_get_published_and_pushed_events(server: WebServer, server_seed: Seed) -> None:
    seed, port = server_seed, free_port()
    switch_on(seed, port)
    published, pushed = add(seed.publisher.key), add(seed.publisher.key)
    with publisher(), subscriber(port, "misp_json") as socket:
        assert call(seed.publisher.key, "POST", f"/events/publish/{published}", {})[0] == 200
        topic, document = received(socket)
        assert (topic, document["Event"]["id"]) == ("misp_json", published)
        assert document["Event"]["Attribute"][0]["value"] == "beacon.example"
        status, body = call(seed.publisher.key, "POST", f"/events/pushEventToZMQ/{pushed}.json", {})
        assert (status, body["message"], body["id"]) == (200, "Event published to ZMQ", pushed)
        assert received(socket)[1]["Event"]["id"] == pushed
    assert AuditEntry.objects.filter(action="event.pushed_to_zeromq", target_id=pushed).exists()
    assert queued(seed) == 0


def test_events_published_without_a_worker_are_sent_later(server: WebServer, server_seed: Seed) -> None:
    seed, port = server_seed, free_port()
    switch_on(seed, port)
    kept, gone = add(seed.publisher.key), add(seed.publisher.key)
    for number in (gone, kept):
        assert call(seed.publisher.key, "POST", f"/events/publish/{number}", {})[0] == 200
    assert call(seed.publisher.key, "POST", f"/events/delete/{gone}", {})[0] == 200
    assert queued(seed) == 2
    with publisher():
        deadline = threading.Event()
        for _ in range(200):
            if not queued(seed):
                break
            deadline.wait(0.05)
    assert queued(seed) == 0


def test_nothing_is_queued_while_zeromq_is_off(seed: Seed) -> None:
    number = add(seed.publisher.key)
    status, body = call(seed.publisher.key, "POST", f"/events/pushEventToZMQ/{number}.json", {})
    assert (status, body["message"], body["id"]) == (200, "ZMQ event publishing not enabled.", number)
    assert call(seed.publisher.key, "POST", f"/events/publish/{number}", {})[0] == 200
    state = call(seed.site_admin.key, "GET", "/servers/statusZeroMQServer")[1]
    assert state == {"message": "ZMQ event publishing not enabled."}


@pytest.mark.parametrize("action", ["startZeroMQServer", "stopZeroMQServer", "statusZeroMQServer"])
def test_only_site_administrators_control_zeromq(seed: Seed, action: str) -> None:
    assert call(seed.org_admin.key, "POST", f"/servers/{action}", {})[0] == 403
    status = call(seed.site_admin.key, "GET", "/servers/statusZeroMQServer")[1]
    assert status == {"message": "ZMQ event publishing not enabled."}


def test_push_to_zeromq_requires_permission(seed: Seed) -> None:
    switch_on(seed, free_port())
    number = add(seed.publisher.key)
    path = f"/events/pushEventToZMQ/{number}"
    assert call(seed.analyst.key, "POST", path, {})[0] == 403
    assert call(seed.stranger.key, "POST", path, {})[0] in {403, 404}
    assert call(seed.site_admin.key, "POST", "/events/pushEventToZMQ/999999", {})[0] == 404
    assert queued(seed) == 0


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_invalid_port_is_rejected(seed: Seed, port: int) -> None:
    edit = "/servers/serverSettingsEdit/Plugin.ZeroMQ_port"
    status, body = call(seed.site_admin.key, "POST", edit, {"value": port})
    assert (status, body["errors"]) == (403, "The port must be between 1 and 65535.")
