"""The roles of the database: the owner migrates the schema, and the hub cannot rewrite its audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from psycopg import sql

from vardkase.core.database.connection import owner_settings
from vardkase.core.sql import cursor


@contextmanager
def as_owner(data_dir: Path | None = None) -> Iterator[str]:
    """Let Django's connection be that of the owner for the duration of a block; yields the hub's role.

    Yields nothing (an empty name) where the hub has one role for everything: then nothing changes.
    """
    owner = owner_settings(data_dir)
    hub = dict(connection.settings_dict)
    if owner is None or owner["USER"] == hub["USER"]:
        yield ""
        return
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield str(hub["USER"])
    finally:
        connection.close()
        connection.settings_dict.update({name: hub[name] for name in owner})


def grant_to_hub(role: str, append_only: Sequence[str], functions: Sequence[str] = ()) -> None:
    """As the owner: let `role` work with every table, and only read and append to those in `append_only`.

    It only reads those in `READ_ONLY`. `functions` are those, with their argument types, that it may call although not
    everybody may. It may make tables in the schemas for `WORKSPACES` alone.
    """
    executor = cursor()
    parameters = {"role": role, "append_only": list(append_only), "workspaces": list(WORKSPACES)}
    parameters |= {"read_only": list(READ_ONLY), "protected": [*append_only, *READ_ONLY]}
    parameters |= {"functions": list(functions), "sequences": [f"{table}_id_seq" for table in append_only]}
    if not executor.execute(DIFFERS, parameters).fetchall()[0][0]:
        return
    # PostgreSQL 17 has a right for VACUUM and ANALYZE.
    maintain = ", MAINTAIN" if executor.connection.info.server_version >= 170_000 else ""
    database = executor.connection.info.dbname
    for statement in EVERYTHING:
        given = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(database),
            "maintain": sql.SQL(maintain),
        }
        executor.execute(sql.SQL(statement).format(**given))
    for table in append_only:
        names = {"role": sql.Identifier(role), "table": sql.Identifier(table), "maintain": sql.SQL(maintain)}
        executor.execute(sql.SQL(PROTECT).format(**names))
    for table in READ_ONLY:
        names = {"role": sql.Identifier(role), "table": sql.Identifier(table), "maintain": sql.SQL(maintain)}
        executor.execute(
            sql.SQL(f"{PROTECT}; REVOKE INSERT ON public.{{table}} FROM {{role}}").format(**names)
        )
    for (sequence,) in executor.execute(SETTABLE, parameters).fetchall():
        names = {"role": sql.Identifier(role), "sequence": sql.Identifier(sequence)}
        executor.execute(sql.SQL("REVOKE UPDATE ON SEQUENCE public.{sequence} FROM {role}").format(**names))
    for function in functions:
        granted = sql.SQL("GRANT EXECUTE ON FUNCTION public.{} TO {}")
        executor.execute(granted.format(sql.SQL(function), sql.Identifier(role)))
    # One from an earlier version belongs to the hub's role, which can work there all the same if it cannot be taken.
    for (schema,) in executor.execute(OBTAINABLE, parameters).fetchall():
        names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema)}
        for statement in WORK_IN:
            executor.execute(sql.SQL(statement).format(**names))


def unknown_schemas() -> list[str]:
    """Schemas that the role of this connection has made; nothing of the hub makes any."""
    executor = cursor()
    given = {"role": executor.connection.info.user, "workspaces": list(WORKSPACES)}
    return [name for (name,) in executor.execute(MADE_BY_HUB, given).fetchall()]


def rewritable(tables: Sequence[str]) -> list[str]:
    """Those of `tables` that the role of this connection could change, empty, or take the protection from."""
    return [name for (name,) in cursor().execute(REWRITABLE, {"tables": list(tables)}).fetchall()]


READ_ONLY = ("django_migrations",)
"""Whoever could write there would let the owner run a migration again, and get an earlier function back."""
WORKSPACES = ("move_in",)
"""Schemas in which the hub makes and drops tables. Moving in from MISP stages MISP's there."""
# Where one role does everything, the workspaces and the owner's own schema are its too.
MADE_BY_HUB = """
SELECT nspname FROM pg_namespace WHERE nspowner = %(role)s::regrole AND nspname <> ALL(%(workspaces)s::text[])
AND nspname NOT IN ('public', 'audit_private', 'information_schema') AND nspname !~ '^pg_'
ORDER BY 1
"""
EVERYTHING = (
    # Or it could make schemas with functions and tables that stand in for others.
    "REVOKE CREATE ON DATABASE {database} FROM {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE{maintain} ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
)
WORK_IN = (
    "ALTER SCHEMA {schema} OWNER TO CURRENT_USER",
    "GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}",
)
OBTAINABLE = """
SELECT nspname FROM pg_namespace WHERE nspname = ANY(%(workspaces)s::text[]) AND pg_has_role(nspowner, 'MEMBER')
"""
# Whoever could set one back would stop every write.
SETTABLE = """
SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND sequencename = ANY(%(sequences)s::text[])
"""
PROTECT = "REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES{maintain} ON public.{table} FROM {role}"
DIFFERS = """
SELECT has_database_privilege(%(role)s, current_database(), 'CREATE')
    OR has_schema_privilege(%(role)s, 'public', 'CREATE')
    OR EXISTS (SELECT FROM unnest(%(functions)s::text[]) f WHERE NOT has_function_privilege(%(role)s, f, 'EXECUTE'))
    OR EXISTS (SELECT FROM pg_sequences WHERE schemaname = 'public' AND sequencename = ANY(%(sequences)s::text[])
        AND has_sequence_privilege(%(role)s, format('%%I.%%I', schemaname, sequencename), 'UPDATE'))
    OR EXISTS (SELECT FROM pg_namespace WHERE nspname = ANY(%(workspaces)s::text[])
        AND (nspowner = %(role)s::regrole OR NOT has_schema_privilege(%(role)s, oid, 'CREATE')))
    OR EXISTS (
    SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND (
        NOT has_table_privilege(%(role)s, c.oid, 'SELECT')
        OR has_table_privilege(%(role)s, c.oid, 'INSERT') = (c.relname = ANY(%(read_only)s::text[]))
        OR has_table_privilege(%(role)s, c.oid, 'UPDATE') = (c.relname = ANY(%(protected)s::text[]))
        OR has_table_privilege(%(role)s, c.oid, 'DELETE') = (c.relname = ANY(%(protected)s::text[]))))
    OR EXISTS (
    SELECT FROM pg_sequences s WHERE s.schemaname = 'public'
        AND NOT has_sequence_privilege(%(role)s, format('%%I.%%I', s.schemaname, s.sequencename), 'USAGE'))
"""
REWRITABLE = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%(tables)s::text[])
AND (has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') OR pg_has_role(c.relowner, 'MEMBER'))
ORDER BY 1
"""
