"""Opens a dump as a stream of bytes; what packs it is told by its first bytes, not by its name."""

from __future__ import annotations

import gzip
import lzma
from contextlib import closing
from pathlib import Path
from typing import IO, cast

import zstandard

XZ, GZIP, ZSTANDARD = b"\xfd7zXZ\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def opened(path: Path) -> closing[IO[bytes]]:
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(XZ):
        return closing(cast("IO[bytes]", lzma.open(path)))
    if start.startswith(GZIP):
        return closing(cast("IO[bytes]", gzip.open(path)))
    if start.startswith(ZSTANDARD):
        return closing(cast("IO[bytes]", zstandard.open(path, "rb")))
    return closing(path.open("rb"))
