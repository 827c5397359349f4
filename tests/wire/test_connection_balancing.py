"""Worker processes share connections evenly, without waiting for a worker that does not accept its share."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from tests.support.processes import wait_until
from vardkase.config.gateway.listening import ConnectionCounts, Server
from vardkase.config.gateway.protocol import Connection
from vardkase.config.server import listen

LONG = 30.0
"""Seconds for which a worker yields to another: longer than this test takes."""


async def answer_nothing(_scope: object, _receive: object, _send: object) -> None:
    raise AssertionError("no request is sent")


def server(listener: socket.socket, counts: ConnectionCounts, worker: int, grace: float) -> Server:
    config = uvicorn.Config(answer_nothing, http=Connection, lifespan="off", log_level="critical")
    return Server(config, listener.dup(), counts, worker, grace)


@contextlib.contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Each in its own event loop, like the worker processes."""
    threads = [threading.Thread(target=each.run, daemon=True) for each in servers]
    for thread in threads:
        thread.start()
    wait_until(lambda: all(each.started for each in servers))
    try:
        yield
    finally:
        for each in servers:
            each.should_exit = True
        for thread in threads:
            thread.join(30)


@contextlib.contextmanager
def clients(listener: socket.socket, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(listener.getsockname(), timeout=60))
            for _ in range(count)
        ]


def open_at(each: Server) -> int:
    return len(each.server_state.connections)


def test_two_workers_get_half_of_the_connections_each() -> None:
    counts = ConnectionCounts(2)
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        first, second = (server(listener, counts, worker, LONG) for worker in range(2))
        with running(first, second), clients(listener, 20) as opened:
            wait_until(lambda: (open_at(first), open_at(second)) == (10, 10))
            of_first = {each.client for each in first.server_state.connections}
            for client in opened:
                if client.getsockname() in of_first:
                    client.close()
            wait_until(lambda: (open_at(first), open_at(second)) == (0, 10))
            with clients(listener, 10):
                wait_until(lambda: (open_at(first), open_at(second)) == (10, 10))


def test_clients_do_not_wait_for_a_worker_that_does_not_accept() -> None:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        alone = server(listener, ConnectionCounts(2), 0, 0.001)
        with running(alone), clients(listener, 10):
            wait_until(lambda: open_at(alone) == 10)


def test_closed_connections_are_not_counted() -> None:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        alone = server(listener, ConnectionCounts(1), 0, LONG)
        with clients(listener, 5):
            pass
        with running(alone), clients(listener, 1):
            wait_until(lambda: open_at(alone) == 1)
