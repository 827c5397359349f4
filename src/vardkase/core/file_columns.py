"""Registry of database columns that reference files of `core.files`; models declare them with `names_files`."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Model
from psycopg import sql

from vardkase.core import files
from vardkase.core.sql import cursor

_columns: set[tuple[str, str]] = set()
MOST = 100_000
"""Files that are removed at once."""
FEW, RECENT = 3, 100_000
"""Files that are looked for, and rows of a table among which they are."""


def names_files[M: type[Model]](column: str) -> Callable[[M], M]:
    """Declare that `column` of the decorated model references stored files: a file is kept while a row
    references it."""

    def declare(model: M) -> M:
        _columns.add((model._meta.db_table, column))  # noqa: SLF001 - Django's public name for it
        return model

    return declare


def declared() -> frozenset[tuple[str, str]]:
    return frozenset(_columns)


@transaction.atomic
def remove_unused(before: float) -> tuple[int, int]:
    """Remove files that no row references and that were last stored before `before` (Unix seconds); returns
    their number and bytes.

    Each table is read once, in one statement; MOST at a time, the rest next time.
    A file stored again meanwhile has a new time and is kept. While a
    backup is being made, nothing is removed: it takes the database first, and then the files that its rows name.
    """
    executor = cursor()
    if not executor.execute("SELECT pg_try_advisory_xact_lock(%s)", [files.BACKUP_LOCK]).fetchall()[0][0]:
        return 0, 0
    executor.execute("CREATE TEMPORARY TABLE stored_file (digest text NOT NULL)")
    with executor.copy("COPY stored_file (digest) FROM STDIN") as copy:
        for digest in files.stored_before(before):
            copy.write_row([digest])
    # Autovacuum cannot see temporary tables, and without statistics the anti-joins are planned for a few
    # rows.
    executor.execute("ANALYZE stored_file")
    count = size = 0
    for digest in _unnamed():
        freed = files.remove(digest, before)
        if freed is not None:
            count, size = count + 1, size + freed
    executor.execute("DROP TABLE stored_file")
    return count, size


def newest_named() -> list[str]:
    """The files that the newest rows name, a few of each table: enough to notice that files are somewhere else."""
    newest = sql.SQL(" UNION ").join(
        sql.SQL(
            "(SELECT {column} FROM {table} WHERE {column} <> '' AND id > (SELECT max(id) - {recent} FROM {table}) "
            "ORDER BY id DESC LIMIT {few})"
        ).format(column=sql.Identifier(column), table=sql.Identifier(table), recent=RECENT, few=FEW)
        for table, column in sorted(_columns)
    )
    return [name for (name,) in cursor().execute(newest).fetchall()]


def missing_files() -> list[str]:
    """Those of `newest_named` that are nowhere."""
    return [name for name in newest_named() if not files.exists(name)]


def _unnamed() -> list[str]:
    named = sql.SQL(" AND ").join(
        sql.SQL("NOT EXISTS (SELECT 1 FROM {} r WHERE r.{} = f.digest)").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        for table, column in sorted(_columns)
    )
    query = sql.SQL("SELECT DISTINCT f.digest FROM stored_file f WHERE {} LIMIT {}").format(named, MOST)
    return [row[0] for row in cursor().execute(query).fetchall()]
