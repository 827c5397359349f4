"""Reads from a replica of the database, which sees everything that was committed when the request began.

Who reads asks the primary for the position of its log and waits until the replica has replayed it, for a moment;
otherwise the primary answers. So people and clients see their own writes at once, whichever node took them, and what
others have withdrawn, restricted or put in quarantine is gone at once as well. No session has to remember anything.

Only what is declared as reading comes here, inside `reading`. Accounts, keys and limits have been read from the
primary before. What is written meanwhile goes there too: models by the router, SQL inside `on_primary`; any other
statement that would write is refused by the replica, and then the whole is done again on the primary.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

REPLICA = "replica"
PATIENCE = 0.05
"""Seconds that a request waits for the replica; it is usually a few milliseconds behind."""
STEP = 0.002
BEHIND, BROKEN = 1.0, 10.0
"""Seconds for which a process asks no replica that was behind, or did not answer, so that not every request waits."""
CONNECT = 2
"""Seconds to wait for a connection: the primary answers as well."""


class _Chosen(threading.local):
    alias = DEFAULT_DB_ALIAS


_chosen = _Chosen()
_paused_until = 0.0


def alias() -> str:
    """The database that this thread reads from now."""
    return _chosen.alias


def read[Result](work: Callable[[], Result]) -> Result:
    """Run `work`, which only reads, on the replica if there is one that is up to date, else on the primary."""
    if alias() == REPLICA or not is_current():
        return work()
    try:
        with _on(REPLICA):
            return work()
    except (Error, psycopg.Error) as error:
        # It may have tried to write, met a row that the replica had to remove, or lost the replica.
        if not _concerns_replica(error):
            raise
    return work()


def streamed(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The pieces of an answer that is made while it is sent, from the database that is chosen now."""
    chosen = alias()
    if chosen == DEFAULT_DB_ALIAS:
        return pieces
    return _streamed(iter(pieces), chosen)


def _streamed(pieces: Iterator[bytes], chosen: str) -> Iterator[bytes]:
    try:
        while True:
            with _on(chosen):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece
    finally:
        if hasattr(pieces, "close"):
            pieces.close()


@contextmanager
def on_primary() -> Iterator[None]:
    """For the statements that write in a request that reads."""
    with _on(DEFAULT_DB_ALIAS):
        yield


def is_current() -> bool:
    """Whether there is a replica that has replayed all that is committed now; waits for it for PATIENCE."""
    if REPLICA not in connections.settings or time.monotonic() < _paused_until:
        return False
    primary = connections[DEFAULT_DB_ALIAS]
    if primary.in_atomic_block:  # Its own writes are not committed yet.
        return False
    try:
        with primary.cursor() as cursor:
            cursor.execute(COMMITTED)
            committed = cursor.fetchone()
        with connections[REPLICA].cursor() as cursor:
            deadline = time.monotonic() + PATIENCE
            while True:
                cursor.execute(REPLAYED, committed)
                if cursor.fetchone()[0]:
                    return True
                if time.monotonic() > deadline:
                    break
                time.sleep(STEP)
    except Error:
        connections[REPLICA].close()
        _pause(BROKEN)
        return False
    _pause(BEHIND)
    return False


COMMITTED = """
    SELECT pg_current_wal_flush_lsn()::text, system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
    FROM pg_control_system()
"""
# A former primary, or one that follows another server or timeline, is none: positions of two cannot be compared.
REPLAYED = """
    SELECT pg_is_in_recovery() AND coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false)
        AND system_identifier = %s
        AND EXISTS (
            SELECT FROM pg_stat_wal_receiver
            WHERE status = 'streaming' AND lpad(upper(to_hex(received_tli)), 8, '0') = %s
        )
    FROM pg_control_system()
"""


class ReplicaRouter:
    """Django's models: read where the thread reads, written on the primary."""

    def db_for_read(self, _model: type[Model], **_hints: Any) -> str | None:
        return None if alias() == DEFAULT_DB_ALIAS else alias()

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _first: Model, _second: Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def _on(chosen: str) -> Iterator[None]:
    before, _chosen.alias = _chosen.alias, chosen
    try:
        yield
    finally:
        _chosen.alias = before


def _pause(seconds: float) -> None:
    global _paused_until  # noqa: PLW0603 - one number for the process, and any thread may set it
    _paused_until = time.monotonic() + seconds


def _concerns_replica(error: Exception) -> bool:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    # Writes are refused; a row that is read was removed; no connection; it shuts down.
    return state is None or state in ("25006", "40001", "55000") or state.startswith(("08", "57P", "0A"))
