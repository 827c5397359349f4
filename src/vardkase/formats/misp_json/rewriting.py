"""Rewrites a version kept as record when a retention rule says so. Everything else of the version stays as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import zstandard
from django.db import transaction

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import LEVEL, read_snapshot
from vardkase.intel.models import EventVersion, Snapshot

type Change = Callable[[dict[str, Any]], int]
"""Changes the event of a document, and returns how many places it changed."""


def document_of(version: EventVersion) -> dict[str, Any]:
    found = json.loads(read_snapshot(str(version.event_uuid), version.version))
    return dict(found["Event"])


@transaction.atomic
def rewrite_version(version_id: int, change: Change) -> tuple[int, str]:
    """Change the document of a version; returns how many places, and the SHA-256 of the former document.

    The former document is deleted unless another version has the same. Number, time and audiences stay.
    """
    version = EventVersion.objects.select_for_update().get(pk=version_id)
    former = version.snapshot_id
    event = document_of(version)
    count = change(event)
    if not count:
        return 0, former
    document = json.dumps({"Event": event}, ensure_ascii=False, separators=(",", ":")).encode()
    snapshot = Snapshot(
        sha256=hashlib.sha256(document).hexdigest(),
        document=zstandard.ZstdCompressor(level=LEVEL).compress(document),
        size=len(document),
    )
    executor = cursor()
    executor.execute("SELECT set_config('vardkase.disposal', 'on', true)")
    executor.execute(
        REWRITE,
        {
            "version": version.pk,
            "sha256": snapshot.sha256,
            "document": snapshot.document,
            "size": snapshot.size,
            "info": str(event.get("info", "")) if version.info else "",
            "former": former,
        },
    )
    executor.execute(FORGET, {"former": former})
    executor.execute("SELECT set_config('vardkase.disposal', '', true)")
    return count, former


REWRITE = """
WITH kept AS (
    INSERT INTO snapshot (sha256, document, size) VALUES (%(sha256)s, %(document)s, %(size)s) ON CONFLICT DO NOTHING
)
UPDATE event_version SET snapshot_id = %(sha256)s, info = %(info)s WHERE id = %(version)s
"""
FORGET = """
DELETE FROM snapshot s WHERE s.sha256 = %(former)s
    AND NOT EXISTS (SELECT 1 FROM event_version v WHERE v.snapshot_id = s.sha256)
"""
