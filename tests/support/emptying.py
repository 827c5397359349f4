"""Restores the database after a test that commits: only tables that were filled are emptied, not all two
hundred.

Django truncates every table and then recreates content types and permissions: most of a second, where a test
commits to a dozen tables. Where the database user may not disable triggers, Django's way is used.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})
"""Filled by migrations; nothing else writes to them."""
JOBS = frozenset(f"procrastinate_{name}" for name in ("jobs", "events", "periodic_defers", "workers"))
"""Tables that Django does not manage and would leave filled for the next test."""
_djangos = TransactionTestCase._fixture_teardown


def _empty(case: TransactionTestCase) -> None:
    special = case.available_apps is not None or case.serialized_rollback
    if special or not _may_switch_off_triggers():
        _djangos(case)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        # Disables foreign keys and the triggers that protect published rows from deletion.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _filled(cursor):
            cursor.execute(f'DELETE FROM "{table}"')


def _filled(cursor: Any) -> list[str]:
    # Prepared: planning it takes fifty times as long as the answer, and there are a thousand such tests.
    cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'filled'")
    if not cursor.rowcount:
        cursor.execute("PREPARE filled AS " + _question())
    cursor.execute("EXECUTE filled")
    return [table for (table,) in cursor.fetchall()]


@cache
def _question() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    asked = sorted((tables | JOBS) - KEPT)
    return " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in asked)


def _may_switch_off_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def install() -> None:
    """Make every test that commits end this way."""
    TransactionTestCase._fixture_teardown = _empty
    # Django connects anew after each of these tests: what PostgreSQL keeps of tables and plans would go each time.
    TransactionTestCase._should_reload_connections = lambda _case: False
