"""What JSON of strangers may not be: nested without end, or with texts that PostgreSQL cannot keep."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import msgspec

MAX_DEPTH = 100
BRACKETS = b"{}[]"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in BRACKETS)
ESCAPED_NUL = rb"\u0000"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As above, with the backslash not escaped itself."""


def holds_nul(raw: bytes) -> bool:
    """Whether a text in the encoded JSON holds the character U+0000."""
    return ESCAPED_NUL in raw and NUL.search(raw) is not None


def apparent_depth(raw: bytes) -> int:
    """How deep the brackets nest, counting those inside strings too: quick, and seldom too high."""
    brackets = raw.translate(None, NOT_BRACKETS)
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in brackets), default=0)


def depth(value: Any) -> int:
    """How deep decoded JSON nests."""
    found = 1
    level = [value]
    while level := [inner for outer in level for inner in _children(outer)]:
        found += 1
    return found


def decoded(written: str | bytes) -> Any:
    """The JSON of a stranger that stands in a text, or was fetched; raises ValueError for what nobody can keep.

    A request's own body is measured when it is read (`api.body`); a text inside of it may hold JSON again.
    """
    raw = written.encode() if isinstance(written, str) else written.removeprefix(BYTE_ORDER_MARK)
    if holds_nul(raw):
        raise ValueError("A text in the JSON holds the character U+0000.")
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("This is not JSON.") from error
    if apparent_depth(raw) > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise ValueError(f"The JSON nests deeper than {MAX_DEPTH}.")
    return value


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
