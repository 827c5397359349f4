"""Checks that bytes are exactly one complete PNG image."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
WIDEST = 10_000
"""Pixels each way: a viewer decompresses the whole picture."""


def is_png(content: bytes) -> bool:
    """True if `content` is a PNG of reasonable size: complete chunks with correct checksums, from IHDR to
    IEND, nothing after."""
    if not content.startswith(SIGNATURE):
        return False
    try:
        chunks = list(_chunks(content))
        kinds = [kind for kind, _ in chunks]
        width, height = struct.unpack_from(">II", chunks[0][1])
    except (ValueError, struct.error, IndexError):
        return False
    framed = kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and kinds.count(b"IEND") == 1 and b"IDAT" in kinds
    return framed and 0 < width <= WIDEST and 0 < height <= WIDEST


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        # It covers the type and the content of a chunk, but not the length.
        (checksum,) = struct.unpack_from(">I", content, end)
        if zlib.crc32(content[place + 4 : end]) != checksum:
            raise ValueError("wrong checksum")
        yield kind, content[place + 8 : end]
        place = end + 4
