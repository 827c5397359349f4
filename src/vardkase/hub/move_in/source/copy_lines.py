"""Values as MySQL writes them in SQL, turned into the lines that PostgreSQL's COPY reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vardkase.hub.move_in.source.columns import Column, Kind

# MySQL's escapes, doubled quotes, and what has to be escaped in COPY.
SPECIAL = re.compile(rb"\\.|''|[\t\n\r]", re.DOTALL)
IN_COPY = {
    b"''": b"'",
    b"\\0": b"",  # PostgreSQL keeps no zero bytes in text.
    b"\\b": b"\\b",
    b"\\n": b"\\n",
    b"\\r": b"\\r",
    b"\\t": b"\\t",
    b"\\Z": b"\x1a",
    b"\\\\": b"\\\\",
    b"\\%": b"\\\\%",  # MySQL leaves the backslash before these two.
    b"\\_": b"\\\\_",
    b"\t": b"\\t",
    b"\n": b"\\n",
    b"\r": b"\\r",
}
AS_BYTES = IN_COPY | {
    b"\\0": b"\0",
    b"\\b": b"\b",
    b"\\n": b"\n",
    b"\\r": b"\r",
    b"\\t": b"\t",
    b"\\\\": b"\\",
    b"\\%": b"\\%",
    b"\\_": b"\\_",
    b"\t": b"\t",
    b"\n": b"\n",
    b"\r": b"\r",
}


class LineWriter:
    """Collects rows as lines; `repaired` counts those with bytes that are no UTF-8, or zero bytes in text."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._kinds = [column.kind for column in columns]
        self._lines: list[bytes] = []
        self.repaired = 0

    @property
    def count(self) -> int:
        return len(self._lines)

    def lines(self) -> bytes:
        return b"\n".join([*self._lines, b""])

    def add(self, values: Sequence[bytes]) -> None:
        line = b"\t".join(
            [
                b"\\N" if value == b"NULL" else value if value[0] in PLAIN else _quoted(value, kind)
                for value, kind in zip(values, self._kinds, strict=True)
            ]
        )
        if not line.isascii() or b"\0" in line:
            clean = line.decode("utf-8", "replace").replace("\0", "").encode()
            self.repaired += clean != line
            line = clean
        self._lines.append(line)


# What begins a number; 0x is told from it by its second character.
PLAIN = frozenset(b"-123456789")


def _quoted(value: bytes, kind: Kind) -> bytes:
    start = value[:1]
    if start == b"0" and value[:2] != b"0x":
        return value
    if start == b"0":
        return _from_hex(value[2:], kind)
    if start in b"xX":
        return _from_hex(value[2:-1], kind)
    if start in b"bB":
        return b"%d" % int(value[2:-1] or b"0", 2)
    if start == b"_":  # An introducer: _binary '…'
        value = value[value.index(b"'") :]
    if kind is Kind.BYTES:
        raw = SPECIAL.sub(lambda found: AS_BYTES.get(found[0], found[0][1:]), value[1:-1])
        return b"\\\\x" + raw.hex().encode()
    if SPECIAL.search(value) is None:
        return value[1:-1]
    return SPECIAL.sub(lambda found: IN_COPY.get(found[0], found[0][1:]), value[1:-1])


def _from_hex(digits: bytes, kind: Kind) -> bytes:
    if kind is Kind.BYTES:
        return b"\\\\x" + digits
    if kind is Kind.TEXT:
        return for_copy(bytes.fromhex(digits.decode()))
    return b"%d" % int(digits or b"0", 16)


def for_copy(raw: bytes) -> bytes:
    escaped = raw.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
    return escaped.replace(b"\t", b"\\t").replace(b"\r", b"\\r")
