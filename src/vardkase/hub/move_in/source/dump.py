"""Reads what mysqldump and mariadb-dump write, as a stream: memory does not grow with the dump.

Only two statements count: CREATE TABLE, for the columns, and INSERT, for the rows. Rows come out as the lines that
PostgreSQL's COPY reads as text, so that a value is looked at once. A dump is data: nothing in it is run.
"""

from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import zstandard

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.columns import Column, kind_of
from vardkase.hub.move_in.source.copy_lines import LineWriter
from vardkase.hub.move_in.source.dump_files import opened

CHUNK = 1024 * 1024
LONGEST_ROW = 64 * CHUNK
"""MISP’s longest text is 16 MiB, twice that when it is escaped or written as hexadecimal. It is kept several times."""
MOST_COLUMNS = 1000

TABLE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?`([A-Za-z0-9_]{1,64})` \(")
COLUMN = re.compile(rb"`([^`]{1,64})` ([^,]+)")
PRIMARY_KEY = re.compile(rb"PRIMARY KEY \(([`A-Za-z0-9_,]+)\)")
INSERT = re.compile(rb"(?:INSERT|REPLACE)(?: IGNORE)? INTO `([A-Za-z0-9_]{1,64})` (?:\(([^)]*)\) )?VALUES\s*")
NAMES = re.compile(rb"SET NAMES (\w+)")
UNICODE = frozenset({b"utf8", b"utf8mb3", b"utf8mb4"})
COMPLETE = b"-- Dump completed"
STATEMENTS = (b"CREATE TABLE ", b"INSERT ", b"REPLACE ")

# No backtracking into a value (possessive): time is linear in the length, whatever the text.
VALUE = (
    rb"(NULL|-?[0-9][-+0-9.eE]*+|0x[0-9A-Fa-f]++|[bB]'[01]*+'|[xX]'[0-9A-Fa-f]*+'"
    rb"|(?:_[a-z0-9]++ )?+'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+')"
)


@dataclass(slots=True)
class Table:
    """A table of the dump. `primary_key` has the names of its columns."""

    name: str
    columns: list[Column] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table, as lines for COPY with the given columns."""

    table: Table
    columns: tuple[Column, ...]
    lines: bytes
    count: int
    repaired: int
    """In how many of them bytes that are no text had to be replaced."""


class DumpReader:
    """Yields each table before its rows. `is_complete` says afterwards whether the dump's last line was there and last.

    A dump that broke off may end between two statements: nothing else tells it from a whole one.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._buffer = b""
        self._ended = False
        self._tables: dict[str, Table] = {}
        self.is_complete = False

    def __iter__(self) -> Iterator[Table | Rows]:
        while (line := self._line()) is not None:
            self.is_complete = self.is_complete and not line.startswith(STATEMENTS)
            if line.startswith(b"CREATE TABLE "):
                if (table := self._table(line)) is not None:
                    yield table
            elif line.startswith((b"INSERT ", b"REPLACE ")):
                yield from self._rows()
            elif line.startswith(COMPLETE):
                self.is_complete = True
            else:
                _check_encoding(line)

    def _more(self) -> bool:
        """Read on; as much again as there is, so that a long row is not searched too often."""
        room = LONGEST_ROW - len(self._buffer)
        if room <= 0:
            raise InvalidValue(DumpProblem.ROW_TOO_LONG())
        chunk = self._stream.read(min(max(CHUNK, len(self._buffer)), room))
        self._ended = not chunk
        self._buffer += chunk
        return bool(chunk)

    def _line(self) -> bytes | None:
        """The next line, which for INSERT stays in the buffer and may be the beginning only."""
        while True:
            if self._buffer.startswith((b"INSERT ", b"REPLACE ")):
                return self._buffer[:8]
            end = self._buffer.find(b"\n")
            if end >= 0:
                line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
                return line
            if not self._more():
                line, self._buffer = self._buffer, b""
                return line or None

    def _table(self, line: bytes) -> Table | None:
        begins = TABLE.match(line)
        if begins is None:
            raise InvalidValue(DumpProblem.UNREADABLE(place=_shown(line)))
        table = Table(begins[1].decode())
        if table.name in self._tables:
            raise InvalidValue(DumpProblem.TABLE_TWICE(table=table.name))
        while (line := self._line() or b")").lstrip()[:1] != b")":
            if column := COLUMN.match(line.strip()):
                kind = kind_of(column[2].decode("ascii", "replace"))
                table.columns.append(Column(column[1].decode("utf-8", "replace"), kind))
            elif key := PRIMARY_KEY.match(line.strip()):
                table.primary_key = tuple(name.strip("`") for name in key[1].decode().split(","))
        if not 0 < len(table.columns) <= MOST_COLUMNS:
            raise InvalidValue(DumpProblem.UNREADABLE(place=table.name))
        self._tables[table.name] = table
        return table

    def _rows(self) -> Iterator[Rows]:
        while (begins := INSERT.match(self._buffer)) is None or begins.end() == len(self._buffer):
            if not self._more():
                raise InvalidValue(DumpProblem.UNREADABLE(place=_shown(self._buffer)))
        table, columns = self._target(begins)
        self._buffer = self._buffer[begins.end() :]
        row = re.compile(rb"\s*\(" + b",".join([VALUE] * len(columns)) + rb"\)\s*([,;])", re.DOTALL)
        last = False
        while not last:
            writer = LineWriter(columns)
            position = 0
            while not last and (found := row.match(self._buffer, position)) is not None:
                *values, separator = found.groups()
                writer.add(values)
                position = found.end()
                last = separator == b";"
            self._buffer = self._buffer[position:]
            if writer.count:
                yield Rows(table, columns, writer.lines(), writer.count, writer.repaired)
            if not last and not self._more():
                raise InvalidValue(DumpProblem.UNREADABLE(place=f"{table.name}: {_shown(self._buffer)}"))

    def _target(self, insert: re.Match[bytes]) -> tuple[Table, tuple[Column, ...]]:
        name = insert[1].decode()
        table = self._tables.get(name)
        if table is None:
            raise InvalidValue(DumpProblem.ROWS_WITHOUT_TABLE(table=name))
        if insert[2] is None:
            return table, tuple(table.columns)
        by_name = {column.name: column for column in table.columns}
        named = [part.strip(" `") for part in insert[2].decode("ascii", "replace").split(",")]
        if not set(named) <= by_name.keys():
            raise InvalidValue(DumpProblem.UNREADABLE(place=name))
        return table, tuple(by_name[column] for column in named)


def read_dump(file: Path, *, without_comments: bool = False, digest: str = "") -> Iterator[Table | Rows]:
    """`without_comments`: it was written with `--skip-comments`, so that no last line says that it is complete.
    `digest`: the SHA-256 that the file has to have, of the very bytes that are read.

    Raises InvalidValue if it cannot be read, or broke off, or is another file: at the end, so that nothing is kept.
    """
    with opened(file) as (packed, stream):
        reader = DumpReader(stream)
        try:
            yield from reader
            if digest and packed.digest() != digest:
                raise InvalidValue(DumpProblem.EXCHANGED(name=file.name))
        except (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as error:
            raise InvalidValue(DumpProblem.UNPACKING(reason=str(error))) from error
    if not reader.is_complete and not without_comments:
        raise InvalidValue(DumpProblem.INCOMPLETE())


def _check_encoding(line: bytes) -> None:
    names = NAMES.search(line)
    if names is not None and line.startswith(b"/*!") and names[1].lower() not in UNICODE:
        raise InvalidValue(DumpProblem.ENCODING(encoding=names[1].decode()))


def _shown(text: bytes) -> str:
    return text[:60].decode("utf-8", "replace")
