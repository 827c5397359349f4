"""Performance-critical SQL: psycopg cursors on Django's connection, and SQL in named files.

Django's own cursors bind on the client and refuse binary results and COPY, so the hot paths use a plain
psycopg cursor on the same connection, and so inside the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import connection, connections
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format

from vardkase.core.database.pool import is_pooled, own_session
from vardkase.core.database.replica import alias


def cursor(**options: Any) -> psycopg.Cursor[Any]:
    """A psycopg cursor on Django's connection and transaction; a lost connection is replaced first.

    A query on this connection while a COPY is open blocks forever: finish the COPY first.
    """
    database = connections[alias()]  # Looked up once: `connection` does it for each attribute.
    database.ensure_connection()
    return psycopg.Cursor(database.connection, **options)


@contextmanager
def pinned_connection() -> Iterator[None]:
    """Keep this thread's connection for session state: LISTEN, advisory locks.

    If the server closes a pinned connection, the next query fails instead of running on a new one without
    that state.
    """
    connection.ensure_connection()
    connection.pinned = True  # type: ignore[attr-defined]  # of our own backend
    try:
        yield
    finally:
        connection.pinned = False  # type: ignore[attr-defined]


@contextmanager
def async_commits() -> Iterator[None]:
    """Commit asynchronously (`synchronous_commit = off`) for the duration of a block.

    For work that is repeated if the machine crashes at that moment: each commit stays atomic, and none is
    lost on which a later one depends.
    """
    with own_session():
        cursor().execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            if connection.is_usable():  # A new connection begins as the database is set anyway.
                cursor().execute("RESET synchronous_commit")


def commit_asynchronously() -> None:
    """Like `async_commits`, for the current transaction."""
    cursor().execute("SET LOCAL synchronous_commit = off")


def from_jsonb(value: str | None) -> Any:
    return None if value is None else msgspec.json.decode(value)


def copy_rows(
    statement: psycopg.sql.Composed | LiteralString,
    rows: Iterable[Sequence[Any]],
    *,
    types: Sequence[str] = (),
    in_background: bool = False,
) -> None:
    """COPY `rows`; `types` are those of the columns for a binary COPY, which converts nothing itself.

    `in_background`: rows are made and sent by a thread, so that the caller works while PostgreSQL does. The next use
    of the connection waits for it.
    """

    def write(own: psycopg.Connection[Any]) -> None:
        with psycopg.Cursor(own).copy(statement) as copy:
            if types:
                copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    if in_background:
        connection.in_background(write)  # type: ignore[attr-defined]  # of our own backend
    else:
        connection.ensure_connection()
        write(connection.connection)


def reserve_ids(table: str, count: int) -> list[int]:
    """`count` new ids of `table`, in ascending order."""
    rows = cursor().execute(NEXT_IDS, (table, count)).fetchall()
    return sorted(row[0] for row in rows)


# OFFSET keeps the name of the sequence from being looked up for each id, which costs more than the id.
NEXT_IDS = """
SELECT nextval(sequence.name)
FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) sequence, generate_series(1, %s)
"""


def array_of(items: Iterable[str]) -> str:
    """Numbers or UUIDs as a PostgreSQL array literal: binding one text is four times as fast as a list."""
    return "{" + ",".join(items) + "}"


@cache
def statement(path: Path) -> str:
    return path.read_text(encoding="utf-8")


_numbers = count()


class PreparedQuery:
    """A SELECT with $1, $2, … that every request runs: planned once for a connection, and run by libpq alone.

    A cursor of psycopg takes five times as long in Python as such a query itself. Parameters are text, and have the
    types that PostgreSQL infers.
    """

    def __init__(self, sql: str) -> None:
        self._sql = sql.encode()
        self._name = b"vardkase_%d" % next(_numbers)
        self._transformers: WeakKeyDictionary[psycopg.Connection[Any], abc.Transformer] = WeakKeyDictionary()

    def rows(self, *parameters: str) -> list[tuple[Any, ...]]:
        database = connections[alias()]
        database.ensure_connection()
        own = database.connection
        # Not inside a transaction, which psycopg begins only with its own first query, and an error would end. Not
        # through a pool, which ends the connection when a statement is gone.
        through_pool = is_pooled(database.settings_dict)
        if own.autocommit and not through_pool and (found := self._found(own, parameters)) is not None:
            return found
        return psycopg.RawCursor(own).execute(self._sql, parameters, binary=True).fetchall()

    def _found(self, own: psycopg.Connection[Any], parameters: Sequence[str]) -> list[tuple[Any, ...]] | None:
        """The rows, or None after any error, which a cursor then meets again and reports."""
        transformer = self._transformers.get(own)
        if transformer is None and own.pgconn.prepare(self._name, self._sql).status != ExecStatus.COMMAND_OK:
            return None
        values = [parameter.encode() for parameter in parameters]
        # Releases the interpreter's lock while it waits, as psycopg does.
        result = own.pgconn.exec_prepared(self._name, values, result_format=Format.BINARY)
        if result.status != ExecStatus.TUPLES_OK:
            # psycopg drops all prepared statements after a rollback to a savepoint, or a column has changed.
            self._transformers.pop(own, None)
            own.pgconn.exec_(b"DEALLOCATE " + self._name)
            return None
        if transformer is None:
            # Made without the connection itself, which it would keep alive, and this entry with it.
            transformer = self._transformers[own] = Transformer(own.adapters)
            transformer.set_pgresult(result)
        else:
            transformer.set_pgresult(result, set_loaders=False)
        return transformer.load_rows(0, result.ntuples, tuple)


@dataclass(frozen=True, slots=True)
class SqlQuery:
    """A SELECT with its named parameters: of one bigint column `id`, in result order, unless said otherwise."""

    sql: str
    parameters: Mapping[str, Any]
