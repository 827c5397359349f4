"""Limits for untrusted JSON: nesting depth, and texts that PostgreSQL cannot store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import InvalidValue
from vardkase.core.problems import ProblemCode

MAX_DEPTH = 100
BRACKETS = b"{}[]"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in BRACKETS)
ESCAPED_NUL = rb"\u0000"
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
OF_JSON = (b",", b"[", b"{")
VALUES_ANYWAY = 30_000
"""Values that every document may hold: an empty object takes 3 bytes, and up to 200 of memory."""
BYTES_OF_A_VALUE = 5
"""And one more for so many bytes. An attribute in MISP's JSON has some 15 for each of its values."""
SENT_BYTES_OF_A_VALUE = 1.5
"""The same for what was compressed on its way: MISP's JSON becomes 4 to 6 times smaller."""
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As above, with the backslash not escaped itself."""


def holds_nul(raw: bytes) -> bool:
    return ESCAPED_NUL in raw and NUL.search(raw) is not None


def holds_too_many_values(
    raw: bytes, separators: Sequence[bytes] = OF_JSON, *, sent: int | None = None
) -> bool:
    """True if `raw` has more values than its size explains, determined before any of them uses memory.

    `sent` is the size on the wire, if it was compressed.
    """
    allowed = VALUES_ANYWAY + len(raw) // BYTES_OF_A_VALUE
    if sent is not None:
        allowed = min(allowed, VALUES_ANYWAY + int(sent / SENT_BYTES_OF_A_VALUE))
    if _count(raw, separators) <= allowed:
        return False
    # Commas and brackets inside strings do not count.
    return _count(STRINGS.sub(b"", raw), separators) > allowed


def holds_more_values_than(raw: bytes, most: int, separators: Sequence[bytes] = OF_JSON) -> bool:
    """Whether the encoded JSON holds more than `most` values, determined before any of them uses memory."""
    return _count(raw, separators) > most and _count(STRINGS.sub(b"", raw), separators) > most


class JsonProblem(ProblemCode):
    NUL_CHARACTER = (
        _("A text in the JSON contains the character U+0000."),
        "A text in the JSON holds the character U+0000.",
    )
    TOO_MANY_VALUES = _("The JSON contains too many values."), "The JSON holds too many values."
    NOT_JSON = _("This is not JSON.")
    TOO_DEEP = _("The JSON is nested deeper than %(most)s."), "The JSON nests deeper than %(most)s."


def apparent_depth(raw: bytes) -> int:
    """The nesting depth of brackets, counting those inside strings: fast, and seldom too high."""
    brackets = raw.translate(None, NOT_BRACKETS)
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in brackets), default=0)


def depth(value: Any) -> int:
    levels = 1
    level = [value]
    while level := [inner for outer in level for inner in _children(outer)]:
        levels += 1
    return levels


def decoded(written: str | bytes) -> Any:
    """Decode untrusted JSON from a text or a fetched document; raises InvalidValue for what cannot be stored.

    A request's own body is checked when it is read (`api.body`); a text inside it may contain JSON again.
    """
    raw = written.encode() if isinstance(written, str) else written.removeprefix(BYTE_ORDER_MARK)
    if holds_nul(raw):
        raise InvalidValue(JsonProblem.NUL_CHARACTER())
    if holds_too_many_values(raw):
        raise InvalidValue(JsonProblem.TOO_MANY_VALUES())
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidValue(JsonProblem.NOT_JSON()) from error
    if apparent_depth(raw) > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise InvalidValue(JsonProblem.TOO_DEEP(most=MAX_DEPTH))
    return value


def _count(raw: bytes, separators: Sequence[bytes]) -> int:
    return sum(raw.count(separator) for separator in separators)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
