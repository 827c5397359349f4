"""Prometheus metrics over a listener of their own, on this machine alone (`VARDKASE_METRICS`)."""

from __future__ import annotations

import os
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import connections
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from vardkase.core.telemetry.metrics import FOLDER_VARIABLE
from vardkase.hub.instance.gauges import Gauges


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _ServerIpv6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            body = generate_latest(registry())
        finally:
            connections.close_all()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line for each visit of Prometheus."""

    def version_string(self) -> str:
        return "vardkase"


def registry() -> CollectorRegistry:
    """What the processes have counted, and what is read from the database at this moment."""
    found = CollectorRegistry()
    if os.environ.get(FOLDER_VARIABLE):
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    found.register(Gauges())
    return found


def start(host: str, port: int) -> None:
    kind = _ServerIpv6 if ":" in host else _Server
    server = kind((host, port), _Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
