"""Assembles a document from separately rendered pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps

CHUNK = 64 * 1024
"""Bytes to hand on at a time: each costs the web server a turn."""


def joined(items: Iterable[bytes]) -> Iterator[bytes]:
    """The items of a JSON array separated by commas; an item may be several, already joined, or none."""
    separator = b""
    for item in items:
        if item:
            yield separator + item
            separator = b","


def in_chunks[**Given](write: Callable[Given, Iterator[bytes]]) -> Callable[Given, Iterator[bytes]]:
    """Decorates a generator of a document, whose pieces are then `coalesced`."""

    @wraps(write)
    def chunked(*arguments: Given.args, **options: Given.kwargs) -> Iterator[bytes]:
        return coalesced(write(*arguments, **options))

    return chunked


def coalesced(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks large enough to send."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
