"""Diagnostics of the instance: versions, expected and actual schema, table sizes, database settings."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from vardkase.audit.tables import FILLED_BY_DATABASE
from vardkase.core.database.tuning import server_settings
from vardkase.core.sql import cursor
from vardkase.exchange.modules.module_requests import status as modules_status
from vardkase.exchange.streams.settings import ZEROMQ_ENABLED
from vardkase.identity.access.actor import Actor

LIBRARIES = ("misp-stix", "stix2", "pymisp")
MEGABYTE = 1024 * 1024
DATABASE_SETTINGS = (
    "shared_buffers",
    "effective_cache_size",
    "work_mem",
    "maintenance_work_mem",
    "max_connections",
    "max_wal_size",
    "random_page_cost",
)


def report(actor: Actor) -> dict[str, Any]:
    """MISP's diagnostics report, without what concerns PHP and its helpers."""
    actor.require_oversight()
    folder = settings.FILES_DIR
    is_writeable = not folder.exists() or folder.stat().st_mode & 0o200 != 0
    return {
        "version": {"current": f"v{version('vardkase')}", "newest": None, "upToDate": "error"},
        "phpSettings": {},
        "gpgStatus": "not configured",
        "proxyStatus": "not configured (so not tested)",
        "zmqStatus": 0 if ZEROMQ_ENABLED.value else 1,
        "stix": _libraries(),
        "moduleStatus": modules_status(),
        "writeableDirs": {str(folder): 0 if is_writeable else 2},
        "writeableFiles": {},
        "readableFiles": {},
        "dbDiagnostics": table_sizes(actor),
        "dbSchemaDiagnostics": schema(actor),
        "dbConfiguration": database_configuration(actor),
        "redisInfo": {"connection": False},
    }


def schema(actor: Actor) -> dict[str, Any]:
    actor.require_oversight()
    known = known_migrations()
    applied = known & set(MigrationRecorder(connection).applied_migrations())
    columns = dict(cursor().execute(COLUMNS).fetchall())
    return {
        "dataSource": "Database/Postgres",
        "actual_db_version": str(len(applied)),
        "checked_table_column": ["column_name"],
        "diagnostic": _differing_columns(columns),
        "diagnostic_index": {},
        "expected_db_version": str(len(known)),
        "error": "",
        "update_locked": False,
        "remaining_lock_time": 0,
        "update_fail_number_reached": False,
        "indexes": _indexes(),
        "columnPerTable": columns,
    }


# The files of migrations do not change while the hub runs.
@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, replace_migrations=False).disk_migrations)


def table_sizes(actor: Actor) -> dict[str, dict[str, Any]]:
    actor.require_oversight()
    return {
        name: {
            "table": name,
            "used": f"{round((data + index) / MEGABYTE, 2):g} MB",
            "reclaimable": f"{round(dead / MEGABYTE, 2):g} MB",
            "data_in_bytes": data,
            "index_in_bytes": index,
            "reclaimable_in_bytes": dead,
        }
        for name, data, index, dead in cursor().execute(SIZES).fetchall()
    }


def database_configuration(actor: Actor) -> list[dict[str, str]]:
    """The main PostgreSQL settings, with the hub's recommended values for this machine."""
    actor.require_oversight()
    chosen = server_settings(durable=True)
    rows = cursor().execute(CONFIGURATION, (list(DATABASE_SETTINGS),)).fetchall()
    return [
        {
            "name": name,
            "value": value,
            "default": default,
            "recommended": chosen.get(name, ""),
            "explanation": explanation,
        }
        for name, value, default, explanation in rows
    ]


def _libraries() -> dict[str, Any]:
    libraries = {}
    for name in LIBRARIES:
        try:
            libraries[name] = {"version": version(name), "expected": "", "status": 1}
        except PackageNotFoundError:
            libraries[name] = {"version": "", "expected": "", "status": 0}
    operational = int(all(library["status"] for library in libraries.values()))
    return {"operational": operational, "invalid_version": False, **libraries}


def _indexes() -> dict[str, dict[str, bool]]:
    indexes: dict[str, dict[str, bool]] = {}
    for table, column, unique in cursor().execute(INDEXES).fetchall():
        columns = indexes.setdefault(table, {})
        columns[column] = columns.get(column, False) or unique
    return indexes


def _differing_columns(columns: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    differing: dict[str, list[dict[str, Any]]] = {}
    for model in apps.get_models():
        meta = model._meta  # noqa: SLF001 - Django's documented interface, for all its name
        table = meta.db_table
        expected = {str(field.column) for field in meta.local_concrete_fields}
        expected |= set(FILLED_BY_DATABASE.get(table, ()))
        actual = set(columns.get(table, ()))
        faults = [("missing_column", name) for name in sorted(expected - actual)]
        faults += [("additional_column", name) for name in sorted(actual - expected)]
        # A proxy model has fewer fields than the table that it shares.
        if faults and meta.managed and not meta.proxy:
            differing[table] = [
                {"error_type": kind, "column_name": name, "is_critical": kind == "missing_column"}
                for kind, name in faults
            ]
    return differing


# An estimate: the size of a table times the share of its rows that are dead.
SIZES = """
SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid),
       (pg_table_size(c.oid) * coalesce(s.n_dead_tup, 0)
        / greatest(coalesce(s.n_live_tup + s.n_dead_tup, 1), 1))::bigint
FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname
"""

CONFIGURATION = """
SELECT name, current_setting(name), boot_val, short_desc FROM pg_settings
WHERE name = ANY(%s) ORDER BY name
"""

COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
GROUP BY c.relname ORDER BY c.relname
"""

# A column counts as unique only if it is the one key of its index.
INDEXES = """
SELECT t.relname, a.attname, i.indisunique AND i.indnkeyatts = 1
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
WHERE t.relnamespace = 'public'::regnamespace
ORDER BY t.relname, a.attname
"""
