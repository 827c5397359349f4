"""The `DatabaseWrapper` that Django loads for `vardkase.core.database.postgresql`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg.errors import Diagnostic

from vardkase.core.database.pool import dedicated, is_pooled
from vardkase.core.time_budget import check_time

IDLE_LIMIT = 30.0
"""Seconds after which an unused connection is asked whether it lives: a failover may leave it without a word."""


WAITING_FOR_REPLICAS = "SyncRepWaitForLSN"
"""The function of PostgreSQL that warns, and acknowledges, when a commit is cancelled that waits for a replica."""


class OutcomeUnknown(OperationalError):
    """The connection broke, or was cut, during a commit: it may have been stored, and survive, or not."""


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
    _helper: ThreadPoolExecutor | None = None
    _running: tuple[Future[None], ...] = ()
    _unreplicated = False

    def in_background(self, work: Callable[[Any], None]) -> None:
        """Let a thread do `work` with this connection, after what it was given before.

        Whatever uses the connection next waits for it, and raises its error.
        """
        if not self._running:
            self.ensure_connection()
        self._helper = self._helper or ThreadPoolExecutor(1, "database")
        self._running = (*self._running, self._helper.submit(work, self.connection))

    def _finish_running(self) -> None:
        running, self._running = self._running, ()
        wait(running)  # All of them, since after an error the others fail too, but not at once.
        for future in running:
            future.result()

    def ensure_connection(self) -> None:
        """Open a connection when there is none, or none that works. Raises OutOfTime."""
        check_time()
        if self._running:
            self._finish_running()
        # Without autocommit, as right after connecting, a query would begin a transaction.
        replaceable = self.autocommit and not self.in_atomic_block and not self.pinned
        if self.connection is not None and replaceable:
            now = time.monotonic()
            if self._is_doubtful(now) and not self.is_usable():
                self.close()
            self._used = now
        super().ensure_connection()

    def close_if_unusable_or_obsolete(self) -> None:
        """Before and after each request. Django's own would first open a connection in place of a lost one, and the
        request would fail where that cannot be done, also where it needs none: of a replica that is gone."""
        is_ours = self.connection is not None and not self.in_atomic_block and not self.pinned
        if is_ours and self._is_doubtful(time.monotonic()) and not self.is_usable():
            self.close()
        super().close_if_unusable_or_obsolete()

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        if is_pooled(self.settings_dict):
            parameters["dbname"] = dedicated(parameters["dbname"], _limits.statement_seconds)
        elif _limits.statement_seconds:
            # Set as the connection is opened: a SET afterwards would cost a round trip.
            limit = f"-c statement_timeout={_limits.statement_seconds}s"
            parameters["options"] = f"{parameters.get('options') or ''} {limit}".strip()
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._used = time.monotonic()
        opened = super().get_new_connection(conn_params)
        opened.add_notice_handler(self._note)
        return opened

    def _note(self, said: Diagnostic) -> None:
        # Not by its text, which is in the server's language.
        self._unreplicated = self._unreplicated or said.source_function == WAITING_FOR_REPLICAS

    def _commit(self) -> Any:
        with self.wrap_database_errors:  # So that Django rolls back.
            self._finish_running()
        self._unreplicated = False
        try:
            result = super()._commit()  # type: ignore[misc]  # the stubs leave it out
        except OperationalError as error:
            if self.connection is None or self.connection.closed:
                raise OutcomeUnknown(*error.args) from error.__cause__
            raise
        if self._unreplicated:
            # Stored here, on no other node yet: the next failover may lose it.
            raise OutcomeUnknown("A commit was not confirmed by a replica.")
        return result

    def _rollback(self) -> Any:
        self._abandon_running()
        return super()._rollback()  # type: ignore[misc]  # the stubs leave it out

    def _abandon_running(self) -> None:
        running, self._running = self._running, ()
        wait([future for future in running if not future.cancel()])

    def close(self) -> None:
        self._abandon_running()
        if self._helper is not None:
            self._helper.shutdown(wait=False)
            self._helper = None
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
