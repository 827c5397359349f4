"""Whether this node can serve requests. Told to everybody, so it names parts and nothing about them."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from vardkase.core import files
from vardkase.core.optional_parts import PartMissing
from vardkase.core.sql import cursor
from vardkase.hub.instance.diagnostics import known_migrations

OK, FAULT, UNKNOWN = "ok", "fault", "unknown"
NOT_ANSWERING = {"database": FAULT, "migrations": UNKNOWN, "storage": UNKNOWN, "worker": UNKNOWN}
SILENCE = 60
"""Seconds without a heartbeat after which a worker counts as gone; it sends one every ten."""


def readiness() -> dict[str, str]:
    """Each part that requests need, with `ok`, `fault` or `unknown`."""
    storage = _stated(storage_works())
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
        is_beating = bool(cursor().execute(HEARTBEAT, (SILENCE,)).fetchone())
    except DatabaseError:
        return {**NOT_ANSWERING, "storage": storage}
    return {
        "database": OK,
        "migrations": _stated(known_migrations() <= applied),
        "storage": storage,
        "worker": _stated(is_beating),
    }


def storage_works() -> bool:
    try:
        files.check()
    except (OSError, PartMissing):
        return False
    return True


def _stated(works: bool) -> str:
    return OK if works else FAULT


HEARTBEAT = """
SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s) LIMIT 1
"""
