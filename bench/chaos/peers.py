"""Two other instances: one with events to pull, either of which may send a byte now and then."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.corpus import Corpus

SIZE = 20
VERSION = {"version": "2.5.1", "perm_sync": True, "perm_sighting": True}
DRIP = 0.5
"""Seconds between two bytes of the slow one."""


class Peer:
    """Answers a pull. `offer` adds an event; while it `drips`, no answer comes to an end."""

    def __init__(self, corpus: Corpus) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.drips = False
        self.url = ""
        self._corpus = corpus

    def offer(self) -> str:
        """A new event; returns its uuid."""
        event = {**self._corpus.event(SIZE), "distribution": "3", "published": True, "Tag": []}
        event["Orgc"] = {"uuid": "5e7a1c1e-0000-4000-8000-000000000001", "name": "Peer"}
        event["publish_timestamp"] = event["timestamp"]
        self.events[event["uuid"]] = event
        return str(event["uuid"])

    def answer(self, path: str) -> object:
        if path.startswith("/servers/getVersion"):
            return VERSION
        if path.startswith("/events/view/"):
            return {"Event": self.events.get(path.split("/")[3])}
        if path.startswith("/events/index"):
            named = ("uuid", "timestamp", "published")
            return [
                {**{name: each[name] for name in named}, "orgc_uuid": each["Orgc"]["uuid"]}
                for each in self.events.values()
            ]
        return []

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        content = json.dumps(self.answer(handler.path)).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        while self.drips and len(content) > 1:
            handler.wfile.write(content[:1])
            handler.wfile.flush()
            content = content[1:]
            time.sleep(DRIP)
        handler.wfile.write(content)


@contextmanager
def peering(peer: Peer) -> Iterator[Peer]:
    """Let `peer` answer for the length of a block."""
    with _serving(peer.respond) as port:
        peer.url = f"http://127.0.0.1:{port}"
        yield peer


@contextmanager
def _serving(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            respond(self)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
