"""What a place for stored files does, and how files are named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

DIGEST = re.compile("[0-9a-f]{64}")


def checked(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise FileNotFoundError(digest)
    return digest


class Status(Protocol):
    @property
    def st_size(self) -> int: ...

    @property
    def st_mtime(self) -> float: ...


class RemoteFile(Protocol):
    """Read as a stream, like a Path; `open` raises FileNotFoundError if it is gone."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO: ...

    def stat(self) -> Status: ...


type StoredFile = Path | RemoteFile


class FileStore(Protocol):
    """One place for files. Moments are Unix seconds."""

    def identity(self) -> object:
        """The same for two spellings of one place, as far as that can be told without writing there."""

    def put(self, digest: str, content: bytes) -> None:
        """Store whole or not at all; one that is there counts as stored now."""

    def get(self, digest: str) -> bytes: ...

    def size(self, digest: str) -> int | None: ...

    def stored_before(self, moment: float) -> Iterator[str]: ...

    def all(self) -> Iterator[tuple[str, StoredFile]]: ...

    def remove(self, digest: str, before: float) -> int | None:
        """Remove a file last stored before `before`, and return its bytes; None if it is kept, or gone already."""

    def check(self) -> None:
        """Raises OSError if nothing can be stored there."""
