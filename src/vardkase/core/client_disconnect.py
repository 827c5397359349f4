"""Cancels work for a client that has disconnected."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
from django.db import connections

CANCEL_PATIENCE = 2.0
CLIENT_GONE = 499
"""The status, nginx's own, of what nobody will read."""


def has_left(request: object) -> bool:
    """True if the request's client has disconnected, which may explain later failures."""
    interruption = getattr(request, "interruption", None)
    return isinstance(interruption, Interruption) and interruption.client_is_gone


class Interruption:
    """One request's work in one thread; its PostgreSQL query is cancelled when the client disconnects.

    `is_harmless` says whether that is safe: only reads are cancelled, as a client may send data to store and
    leave without waiting for a response.
    """

    def __init__(self, *, is_harmless: bool) -> None:
        self.is_harmless = is_harmless
        self.client_is_gone = False
        self._lock = threading.Lock()
        self._database: Any = None
        self._may_cancel_later = False

    def __enter__(self) -> None:
        with self._lock:
            self._database = connections["default"]

    def __exit__(self, *_: object) -> None:
        with self._lock:  # Not while a query is being cancelled: it would hit the next request's.
            database, self._database = self._database, None
        if self._may_cancel_later:
            database.close()

    def interrupt(self) -> None:
        """Cancel the query, as the client has disconnected. Call from another thread; may take
        `CANCEL_PATIENCE` seconds."""
        self.client_is_gone = True
        with self._lock:
            open_connection = self._database.connection if self._database is not None else None
            if open_connection is None or not self.is_harmless:
                return
            try:
                open_connection.cancel_safe(timeout=CANCEL_PATIENCE)
            except psycopg.Error:
                # A busy server may still carry it out, on whatever the connection is then used for.
                self._may_cancel_later = True
