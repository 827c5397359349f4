"""Whether this node can serve requests. Told to everybody, so it names parts and nothing about them."""

from __future__ import annotations

import time
from math import inf
from typing import Any

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
        beats = cursor().execute(HEARTBEATS, {"silence": SILENCE}).fetchall()
    except DatabaseError:
        return {**NOT_ANSWERING, "storage": storage}
    return {
        "database": OK,
        "migrations": _stated(known_migrations() <= applied),
        "storage": storage,
        "worker": _stated(_heartbeats.are_recent(beats)),
    }


class Heartbeats:
    """Those that this process has seen. After a clock jumped, none is recent by the clock until each worker's next,
    but those that changed a moment ago were."""

    def __init__(self) -> None:
        self._seen: list[Any] | None = None
        self._changed = -inf

    def are_recent(self, beats: list[Any]) -> bool:
        """`beats`: id and time of each worker's last, and whether it is recent by the clock."""
        seen = [beat[:2] for beat in beats]
        if self._seen is not None and seen != self._seen:
            self._changed = time.monotonic()
        self._seen = seen
        return bool(beats) and (any(beat[2] for beat in beats) or time.monotonic() < self._changed + SILENCE)


_heartbeats = Heartbeats()


def storage_works() -> bool:
    try:
        files.check()
    except (OSError, PartMissing):
        return False
    return True


def _stated(works: bool) -> str:
    return OK if works else FAULT


HEARTBEATS = """
SELECT id, last_heartbeat, greatest(last_heartbeat - now(), now() - last_heartbeat) < make_interval(secs => %(silence)s)
FROM procrastinate_workers ORDER BY id
"""
