"""Which attributes the last published version of an event has, to tell new ones from changed ones."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.intel.models import EventVersion

MOST_BYTES = 4 * 2**20
"""Of a version that is read for a page of the table: about 8,000 attributes."""


class _WithUuid(Struct):
    uuid: str


class _WithAttributes(Struct):
    Attribute: list[_WithUuid] = []


class _Parts(Struct):
    Attribute: list[_WithUuid] = []
    Object: list[_WithAttributes] = []


class _Version(Struct):
    Event: _Parts


def published_attributes(event_uuid: UUID) -> frozenset[str] | None:
    """Their uuids, deleted ones included; None if there is no version, or if it is too large to be read for this."""
    versions = EventVersion.objects.filter(event_uuid=event_uuid).order_by("-version")
    last = versions.values_list("version", "snapshot_id", "snapshot__size").first()
    if last is None or last[2] > MOST_BYTES:
        return None
    return _attributes_of(str(event_uuid), last[0], last[1])


@lru_cache(maxsize=16)
def _attributes_of(event_uuid: str, version: int, _sha256: str) -> frozenset[str]:
    event = msgspec.json.decode(read_snapshot(event_uuid, version), type=_Version).Event
    parts = [event.Attribute, *(each.Attribute for each in event.Object)]
    return frozenset(attribute.uuid for some in parts for attribute in some)
