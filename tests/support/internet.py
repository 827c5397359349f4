"""Connections to a TLS front that appear to come from a public address.

The front gets the address by the PROXY protocol, as from a load balancer.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 1 << 16


class _Way(socketserver.ThreadingTCPServer):
    """Forwards connections, each with its source address written in front."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, front: int, address: str) -> None:
        self.front = front
        self.greeting = f"PROXY TCP4 {address} 127.0.0.1 40000 443\r\n".encode()
        super().__init__(("127.0.0.1", port), _Passing)


class _Passing(socketserver.BaseRequestHandler):
    server: _Way

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.front)) as onward:
            onward.sendall(self.server.greeting)
            back = threading.Thread(target=_pass, args=(onward, self.request), daemon=True)
            back.start()
            _pass(self.request, onward)
            back.join()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(CHUNK):
            target.sendall(some)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def way_from(address: str, front: int, port: int = 0) -> Iterator[int]:
    """A local port that forwards to the port `front`, for the length of a block, with source address `address`."""
    with _Way(port, front, address) as way:
        threading.Thread(target=way.serve_forever, daemon=True).start()
        try:
            yield int(way.server_address[1])
        finally:
            way.shutdown()
