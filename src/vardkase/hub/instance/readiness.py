"""Whether this node can serve requests. Told to everybody, so it names parts and nothing about them."""

from __future__ import annotations

import time
from math import inf
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from vardkase.core import files
from vardkase.core.file_columns import missing_files
from vardkase.core.files.in_use import other_place
from vardkase.core.optional_parts import PartMissing
from vardkase.core.sql import cursor
from vardkase.hub.instance.diagnostics import known_migrations

OK, FAULT, UNKNOWN = "ok", "fault", "unknown"
NOT_ANSWERING = {"database": FAULT, "migrations": UNKNOWN, "storage": UNKNOWN, "worker": UNKNOWN}
SILENCE = 60
"""Seconds without a heartbeat after which a worker counts as gone; it sends one every ten."""


def readiness() -> dict[str, str]:
    """Each part that requests need, with `ok`, `fault` or `unknown`."""
    works = storage_works()
    try:
        is_migrated = known_migrations() <= set(MigrationRecorder(connection).applied_migrations())
        beats = cursor().execute(HEARTBEATS, {"silence": SILENCE}).fetchall()
        works = works and (not is_migrated or _stored_files.are_there())
    except DatabaseError:
        return {**NOT_ANSWERING, "storage": _stated(works)}
    return {
        "database": OK,
        "migrations": _stated(is_migrated),
        "storage": _stated(works),
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


class StoredFiles:
    """Whether those that the database names are where this process looks for them; asked once a minute while they
    are. A folder that is not mounted is empty, and can be written to."""

    def __init__(self) -> None:
        self._seen = -inf

    def are_there(self) -> bool:
        if time.monotonic() < self._seen + LOOKED_FOR_EACH:
            return True
        try:
            are_there = not other_place() and not missing_files()
        except OSError:
            return False
        if are_there:
            self._seen = time.monotonic()
        return are_there


_stored_files = StoredFiles()


def storage_works() -> bool:
    try:
        files.check()
    except (OSError, PartMissing):
        return False
    return True


def _stated(works: bool) -> str:
    return OK if works else FAULT


LOOKED_FOR_EACH = 60.0
HEARTBEATS = """
SELECT id, last_heartbeat, greatest(last_heartbeat - now(), now() - last_heartbeat) < make_interval(secs => %(silence)s)
FROM procrastinate_workers ORDER BY id
"""
