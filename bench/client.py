"""A small HTTP client: one kept connection, nothing parsed unasked: it is the server that is measured."""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

CHUNK = 1 << 20


class Refused(RuntimeError):
    """The server answered with another `status` than 200."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the bytes (empty when only counted), how many they were, how long it took."""

    body: bytes
    size: int
    seconds: float
    first_byte: float
    """Seconds until the first bytes of the body."""

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection to one MISP-compatible server, as one user."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.secure = parts.scheme == "https"
        self.key = key
        self._connection = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=1800)

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {
            "Authorization": self.key,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "MISP bench",
        }

    def get(self, path: str, *, keep: bool = True) -> Answer:
        """GET; raises Refused unless the status is 200."""
        return self._ask("GET", path, None, keep=keep)

    def post(self, path: str, body: Any, *, keep: bool = True) -> Answer:
        """POST `body` as JSON (bytes go as they are); `keep=False` reads the answer but throws it away."""
        encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", path, encoded, keep=keep)

    def _ask(self, method: str, path: str, body: bytes | None, *, keep: bool) -> Answer:
        started = time.perf_counter()
        try:
            self._connection.request(method, path, body=body, headers=self.headers())
            response = self._connection.getresponse()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # The next request opens a new one.
            raise
        first = response.read(1)
        first_byte = time.perf_counter() - started
        parts, size = [first], len(first)
        while chunk := response.read(CHUNK):
            size += len(chunk)
            if keep:
                parts.append(chunk)
        seconds = time.perf_counter() - started
        if response.status != 200:
            text = b"".join(parts)[:500]
            raise Refused(response.status, f"{method} {path} -> {response.status}: {text!r}")
        return Answer(b"".join(parts) if keep else b"", size, seconds, first_byte)


def hammer(client: Client, requests: list[bytes], *, connections: int, seconds: float) -> float:
    """Requests a second with `connections` open at once, for `seconds`. `requests` are raw and sent in turn.

    Written on plain sockets: an HTTP library would need more of the processor than the server does.
    """
    selector = selectors.DefaultSelector()
    opened = [socket.create_connection((client.host, client.port)) for _ in range(connections)]
    sockets = {sock.fileno(): sock for sock in opened}
    buffers: dict[socket.socket, bytearray] = {}
    done = sent = 0

    def send(sock: socket.socket) -> None:
        nonlocal sent
        buffers[sock] = bytearray()
        sock.sendall(requests[sent % len(requests)])
        sent += 1

    for sock in sockets.values():
        selector.register(sock, selectors.EVENT_READ)
        send(sock)
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        for ready, _ in selector.select(timeout=1):
            sock = sockets[ready.fd]
            received = sock.recv(1 << 16)
            if not received:
                raise Refused(0, "the server closed a connection")
            buffers[sock] += received
            if is_whole(buffers[sock]):
                if not buffers[sock].startswith(b"HTTP/1.1 200"):
                    raise Refused(int(buffers[sock][9:12]), buffers[sock][:300].decode(errors="replace"))
                done += 1
                send(sock)
    for sock in opened:
        sock.close()
    return done / elapsed


def raw_request(client: Client, method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of one request on a kept connection."""
    headers = {"Host": f"{client.host}:{client.port}", **client.headers(), "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def is_whole(received: bytes | bytearray) -> bool:
    """Whether `received` is a complete answer, framed by length or by chunks."""
    head, separator, body = bytes(received).partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return body.endswith(b"0\r\n\r\n")
