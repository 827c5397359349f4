"""INSERT … SELECT from staging tables, which on a later run changes only what MISP has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Upsert:
    """Writes `columns` (name → SQL expression) of `table`, read from `source` (what follows FROM); `first` are columns
    that no later run changes.

    A row that is here already is changed only if it differs and it is the same thing by `same`. With `newer`, a column
    of Unix seconds, it must not be newer here than in MISP: what was edited here since is kept.
    """

    table: str
    columns: Mapping[str, str]
    source: str
    key: str = "id"
    same: str = ""
    newer: str = ""
    first: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        columns = {**self.columns, **self.first}
        keys = [name.strip() for name in self.key.split(",")]
        changing = [name for name in self.columns if name not in keys]
        inserted = ", ".join(map(_quoted, columns))
        expressions = ", ".join(f"{expression} AS {_quoted(name)}" for name, expression in columns.items())
        start = f"INSERT INTO {self.table} AS here ({inserted})\nSELECT {expressions}\nFROM {self.source}\n"
        if not changing:
            return f"{start}ON CONFLICT ({self.key}) DO NOTHING"
        conditions = [f"{_row('here', changing)} IS DISTINCT FROM {_row('excluded', changing)}"]
        if self.same:
            conditions.append(f"here.{self.same} = excluded.{self.same}")
        if self.newer:
            conditions.append(f"here.{self.newer} <= excluded.{self.newer}")
        changes = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in changing)
        return f"{start}ON CONFLICT ({self.key}) DO UPDATE SET {changes}\nWHERE {' AND '.join(conditions)}"


def flag(column: str) -> str:
    return f"coalesce({column} <> 0, FALSE)"


def text(column: str) -> str:
    return f"coalesce({column}, '')"


def uuid(column: str) -> str:
    """NULL for what is no UUID; MISP writes an empty text for none."""
    return f"CASE WHEN pg_input_is_valid({column}, 'uuid') THEN {column}::uuid END"


def made_uuid(column: str, table: str, row: str = "s") -> str:
    """The UUID of a row, and where it has none one that follows from its id, so that a later run finds it again."""
    return f"coalesce({uuid(column)}, md5('{table} ' || {row}.id)::uuid)"


def json(column: str, default: str) -> str:
    return f"CASE WHEN pg_input_is_valid({column}, 'jsonb') THEN {column}::jsonb ELSE '{default}'::jsonb END"


def texts(column: str) -> str:
    listed = f"CASE WHEN pg_input_is_valid({column}, 'jsonb') THEN {column}::jsonb END"
    return (
        f"ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof({listed}) WHEN 'array' THEN {listed} "
        "ELSE '[]' END))"
    )


def moment(column: str) -> str:
    """MySQL's date and time, which MISP writes in UTC; the epoch for what is none (`0000-00-00 00:00:00`)."""
    return (
        f"CASE WHEN pg_input_is_valid({column}, 'timestamp') THEN {column}::timestamp AT TIME ZONE 'UTC' "
        "ELSE to_timestamp(0) END"
    )


def distribution(default: int, row: str = "s") -> str:
    # The own organisation alone reads what has lost its sharing group.
    exists = f"EXISTS (SELECT 1 FROM sharing_group g WHERE g.id = {row}.sharing_group_id)"
    return f"CASE WHEN {row}.distribution = 4 AND NOT {exists} THEN 0 ELSE coalesce({row}.distribution, {default}) END"


def group(row: str = "s") -> str:
    """The sharing group, if the distribution is one and the group exists."""
    return (
        f"CASE WHEN {row}.distribution = 4 THEN "
        f"(SELECT g.id FROM sharing_group g WHERE g.id = {row}.sharing_group_id) END"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _row(table: str, names: list[str]) -> str:
    return f"({', '.join(f'{table}.{_quoted(name)}' for name in names)})"
