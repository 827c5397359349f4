"""Events too big for memory: read element by element, written in chunks, all or nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw
from vardkase.api.body import LAZY_BODY
from vardkase.intel.services.events import CHUNK

COUNT = CHUNK + 1_500
PADDING = "x" * (LAZY_BODY // COUNT)


@pytest.fixture
def raw(server: WebServer, server_seed: Seed) -> Raw:
    """Plain requests of an analyst who may publish."""
    return Raw(server.url, server_seed.org_admin.key)


def big_event(**more: Any) -> dict[str, Any]:
    """An event of more than one chunk, whose body is read element by element."""
    attributes = [
        {"type": "domain", "value": f"d{number}.example.com", "comment": PADDING} for number in range(COUNT)
    ]
    return {"info": "big", "uuid": str(uuid4()), "distribution": "1", "Attribute": attributes, **more}


def add(raw: Raw, body: Any) -> tuple[int, Any]:
    """Send it; the response contains only the header."""
    return raw.post("/events/add/metadata:1", body)


@pytest.mark.parametrize("wrap", [lambda event: event, lambda event: {"request": {"Event": event}}])
def test_all_attributes_of_a_big_event_are_stored(raw: Raw, wrap: Any) -> None:
    """Bare or wrapped, across the boundary between two chunks."""
    event = big_event()
    status, body = add(raw, wrap(event))
    assert (status, body["Event"]["attribute_count"]) == (200, str(COUNT))
    found = raw.post("/attributes/restSearch", {"eventid": event["uuid"], "returnFormat": "count"})
    assert found[1] == COUNT


def test_duplicates_are_refused_across_chunks(raw: Raw) -> None:
    """The same value, and the same uuid, in the first chunk and in the last."""
    event = big_event()
    uuid = str(uuid4())
    event["Attribute"][0]["uuid"] = uuid
    event["Attribute"] += [
        {"type": "domain", "value": "D1.example.com"},
        {**event["Attribute"][2], "uuid": uuid},
    ]
    status, body = add(raw, event)
    assert (status, body["Event"]["attribute_count"]) == (200, str(COUNT))


def test_invalid_json_in_a_later_chunk_changes_nothing(raw: Raw) -> None:
    """The first chunk is already written, in a transaction that is rolled back."""
    event = big_event()
    event["Attribute"][COUNT - 1]["comment"] = "BROKEN"
    encoded = requests.models.complexjson.dumps(event).replace('"BROKEN"', '"\\ud800 alone"')
    headers = {"Authorization": raw.key, "Accept": "application/json", "Content-Type": "application/json"}
    answer = requests.post(f"{raw.url}/events/add", data=encoded, headers=headers, timeout=60)
    assert answer.status_code == 405
    assert answer.json()["message"].startswith("Invalid JSON input.")
    assert raw.get(f"/events/view/{event['uuid']}")[0] == 404


def test_rejected_header_changes_nothing(raw: Raw) -> None:
    """Errors of the event itself are reported before anything is stored."""
    event = big_event(threat_level_id="9")
    status, body = add(raw, event)
    assert status == 403
    assert list(body["errors"]["Event"]) == ["threat_level_id"]
    assert raw.get(f"/events/view/{event['uuid']}")[0] == 404
