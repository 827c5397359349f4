"""Documents of the API as rows of MISP's tables: members have the names of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from vardkase.hub.move_in.source.columns import Column, Kind
from vardkase.hub.move_in.source.copy_lines import for_copy
from vardkase.hub.move_in.source.dump import Rows, Table
from vardkase.misp.time import parse_seen
from vardkase.misp.types import COMPOSITE_TYPES

BATCH = 2_000
MISSING = dict.fromkeys(Kind) | {Kind.NUMBER: 0}
"""Values of columns that the API does not give: MISP's numbers are 0 where there is nothing."""


class RowWriter:
    """Collects rows per table. A row without an `id` gets the next one: those are not seen from outside."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._lines: dict[str, list[bytes]] = {name: [] for name in tables}
        self._given: Counter[str] = Counter()

    def add(self, table: str, members: Mapping[str, Any], **more: Any) -> None:
        self._given[table] += 1
        values = {"id": self._given[table], **members, **more}
        columns = self._tables[table].columns
        line = b"\t".join(
            _for_copy(values.get(column.name, MISSING[column.kind]), column) for column in columns
        )
        self._lines[table].append(line)

    def full(self) -> Iterator[Rows]:
        """What has become many rows."""
        yield from self._out(BATCH)

    def rest(self) -> Iterator[Rows]:
        yield from self._out(1)

    def _out(self, least: int) -> Iterator[Rows]:
        for name, lines in self._lines.items():
            if len(lines) >= least:
                table = self._tables[name]
                yield Rows(table, tuple(table.columns), b"\n".join([*lines, b""]), len(lines), 0)
                self._lines[name] = []


def divided(members: Mapping[str, Any]) -> dict[str, str]:
    """The value of an attribute or proposal in two columns, as the tables have it."""
    value = str(members.get("value") or "")
    first, bar, second = value.partition("|")
    if members.get("type") in COMPOSITE_TYPES and bar:
        return {"value1": first, "value2": second}
    return {"value1": value, "value2": ""}


def seen(members: Mapping[str, Any]) -> dict[str, int | None]:
    """First and last seen in microseconds."""
    return {
        name: parse_seen(text, 0) if (text := str(members.get(name) or "")) else None
        for name in ("first_seen", "last_seen")
    }


def _for_copy(value: Any, column: Column) -> bytes:
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, dict | list):
        value = msgspec.json.encode(value).decode()
    if value is None or (column.kind is Kind.NUMBER and not _is_number(value)):
        return b"\\N"
    text = str(value).replace("\0", "")
    if column.kind is Kind.BYTES:
        return b"\\\\x" + text.encode().hex().encode()
    return for_copy(text.encode("utf-8", "replace"))


def _is_number(value: Any) -> bool:
    text = str(value)
    return text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 19
