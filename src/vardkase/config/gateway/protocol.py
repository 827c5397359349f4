"""HTTP/1.1 connections: uvicorn's protocol with deadlines for clients that send or read too slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "vardkase.connection"
"""Where the scope of a request holds its `Connection`."""

TIMEOUT = 30.0
"""Seconds until a request is complete, and in which a reader takes at least what one write buffer holds (64 KiB)."""
SLOWEST = 8 * 1024
"""Bytes a second that a body must arrive with; each gives it more time."""
MAX_HEADERS = 64 * 1024
"""Bytes of headers, of trailers, or between two pieces of a body (chunk extensions)."""
SWEEP = 2.0


class Connection(HttpToolsProtocol):
    """An HTTP connection that tracks how long it has been waiting for the client, for `sweep`."""

    _sweeper: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.on_lost: Callable[[], None] | None = None
        """Called when the client goes away while a request is being answered."""
        self._receiving_since: float | None = None
        self._received = 0
        self._outside_body = 0
        self._in_headers = True
        self._stalled_since: float | None = None
        self._closing_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._receiving_since = self.loop.time()
        if Connection._sweeper is None:
            Connection._sweeper = self.loop.call_later(SWEEP, _sweep_all, self.loop, self.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.on_lost:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        self._outside_body += len(data)
        super().data_received(data)
        if self._outside_body > MAX_HEADERS:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._receiving_since, self._received, self._outside_body = self.loop.time(), 0, 0
        self._in_headers = True
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[dict-item]

    def on_header(self, name: bytes, value: bytes) -> None:
        if (
            self._in_headers
        ):  # The parser reports trailers here too, and they are no headers (RFC 9110, section 6.5.1).
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self.scope["headers"] = tuple(self.headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._outside_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._receiving_since, self._received, self._outside_body = None, 0, 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled_since = None

    def sweep(self, now: float) -> None:
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
        if self._receiving_since is not None and self.flow.read_paused:
            self._receiving_since += SWEEP  # It is we who do not read.
        if (
            _passed(self._receiving_since, now, TIMEOUT + self._received / SLOWEST)
            or _passed(self._stalled_since, now, TIMEOUT)
            or _passed(self._closing_since, now, TIMEOUT)
        ):
            self.transport.abort()


def _passed(since: float | None, now: float, allowed: float) -> bool:
    return since is not None and now - since > allowed


def _sweep_all(loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
    now = loop.time()
    for connection in list(connections):
        connection.sweep(now)
    Connection._sweeper = loop.call_later(SWEEP, _sweep_all, loop, connections)  # noqa: SLF001 - this module's
