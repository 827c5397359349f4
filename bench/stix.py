"""STIX 2.1 of one event: converted by misp-stix in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Client, Refused
from bench.memory import watched
from bench.row import Row, milliseconds

TARGETS = {"an event of 10,000": 30_000.0}


def stix_rows(client: Client, event: str, published: Path | None, pid: int | None) -> Iterator[Row]:
    """An event of 10,000 attributes, and the largest MISP event among the files of a folder, if one is given."""
    events = {"an event of 10,000": event}
    if published is not None:
        name, document = largest(published)
        events[f"the largest published event ({name})"] = _added(client, document)
    for name, number in events.items():
        asked = {"returnFormat": "stix2", "eventid": number}
        with watched(pid) as peak:
            answer = client.post("/events/restSearch", asked)
        objects = len(answer.json()["objects"])
        if objects < 100:
            raise RuntimeError(f"STIX of {name} has {objects} objects")
        row = milliseconds(f"STIX 2.1 of {name}", [answer], peak, TARGETS.get(name))
        row.detail |= {"objects": objects, "confined_memory_mb": round(peak.confined or 0.0, 1)}
        yield row


def largest(folder: Path) -> tuple[str, dict[str, Any]]:
    """The name and document of the biggest file in `folder` that holds an event."""
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_size, reverse=True):
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        response = document.get("response", document)
        return path.stem, response[0] if isinstance(response, list) else response
    raise LookupError(f"No event in {folder}")


def _added(client: Client, document: dict[str, Any]) -> str:
    """The id of the event, which an earlier run may have left there."""
    try:
        answer = client.post("/events/add/metadata:1", document)
    except Refused:
        answer = client.get(f"/events/view/{document['Event']['uuid']}")
    return str(answer.json()["Event"]["id"])
