"""Receivers on this machine that stand for a SOC's collectors."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from standardwebhooks import Webhook, WebhookVerificationError

from tests.exchange.servers import Running, serving

TIMEOUT = 60.0


@dataclass(slots=True)
class Hook:
    """A webhook receiver that verifies as docs/streams.md describes; what it accepted, in order, and its next
    status codes.
    """

    secret: str = ""
    running: Running = field(default_factory=lambda: Running(""))
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def documents(self) -> list[Any]:
        """The accepted bodies, decoded."""
        return [json.loads(body) for _, body in self.accepted]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """2xx for a body signed with our secret."""
        headers, body = self.running.requests[-1][2:]
        status = self.statuses.pop(0) if self.statuses else 204
        try:
            Webhook(self.secret).verify(body, {name.lower(): value for name, value in headers.items()})
        except WebhookVerificationError:
            status = 401
        except (
            json.JSONDecodeError
        ):  # The library parses what it has verified, and lines are not one document.
            pass
        if status == 204:
            self.accepted.append((next(v for k, v in headers.items() if k.lower() == "webhook-id"), body))
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@contextmanager
def hook() -> Iterator[Hook]:
    """A webhook receiver."""
    receiver = Hook()
    with serving(receiver.answer) as running:
        receiver.running = running
        yield receiver


@dataclass(slots=True)
class Sink:
    """What arrived at a port."""

    port: int = 0
    received: bytearray = field(default_factory=bytearray)
    datagrams: list[bytes] = field(default_factory=list)

    def wait(self, enough: Callable[[], bool]) -> None:
        """Wait until enough has arrived."""
        waited = threading.Event()
        for _ in range(int(TIMEOUT / 0.01)):
            if enough():
                return
            waited.wait(0.01)
        raise AssertionError(f"too little arrived: {bytes(self.received)!r} {self.datagrams!r}")


@contextmanager
def tcp_sink(context: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """A collector that reads everything sent over TCP or TLS."""
    sink = Sink()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection = context.wrap_socket(self.request, server_side=True) if context else self.request
            with suppress(OSError), closing(connection):
                while piece := connection.recv(65536):
                    sink.received += piece

    with _tcp_server("127.0.0.1", Handler) as server:
        sink.port = server.server_address[1]
        yield sink


@contextmanager
def udp_sink() -> Iterator[Sink]:
    """A collector of datagrams."""
    sink = Sink()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.05)
        sink.port = listening.getsockname()[1]
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    sink.datagrams.append(listening.recv(65536))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            stop.set()
            thread.join()


def syslog_messages(received: bytes) -> list[bytes]:
    """Messages framed by their lengths (RFC 6587 §3.4.1)."""
    found = []
    while received:
        length, _, received = received.partition(b" ")
        found.append(received[: int(length)])
        received = received[int(length) :]
    return found


@contextmanager
def kafka_broker() -> Iterator[str]:
    """The mock broker of librdkafka, which speaks Kafka's protocol over TCP; yields its address."""
    owner = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
    broker = next(iter(owner.list_topics(timeout=TIMEOUT).brokers.values()))
    yield f"{broker.host}:{broker.port}"


def kafka_messages(address: str, topic: str, count: int) -> list[Any]:
    """The first messages of a topic, as a Kafka consumer reads them."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "siem", "log_level": 0})
    try:
        known = consumer.list_topics(topic, timeout=TIMEOUT).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in known])
        found = []
        while len(found) < count and (message := consumer.poll(TIMEOUT)) is not None:
            assert message.error() is None, message.error()
            found.append(message)
        return found
    finally:
        consumer.close()


@contextmanager
def relay(host: str, port: int, *, at: str) -> Iterator[int]:
    """The same server at another address; yields the port there."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, port)) as onward, suppress(OSError):
                back = threading.Thread(target=_pour, args=(onward, self.request), daemon=True)
                back.start()
                _pour(self.request, onward)

    with _tcp_server(at, Handler) as server:
        yield server.server_address[1]


def _pour(source: socket.socket, into: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            into.sendall(piece)


@contextmanager
def _tcp_server(
    host: str, handler: type[socketserver.BaseRequestHandler]
) -> Iterator[socketserver.ThreadingTCPServer]:
    server = socketserver.ThreadingTCPServer((host, 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
