"""The response body between the thread that produces it and a possibly slow client."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from tempfile import TemporaryFile
from typing import IO

MEBIBYTE = 1024 * 1024
SMALL = MEBIBYTE
"""Bytes of an answer that the connection takes whole."""
IN_MEMORY = 16 * MEBIBYTE
"""Bytes of one larger answer that wait in memory; the rest waits in a file."""
ALL_IN_MEMORY = 64 * MEBIBYTE
"""The same for all larger answers of this process together."""
ON_DISK = 256 * MEBIBYTE
"""Bytes of one answer that wait on the disk; when there are more, the thread that makes them waits."""
ALL_ON_DISK = 1024 * MEBIBYTE
"""The same for all answers of this process together."""
PIECE = 64 * 1024
BATCH = 256 * 1024
"""Bytes of short pieces that are handed to the connection at once."""

logger = logging.getLogger(__name__)


class ClientDisconnected(Exception):
    pass


class Outgoing:
    """A byte queue with one writer (a thread) and one reader (a coroutine), bounded in memory and on disk."""

    _on_disk = _all_in_memory = 0
    _room = threading.Condition()
    """Guards these two, and is notified when there is room on the disk or a client has gone."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready = asyncio.Event()
        self._lock = threading.Lock()
        self._memory: deque[bytes] = deque()
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._read = self._written = 0
        self._finished = self._gone = False
        self.is_broken = False
        """Whether it ends before its end."""

    def put(self, piece: bytes) -> None:
        """Append `piece`; blocks while too much is unread. Raises ClientDisconnected once the reader has left."""
        if not self._to_memory(piece):
            self._wait_for_room(len(piece))
            with self._lock:
                self._to_file(piece)
        if self._gone:
            raise ClientDisconnected
        self._wake()

    def finish(self) -> None:
        self._finished = True
        self._wake()

    def break_off(self) -> None:
        self.is_broken = True
        self.finish()

    def abandon(self) -> None:
        self._gone = True
        with self._room:
            self._room.notify_all()

    async def get(self) -> bytes:
        """The next bytes, at most PIECE from a file; b"" at the end, or when the file cannot be read (`is_broken`)."""
        try:
            while True:
                if piece := self._next():
                    return piece
                if self._finished:
                    return self._next()  # The writer may have put its last piece since the look above.
                self._ready.clear()
                # Looked at again after clearing: what came in between has set the event before it was cleared.
                if not (self._memory or self._written > self._read or self._finished):
                    await self._ready.wait()
        except OSError:
            logger.exception("an answer on the disk cannot be read")
            self.abandon()
            self.break_off()
            return b""

    def close(self) -> None:
        """Release what it holds; the reader must call this whenever it stops."""
        self.abandon()
        with self._lock:
            self._memory.clear()
            self._free_memory(self._in_memory)
            if self._file is not None:
                self._free(self._written - self._read)
                self._read = self._written
                with contextlib.suppress(OSError):
                    self._file.close()

    def _to_memory(self, piece: bytes) -> bool:
        """Append `piece` in memory; whether it may wait there: there is room, and nothing before it is on the disk."""
        with self._lock:
            if self._gone or self._read < self._written or self._in_memory + len(piece) > IN_MEMORY:
                return False
            with self._room:
                if Outgoing._all_in_memory + len(piece) > ALL_IN_MEMORY:
                    return False
                Outgoing._all_in_memory += len(piece)
            self._memory.append(piece)
            self._in_memory += len(piece)
        return True

    def _wait_for_room(self, size: int) -> None:
        with self._room:
            self._room.wait_for(
                lambda: (
                    self._gone
                    or (
                        self._written - self._read < ON_DISK
                        and Outgoing._on_disk + size <= max(ALL_ON_DISK, size)
                    )
                )
            )
            if self._gone:
                raise ClientDisconnected
            Outgoing._on_disk += size

    def _to_file(self, piece: bytes) -> None:
        """Write `piece`, whose space is already reserved; releases the space if writing fails."""
        try:
            if self._gone:  # While this thread waited for room: `close` has been, or waits for the lock.
                raise ClientDisconnected
            if self._file is None:
                self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed in `close`
            self._file.seek(self._written)
            rest = memoryview(piece)
            while rest:
                rest = rest[self._file.write(rest) :]
        except BaseException:
            self._free(len(piece))
            raise
        self._written += len(piece)

    def _next(self) -> bytes:
        with self._lock:
            if self._memory:
                return self._from_memory()
            if self._file is None or self._read == self._written:
                return b""
            self._file.seek(self._read)
            piece = self._file.read(PIECE)
            self._read += len(piece)
            self._free(len(piece))
            if self._read == self._written:
                self._read = self._written = 0
                self._file.seek(0)
                self._file.truncate()
        return piece

    def _from_memory(self) -> bytes:
        pieces = [self._memory.popleft()]
        size = len(pieces[0])
        while self._memory and size + len(self._memory[0]) <= BATCH:
            pieces.append(self._memory.popleft())
            size += len(pieces[-1])
        self._free_memory(size)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _free_memory(self, size: int) -> None:
        self._in_memory -= size
        with self._room:
            Outgoing._all_in_memory -= size

    def _free(self, size: int) -> None:
        with self._room:
            Outgoing._on_disk -= size
            self._room.notify_all()

    def _wake(self) -> None:
        if not self._ready.is_set():
            self._loop.call_soon_threadsafe(self._ready.set)
