"""Indicators of a search for Kunai, a monitoring tool for Linux hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from vardkase.analysis.search.filters import Search
from vardkase.core.instance import instance_uuid
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor

SEVERITY = {
    "md5": 10, "sha1": 10, "sha256": 10, "sha512": 10,
    "filename|md5": 10, "filename|sha1": 10, "filename|sha256": 10, "filename|sha512": 10,
    "domain": 7, "hostname": 7,
    "ip-dst": 5, "domain|ip": 5,
}  # fmt: skip
"""Type of attribute → its severity, of 10. Of a composite value the second part is exported."""

COLUMNS = "a.type, a.uuid::text, coalesce(a.value2, a.value1), e.uuid::text"


def indicators(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    source = f"[{actor.organisation_name} MISP] {instance_uuid()}"
    pages = rows_of(actor, search, ids, COLUMNS, types=SEVERITY)
    yield b"["
    yield from joined(msgspec.json.encode([_indicator(source, *row) for row in rows])[1:-1] for rows in pages)
    yield b"]"


def _indicator(source: str, type: str, uuid: str, value: str, event_uuid: str) -> dict[str, str | int]:
    return {
        "type": type,
        "uuid": uuid,
        "source": source,
        "value": value,
        "event_uuid": event_uuid,
        "severity": SEVERITY[type],
    }
