"""The event index of another instance, and which of its events are missing here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.peer import Peer
from vardkase.exchange.servers.rules import index_request
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_bool, as_int

EVENT_INDEX = "events/index"


@dataclass(frozen=True, slots=True)
class OfferedEvent:
    """An event in the index of another instance. Times are Unix seconds."""

    uuid: str
    timestamp: int
    sighting_timestamp: int
    creator: str


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What we have of an event that is offered."""

    id: int
    timestamp: int
    sighting_timestamp: int
    locked: bool


def offered_events(peer: Peer, rules: Mapping[str, Any]) -> list[OfferedEvent]:
    found = peer.document("POST", EVENT_INDEX, index_request(rules))
    # One event alone may come without a list around it.
    rows = [found] if isinstance(found, dict) and "id" in found else found
    if not isinstance(rows, list):
        raise OutgoingFailed(SyncProblem.NO_EVENT_LIST())
    offered = []
    for row in rows:
        if not isinstance(row, dict) or not as_bool(row.get("published")):
            continue
        uuid, creator = (str(row.get(name) or "").lower() for name in ("uuid", "orgc_uuid"))
        if UUID.fullmatch(uuid):
            timestamp, sighted = (as_int(row.get(name)) or 0 for name in ("timestamp", "sighting_timestamp"))
            offered.append(OfferedEvent(uuid, timestamp, sighted, creator))
    return offered


def blocked_of(offered: Sequence[OfferedEvent]) -> frozenset[str]:
    """The uuids of offered events and creators that are on a blocklist."""
    events = {event.uuid for event in offered}
    creators = {event.creator for event in offered if UUID.fullmatch(event.creator)}
    rows = cursor().execute(BLOCKED, {"events": list(events), "creators": list(creators)})
    return frozenset(row[0] for row in rows.fetchall())


def known_events(offered: Iterable[OfferedEvent]) -> dict[str, KnownEvent]:
    rows = cursor().execute(KNOWN, {"uuids": [event.uuid for event in offered]}).fetchall()
    return {uuid: KnownEvent(*values) for uuid, *values in rows}


BLOCKED = """
SELECT uuid::text FROM blocklist_entry
WHERE kind = 'event' AND uuid = ANY(%(events)s::uuid[])
    OR kind = 'organisation' AND uuid = ANY(%(creators)s::uuid[])
"""

KNOWN = """
SELECT uuid::text, id, greatest(timestamp, private_timestamp),
    greatest(sighting_timestamp, private_sighting_timestamp), locked
FROM event WHERE uuid = ANY(%(uuids)s::uuid[])
"""
