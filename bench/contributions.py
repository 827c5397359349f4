"""What readers add to events: ten thousand sightings, by value and as a peer pushes them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

from bench.client import Client
from bench.memory import watched
from bench.row import Row

COUNT = 10_000
TARGET = 3_000.0


def sighting_rows(client: Client, event: str, pid: int | None) -> Iterator[Row]:
    """A sighting of every value of an event of 10,000, then one of every attribute as from a peer."""
    found = client.post(f"/events/view/{event}", {}).json()["Event"]
    values = [attribute["value"] for attribute in found["Attribute"]]
    pushed = [_pushed(attribute["uuid"]) for attribute in found["Attribute"]]
    yield _row(
        client, pid, "sightings of {:,} values", "/sightings/add", {"values": values, "source": "bench"}
    )
    yield _row(client, pid, "{:,} sightings pushed", f"/sightings/bulkSaveSightings/{found['uuid']}", pushed)


def _pushed(attribute_uuid: str) -> dict[str, str]:
    return {
        "uuid": str(uuid.uuid4()),
        "attribute_uuid": attribute_uuid,
        "date_sighting": str(int(time.time()) - 60),
        "type": "0",
        "source": "bench",
    }


def _row(client: Client, pid: int | None, name: str, path: str, body: Any) -> Row:
    before = _stored(client)
    with watched(pid) as peak:
        answer = client.post(path, body)
    added = _stored(client) - before
    if added < COUNT:
        raise RuntimeError(f"{path} added {added} sightings: {answer.body[:200]!r}")
    memory = {} if peak.web is None else {"web_memory_mb": round(peak.web, 1)}
    detail = {"sightings": added, **memory}
    return Row(name.format(COUNT), answer.seconds * 1000, "ms", TARGET, detail=detail)


def _stored(client: Client) -> int:
    return len(
        client.post("/sightings/restSearch", {"returnFormat": "json", "last": "30d"}).json()["response"]
    )
