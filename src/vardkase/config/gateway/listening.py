"""Accepting connections: the worker processes share one listening socket, and each takes an even share."""

from __future__ import annotations

import asyncio
import logging
import mmap
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from vardkase.config.gateway.protocol import Connection

GRACE = 0.005
"""Seconds that a worker leaves a new connection to workers with fewer connections before accepting it itself."""
STEP = 0.001
"""Seconds between checks of the counts in the meantime."""
RETRY = 1.0
"""Seconds before retrying when a connection cannot be accepted (no file descriptors or memory)."""
COUNTER = 4
"""Bytes of one counter."""

logger = logging.getLogger(__name__)


class ConnectionCounts:
    """The number of connections of each worker, in memory shared with processes forked later.

    Read without a lock: a count that is a moment old costs evenness and nothing else.
    """

    def __init__(self, workers: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, COUNTER * workers)).cast("i")

    def record(self, worker: int, count: int) -> None:
        self._counts[worker] = count

    def are_fewer_elsewhere(self, worker: int) -> bool:
        """Whether another worker has fewer connections than `worker`."""
        return self._counts[worker] > min(self._counts)


class Server(uvicorn.Server):
    """uvicorn's server, accepting one connection at a time and leaving it to workers with fewer connections.

    uvicorn accepts all pending connections at once, so the process that wakes first would take them all.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        counts: ConnectionCounts,
        worker: int,
        grace: float = GRACE,
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._counts = counts
        self._worker = worker
        self._grace = grace
        self._opening: dict[asyncio.Protocol, asyncio.Task[None]] = {}
        self._deferred: asyncio.TimerHandle | None = None
        self.server_state.connections = _Counted(self._record)
        self._record()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections."""
        # With no sockets of its own, or uvicorn would accept all pending connections.
        await super().startup(sockets=sockets or [])
        self._listener.setblocking(False)
        self._listen()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, and close the open ones."""
        if self._deferred:
            self._deferred.cancel()
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        await super().shutdown(sockets)

    def _record(self) -> None:
        connections: set[Any] = self.server_state.connections
        # `connection_made` may have added it to the set already.
        opening = sum(each not in connections for each in self._opening)
        self._counts.record(self._worker, len(connections) + opening)

    def _listen(self) -> None:
        self._deferred = None
        asyncio.get_running_loop().add_reader(self._listener, self._readable)

    def _readable(self) -> None:
        if self._counts.are_fewer_elsewhere(self._worker):
            self._leave_to_others(asyncio.get_running_loop().time() + self._grace)
        else:
            self._accept()

    def _leave_to_others(self, until: float) -> None:
        """Accept nothing until another worker has its share, or until the time `until` of the event loop."""

        def reconsider() -> None:
            if not self._counts.are_fewer_elsewhere(self._worker):
                self._listen()
            elif asyncio.get_running_loop().time() < until:
                self._leave_to_others(until)
            else:
                # The other workers are busy or hang: the client waits no longer.
                self._listen()
                self._accept()

        self._pause(STEP, reconsider)

    def _pause(self, seconds: float, then: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        # The socket stays readable meanwhile: with the reader, the loop would spin.
        loop.remove_reader(self._listener)
        self._deferred = loop.call_later(seconds, then)

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # Another worker was first, or the client has left.
        except OSError as error:
            logger.error("no connection can be accepted: %s", error)
            self._pause(RETRY, self._listen)
            return
        accepted.setblocking(False)
        connection = Connection(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        self._opening[connection] = asyncio.get_running_loop().create_task(self._open(connection, accepted))
        self._record()

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            accepted.close()
        finally:
            del self._opening[connection]
            self._record()


class _Counted(set[Any]):
    """A set that reports when its size may have changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed

    def add(self, element: Any) -> None:
        super().add(element)
        self._changed()

    def discard(self, element: Any) -> None:
        super().discard(element)
        self._changed()
