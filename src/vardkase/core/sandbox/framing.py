"""Framing between a sandboxed process and its parent: one byte of type, four of length, then the content.

Nothing but bytes crosses over; neither side makes objects out of what the other sent.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Protocol


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def write(self, content: bytes, /) -> int: ...
    def flush(self) -> None: ...


HEADER = struct.Struct(">BI")
MAX_DATA, MAX_ERROR = 512 * 1024 * 1024, 1024 * 1024
"""Bytes of one frame that holds data, and of any other. The header may claim 4 GiB, and a process taken over by its
document would.
"""


class InvalidFrame(OSError):
    """The other side sent what no program of ours sends."""


class Kind(IntEnum):
    """What a frame holds."""

    DATA = 0
    """A document sent to the program, or a piece of its answer."""
    DONE = 1
    """The answer to a document is complete."""
    REFUSED = 2
    """The document is not what it should be; the problem, as `problems_in` reads it."""
    FAILED = 3
    """The program failed; the name of its error."""
    EXHAUSTED = 4
    """The document needs more memory than is allowed."""


def write_frame(stream: Stream, kind: Kind, content: bytes = b"") -> None:
    """Send one frame at once."""
    stream.write(HEADER.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: Stream) -> tuple[Kind, bytes] | None:
    """The next frame, or None if the other side has closed. Raises InvalidFrame, before reading the content."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    if kind not in Kind or length > (MAX_DATA if kind == Kind.DATA else MAX_ERROR):
        raise InvalidFrame
    content = stream.read(length)
    return (Kind(kind), content) if len(content) == length else None
