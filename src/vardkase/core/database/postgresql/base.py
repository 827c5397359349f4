"""The `DatabaseWrapper` that Django loads for `vardkase.core.database.postgresql`."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from vardkase.core.time_budget import check_time

IDLE_LIMIT = 30.0
"""Seconds after which an unused connection is asked whether it lives: a failover may leave it without a word."""


class _Limits(threading.local):
    statement_seconds = 0


_limits = _Limits()


def limit_statements(seconds: int) -> None:
    """Set a statement timeout for the current thread. Call before it connects."""
    _limits.statement_seconds = seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at its socket before each use: a server that ends a connection says so, or closes it.

    That takes two system calls of a microsecond instead of the `SELECT 1` of CONN_HEALTH_CHECKS, and it serves
    psycopg's cursors (`core.sql.cursor`) and Django's alike, because both begin with `ensure_connection`. libpq makes
    the calls without releasing the interpreter's lock, for which threads of the web server would then have to wait, as
    they would after `select.poll`. Inside a transaction nothing is replaced: what was done in it is lost, and its next
    statement fails.
    """

    pinned = False
    """Set by code that keeps state in its session (LISTEN, advisory locks) and must notice when that is gone."""
    _used = 0.0

    def ensure_connection(self) -> None:
        """Open a connection when there is none, or none that works. Raises OutOfTime."""
        check_time()
        # Without autocommit, as right after connecting, a query would begin a transaction.
        replaceable = self.autocommit and not self.in_atomic_block and not self.pinned
        if self.connection is not None and replaceable:
            now = time.monotonic()
            if self._is_doubtful(now) and not self.is_usable():
                self.close()
            self._used = now
        super().ensure_connection()

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        if _limits.statement_seconds:
            limit = f"-c statement_timeout={_limits.statement_seconds}s"
            parameters["options"] = f"{parameters.get('options') or ''} {limit}".strip()
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._used = time.monotonic()
        return super().get_new_connection(conn_params)

    def close(self) -> None:
        super().close()
        self.pinned = False

    def _is_doubtful(self, now: float) -> bool:
        if self.connection.closed or now - self._used > IDLE_LIMIT:
            return True
        try:
            self.connection.pgconn.consume_input()  # The first may read what the server said before it closed.
            self.connection.pgconn.consume_input()
        except psycopg.Error:
            return True
        return False
