"""Opens a dump as a stream of bytes; what packs it is told by its first bytes, not by its name."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

XZ, GZIP, ZSTANDARD = b"\xfd7zXZ\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CHUNK = 1024 * 1024


class HashedFile(io.RawIOBase):
    """A file that is read once, from front to back, and hashed as it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        number = self._file.readinto(buffer) or 0
        self._sha256.update(memoryview(buffer)[:number])
        return number

    def close(self) -> None:
        self._file.close()
        super().close()

    def digest(self) -> str:
        """The SHA-256 of the whole file: what nobody has asked for is read now."""
        while self.read(CHUNK):
            pass
        return self._sha256.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[tuple[HashedFile, IO[bytes]]]:
    """The file itself, and what is in it."""
    with HashedFile(path) as file, io.BufferedReader(file, CHUNK) as raw, _unpacked(raw) as stream:
        yield file, stream


def _unpacked(raw: io.BufferedReader[HashedFile]) -> IO[bytes]:
    start = raw.peek(len(XZ))
    if start.startswith(XZ):
        return cast("IO[bytes]", lzma.open(raw))
    if start.startswith(GZIP):
        return cast("IO[bytes]", gzip.open(raw))
    if start.startswith(ZSTANDARD):
        return cast("IO[bytes]", zstandard.open(raw, "rb"))
    return raw
