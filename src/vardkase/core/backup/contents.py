"""What is in a database at one position of its log: rows and a digest for each table.

Computed where the backup is made, and again where it is restored: equal numbers are equal content. The digest adds up
a hash of each row's text, so it does not depend on the order of rows, nor on their place on the disk.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
from psycopg import sql

PATIENCE = 30.0
"""Seconds to wait for a moment in which no transaction is writing."""


class TableContents(msgspec.Struct, frozen=True):
    rows: int
    digest: str


class Contents(msgspec.Struct, kw_only=True):
    """`position` in the log; empty if the database was never quiet, and `tables` then cannot be compared."""

    position: str
    tables: dict[str, TableContents]
    files: int
    snapshot: str = ""


@contextlib.contextmanager
def quiet_snapshot(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """A transaction that sees exactly what is committed at the position that it yields; "" if there was none.

    A snapshot and a position agree when no transaction is writing and the log does not grow around it.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        before = connection.execute(POSITION).fetchone()
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute(QUIET).fetchone()
            if row and before and row[1] and row[0] == before[0]:
                yield str(row[0])
                return
        if time.monotonic() > deadline:
            yield ""
            return
        time.sleep(0.05)


POSITION = "SELECT pg_current_wal_insert_lsn()"
QUIET = """
SELECT pg_current_wal_insert_lsn(),
    pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())
"""


def tables_of(connection: psycopg.Connection[Any]) -> dict[str, TableContents]:
    connection.execute("SET LOCAL statement_timeout = 0")
    return {name: _table(connection, name) for (name,) in connection.execute(NAMES).fetchall()}


def _table(connection: psycopg.Connection[Any], name: str) -> TableContents:
    statement = sql.SQL(DIGEST).format(sql.Identifier(name))
    rows, digest = connection.execute(statement).fetchone() or (0, 0)
    return TableContents(int(rows), str(digest))


# Without tables that a crash empties, and those of others in the same database.
NAMES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
ORDER BY c.relname
"""
DIGEST = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM public.{} t"


def differences(expected: dict[str, TableContents], found: dict[str, TableContents]) -> list[str]:
    """In English, for the log of a drill: each table that differs."""
    said = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name), found.get(name)
        if before is None:
            said.append(f"table {name}: was not there")
        elif after is None:
            said.append(f"table {name}: is missing")
        elif before.rows != after.rows:
            said.append(f"table {name}: {after.rows} rows instead of {before.rows}")
        elif before.digest != after.digest:
            said.append(f"table {name}: the same number of rows, with other content")
    return said
