"""Recognition of PNG pictures."""

from __future__ import annotations

import zlib
from struct import pack

import pytest

from vardkase.core.png import SIGNATURE, is_png


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def picture(width: int = 1, height: int = 1) -> bytes:
    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return SIGNATURE + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND")


def test_complete_picture_is_recognised() -> None:
    assert is_png(picture())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SIGNATURE,
        picture()[:-3],
        picture() + b"<script>alert(1)</script>",
        picture() + chunk(b"tEXt", b"after the end"),
        picture().replace(b"IDAT", b"IDAX"),
        picture(width=0),
        picture(height=2**31),
        SIGNATURE + chunk(b"IDAT") + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND"),
        SIGNATURE + pack(">I", 2**31) + b"IHDR",
        b"GIF89a" + picture(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_other_content_is_not_recognised(content: bytes) -> None:
    assert not is_png(content)
