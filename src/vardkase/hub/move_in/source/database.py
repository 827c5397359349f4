"""Reads a live database of MISP, as of one moment, and changes nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.columns import Column, Kind, kind_of
from vardkase.hub.move_in.source.copy_lines import for_copy
from vardkase.hub.move_in.source.dump import Rows, Table

PORT = 3306
SECONDS = 20
BATCH = 2_000

COLUMNS = """
SELECT c.table_name, c.column_name, c.column_type, c.column_key = 'PRI'
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position
"""


def read_database(url: str) -> Iterator[Table | Rows]:
    """`url`: mysql://user:password@host:port/database. Raises InvalidValue if it cannot be read."""
    try:
        with closing(_connected(url)) as connection, closing(connection.cursor(SSCursor)) as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET time_zone = '+00:00'")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            for table in _tables(cursor):
                yield table
                yield from _rows(cursor, table)
    except (pymysql.Error, OSError) as error:
        raise InvalidValue(DumpProblem.DATABASE_UNREADABLE(reason=str(error.args[-1]))) from error


def _connected(url: str) -> pymysql.Connection[Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        raise InvalidValue(DumpProblem.DATABASE_ADDRESS()) from None
    database = parts.path.strip("/")
    if parts.scheme not in ("mysql", "mariadb") or not parts.hostname or not database:
        raise InvalidValue(DumpProblem.DATABASE_ADDRESS())
    return pymysql.connect(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(database),
        charset="utf8mb4",
        connect_timeout=SECONDS,
        # Values as they are written, not as Python's types: MySQL knows dates that Python does not.
        conv=cast(Any, encoders),
    )


def _tables(cursor: SSCursor) -> list[Table]:
    cursor.execute(COLUMNS)
    tables: dict[str, Table] = {}
    for name, column, kind, is_key in cursor.fetchall():
        table = tables.setdefault(name, Table(name))
        table.columns.append(Column(column, kind_of(kind)))
        if is_key == "1":
            table.primary_key = (*table.primary_key, column)
    return list(tables.values())


def _rows(cursor: SSCursor, table: Table) -> Iterator[Rows]:
    names = ", ".join(f"`{_quoted(column.name)}`" for column in table.columns)
    cursor.execute(f"SELECT {names} FROM `{_quoted(table.name)}`")
    columns = tuple(table.columns)
    while batch := cursor.fetchmany(BATCH):
        lines = [b"\t".join(map(_for_copy, row, columns)) for row in batch]
        yield Rows(table, columns, b"\n".join([*lines, b""]), len(lines), 0)


def _quoted(name: str) -> str:
    return name.replace("`", "``")


def _for_copy(value: Any, column: Column) -> bytes:
    if value is None:
        return b"\\N"
    if column.kind is Kind.BYTES:
        return b"\\\\x" + (value if isinstance(value, bytes) else str(value).encode()).hex().encode()
    if isinstance(value, bytes):  # Of a BIT column, or of text without a character set.
        if column.kind is Kind.NUMBER:
            return str(int.from_bytes(value)).encode()
        value = value.decode("utf-8", "replace")
    return for_copy(str(value).replace("\0", "").encode())
