"""Bulk loading of tables: ids reserved in advance, rows sent with COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import sql

from vardkase.core.sql import cursor


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add `rows` to `table` by COPY; returns how many. Iterating over `rows` must not query the database."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    # The connection is busy for the whole COPY, so `rows` cannot query it.
    with cursor() as open_cursor, open_cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def lock(name: str) -> None:
    """Wait until no other transaction loads `name`; held until this transaction ends."""
    cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"knowledge:{name}",))
