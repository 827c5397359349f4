"""A TCP proxy before PostgreSQL's socket that delays, or cuts, what passes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

PIECE = 1 << 16


class Proxy:
    """Listens on 127.0.0.1:`port`, in a thread; `socket_path` names the server's socket when somebody connects."""

    def __init__(self, socket_path: Callable[[], Path]) -> None:
        self.delay = 0.0
        """Seconds by which each packet is late, in either direction."""
        self.port = 0
        self._socket_path = socket_path
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def cut(self) -> None:
        """End every connection, as a firewall that forgets them does."""
        self._loop.call_soon_threadsafe(lambda: [writer.transport.abort() for writer in self._open])

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            opened = await asyncio.open_unix_connection(str(self._socket_path()))
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, opened[1]}
        await asyncio.gather(self._pass_on(reader, opened[1]), self._pass_on(opened[0], writer))
        self._open -= {writer, opened[1]}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        writer.close()
