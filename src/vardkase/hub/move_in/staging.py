"""The staging tables: MISP's tables as they are, in a schema of their own in the hub's database.

The steps (`steps`) read from here with SQL. A table that this MISP does not have, or a column that it lacks, is there
all the same, empty (`source/misp_tables.toml`), so that no step has to ask for the version.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.db import transaction
from psycopg import sql

from vardkase.core.errors import InvalidValue
from vardkase.core.sql import cursor
from vardkase.hub.move_in.not_moved import NOT_MOVED
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.columns import Column, Kind
from vardkase.hub.move_in.source.dump import Rows, Table

SCHEMA = "move_in"
REQUIRED = ("organisations", "users", "roles", "events", "attributes", "admin_settings")
KINDS = {"number": Kind.NUMBER, "fraction": Kind.FRACTION, "text": Kind.TEXT, "bytes": Kind.BYTES}


TIMES = """
CREATE FUNCTION move_in.moment(text) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN pg_input_is_valid($1 || '+00', 'timestamptz') THEN ($1 || '+00')::timestamptz END $$;
CREATE FUNCTION move_in.seconds(bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
    SELECT to_timestamp(nullif($1, 0)) $$
"""
"""Functions for the steps: MySQL’s dates and MISP’s Unix seconds as times; NULL for what is none (0000-00-00, 0)."""
# The schema itself belongs to the owner of the database (core.database.roles).
DROPS = """
SELECT format('DROP TABLE %%I.%%I CASCADE', relnamespace::regnamespace, relname) FROM pg_class
WHERE relnamespace = 'move_in'::regnamespace AND relkind = 'r' AND relpersistence = ANY(%s)
UNION ALL
SELECT format('DROP FUNCTION %%s CASCADE', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'move_in'::regnamespace
"""


@dataclass(slots=True)
class Staged:
    """What was read: rows per table, and how many of them had bytes that are no text."""

    rows: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def fill(parts: Iterable[Table | Rows], *, again: bool = False) -> Staged:
    """Replace all staging tables by what is read. Nothing is changed unless all of it could be read.

    `again`: by the same as before. What steps have noted beside MISP's tables stays.
    """
    _drop("u" if again else "up")
    cursor().execute(TIMES)
    staged = Staged()
    tables: dict[str, Table] = {}
    for part in parts:
        if isinstance(part, Table):
            _create(part.name, part.columns)
            tables[part.name] = part
            staged.rows[part.name] = 0
        else:
            if part.table.name not in NOT_MOVED:
                _copy(part)
            staged.rows[part.table.name] += part.count
            if part.repaired:
                staged.repaired[part.table.name] = staged.repaired.get(part.table.name, 0) + part.repaired
    for name in REQUIRED:
        if name not in tables:
            raise InvalidValue(DumpProblem.NOT_MISP(table=name))
    for table in tables.values():
        _index(table)
    _complete(tables)
    return staged


def drop() -> None:
    """Remove the staging tables, which hold keys and hashes of passwords."""
    _drop("up")


def _drop(persistence: str) -> None:
    for (statement,) in cursor().execute(DROPS, (list(persistence),)).fetchall():
        cursor().execute(statement)


def is_filled() -> bool:
    """Whether the staging tables are there, and not emptied: PostgreSQL empties unlogged tables, all of them, when it
    was stopped hard. No MISP is without `admin_settings`, from which no step takes anything out."""
    there = cursor().execute("SELECT to_regclass('move_in.admin_settings') IS NOT NULL").fetchall()[0][0]
    return bool(
        there and cursor().execute("SELECT EXISTS (SELECT FROM move_in.admin_settings)").fetchall()[0][0]
    )


@cache
def known_tables() -> dict[str, list[Column]]:
    """The tables of MISP 2.5 and their columns."""
    path = Path(__file__).parent / "source" / "misp_tables.toml"
    described: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        table: [Column(name, KINDS[kind]) for kind, names in kinds.items() for name in names.split()]
        for table, kinds in described.items()
    }


def _create(name: str, columns: Iterable[Column]) -> None:
    described = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.kind.value)) for column in columns
    )
    statement = sql.SQL("CREATE UNLOGGED TABLE {} ({})")
    cursor().execute(statement.format(sql.Identifier(SCHEMA, name), described))


def _copy(rows: Rows) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in rows.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(SCHEMA, rows.table.name), names)
    with cursor().copy(statement) as copy:
        copy.write(rows.lines)


def _index(table: Table) -> None:
    name = sql.Identifier(SCHEMA, table.name)
    if table.primary_key:
        keys = sql.SQL(", ").join(map(sql.Identifier, table.primary_key))
        cursor().execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(name, keys))
    cursor().execute(sql.SQL("ANALYZE {}").format(name))


def _complete(tables: dict[str, Table]) -> None:
    for name, columns in known_tables().items():
        if name not in tables:
            _create(name, columns)
            continue
        present = {column.name for column in tables[name].columns}
        for column in columns:
            if column.name not in present:
                statement = sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                    sql.Identifier(SCHEMA, name), sql.Identifier(column.name), sql.SQL(column.kind.value)
                )
                cursor().execute(statement)
