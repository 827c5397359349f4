"""The body of an answer on its way from the thread that makes it to a client that may be slow."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from tempfile import TemporaryFile
from typing import IO

MEBIBYTE = 1024 * 1024
IN_MEMORY = MEBIBYTE
"""Bytes of one answer that wait in memory; the rest waits in a file."""
ON_DISK = 256 * MEBIBYTE
"""Bytes of one answer that wait on the disk; when there are more, the thread that makes them waits."""
ALL_ON_DISK = 1024 * MEBIBYTE
"""The same for all answers of this process together."""
PIECE = 64 * 1024

logger = logging.getLogger(__name__)


class ClientGone(Exception):
    """Nobody reads the answer any more."""


class Outgoing:
    """A queue of bytes with one writer (a thread) and one reader (a coroutine), bounded in memory and on disk."""

    _on_disk = 0
    _room = threading.Condition()
    """Guards `_on_disk`, and is notified when there is room or a client has gone."""

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
        """Append `piece`. Waits while too much is unread; raises ClientGone when nobody will read it."""
        if self._file is None and self._in_memory + len(piece) <= IN_MEMORY:
            with self._lock:
                self._memory.append(piece)
                self._in_memory += len(piece)
        else:
            self._wait_for_room(len(piece))
            with self._lock:
                self._to_file(piece)
        if self._gone:
            raise ClientGone
        self._wake()

    def finish(self) -> None:
        """Nothing more will come."""
        self._finished = True
        self._wake()

    def break_off(self) -> None:
        """The rest cannot be made."""
        self.is_broken = True
        self.finish()

    def abandon(self) -> None:
        """Nobody reads any more."""
        self._gone = True
        with self._room:
            self._room.notify_all()

    async def get(self) -> bytes:
        """The next bytes, at most PIECE from a file; b"" at the end, or when the file cannot be read (`is_broken`)."""
        try:
            return await self._get()
        except OSError:
            logger.exception("an answer on the disk cannot be read")
            self.abandon()
            self.break_off()
            return b""

    async def _get(self) -> bytes:
        while True:
            if piece := self._next():
                return piece
            if self._finished:
                return self._next()
            self._ready.clear()
            if not (self._memory or self._written > self._read or self._finished):
                await self._ready.wait()

    def close(self) -> None:
        """Give back what it holds; to be called by the reader, when it stops for whatever reason."""
        self.abandon()
        with self._lock:
            self._memory.clear()
            if self._file is not None:
                self._free(self._written - self._read)
                self._read = self._written
                with contextlib.suppress(OSError):
                    self._file.close()

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
                raise ClientGone
            Outgoing._on_disk += size

    def _to_file(self, piece: bytes) -> None:
        """Write `piece`, for which there is room; gives the room back when that fails."""
        try:
            if self._gone:  # While this thread waited for room: `close` has been, or waits for the lock.
                raise ClientGone
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
                piece = self._memory.popleft()
                self._in_memory -= len(piece)
                return piece
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

    def _free(self, size: int) -> None:
        with self._room:
            Outgoing._on_disk -= size
            self._room.notify_all()

    def _wake(self) -> None:
        if not self._ready.is_set():
            self._loop.call_soon_threadsafe(self._ready.set)
