"""Writes a dump of MISP with its events many times over, to measure moving in.

`python -m bench.multiplied_dump IN OUT 209` makes a million attributes of the 4,800 of a dump.
IN and OUT are plain SQL by mysqldump. Copies have numbers, UUIDs and values of their own; every tenth copy keeps the
values, so that some of them correlate.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TABLE = re.compile(rb"CREATE TABLE `(\w+)` \((.*?)\n\)", re.DOTALL)
COLUMN = re.compile(rb"^  `([^`]+)`", re.MULTILINE)
INSERT = re.compile(rb"INSERT INTO `(\w+)`[^(]*?VALUES\s*")
TOKEN = re.compile(rb"\s*((?:_binary )?'(?:[^'\\]|\\.|'')*'|[^,()']+)\s*([,)])", re.DOTALL)

STEPS = {"event": 1_000, "attribute": 300_000, "object": 1_000, "other": 10_000}
"""How far the numbers of one copy are from those of the next; more than the greatest number in the dump."""
NUMBERS = {
    "events": {"id": "event"},
    "attributes": {"id": "attribute", "event_id": "event", "object_id": "object"},
    "objects": {"id": "object", "event_id": "event"},
    "object_references": {"id": "other", "event_id": "event", "object_id": "object"},
    "event_tags": {"id": "other", "event_id": "event"},
    "attribute_tags": {"id": "other", "event_id": "event", "attribute_id": "attribute"},
    "event_reports": {"id": "other", "event_id": "event"},
    "sightings": {"id": "other", "event_id": "event", "attribute_id": "attribute"},
    "shadow_attributes": {"id": "other", "event_id": "event", "old_id": "attribute"},
}
UUIDS = {"uuid", "extends_uuid", "source_uuid", "referenced_uuid", "event_uuid"}


def multiplied(dump: bytes, times: int) -> Iterator[bytes]:
    columns = {
        match[1].decode(): [name.decode() for name in COLUMN.findall(match[2])]
        for match in TABLE.finditer(dump)
    }
    position = 0
    for match in INSERT.finditer(dump):
        table = match[1].decode()
        if table not in NUMBERS:
            continue
        rows, end = _rows(dump, match.end())
        yield dump[position:end]
        for copy in range(1, times):
            written = (b"(" + b",".join(_copied(table, columns[table], row, copy)) + b")" for row in rows)
            yield b"INSERT INTO `" + match[1] + b"` VALUES\n" + b",\n".join(written) + b";\n"
        position = end
    yield dump[position:]


def _rows(dump: bytes, position: int) -> tuple[list[list[bytes]], int]:
    rows = []
    while dump[position : position + 1] == b"(":
        row = []
        position += 1
        while token := TOKEN.match(dump, position):
            row.append(token[1])
            position = token.end()
            if token[2] == b")":
                break
        rows.append(row)
        while dump[position : position + 1] in (b",", b"\n"):
            position += 1
    return rows, position + 2  # Past the semicolon and the line's end.


def _copied(table: str, columns: list[str], row: list[bytes], copy: int) -> Iterator[bytes]:
    for name, value in zip(columns, row, strict=True):
        step = NUMBERS[table].get(name)
        if step is not None and value not in (b"0", b"NULL"):
            yield str(int(value) + copy * STEPS[step]).encode()
        elif name in UUIDS and len(value) == 38:
            yield b"'%08x" % ((int(value[1:9], 16) + copy) % 2**32) + value[9:]
        elif name == "value1" and copy % 10:
            yield _changed(value, copy)
        else:
            yield value


def _changed(value: bytes, copy: int) -> bytes:
    inside = value[1:-1]
    if re.fullmatch(rb"[0-9a-f]{32,}", inside):
        return b"'%08x" % ((int(inside[:8], 16) + copy) % 2**32) + inside[8:] + b"'"
    if re.fullmatch(rb"\d+\.\d+\.\d+\.\d+", inside):
        mixed = hashlib.md5(b"%d %s" % (copy, inside), usedforsecurity=False).digest()
        return b"'%d.%d.%d.%d'" % tuple(1 + byte % 223 for byte in mixed[:4])
    return value if not inside else b"'%d-" % copy + inside + b"'"


if __name__ == "__main__":
    source, target, wanted = sys.argv[1:]
    with Path(target).open("wb") as written:
        written.writelines(multiplied(Path(source).read_bytes(), int(wanted)))
