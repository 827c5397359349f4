"""Documents are stored as sent: times of objects and their attributes, and empty files."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.exchange.test_pull_failures import connection, good, misp
from tests.factories.seed import Seed
from vardkase.exchange.sync.pull import pull

FIRST, LAST = "2026-01-02T03:04:05.000000+00:00", "2026-02-03T04:05:06.000000+00:00"
SEEN = {"first_seen": FIRST, "last_seen": LAST}
HOST: dict[str, Any] = {
    "name": "domain-ip",
    "meta-category": "network",
    "description": "",
    "template_uuid": "43b3b146-77eb-4931-b4cc-b66c60f28734",
    "template_version": "9",
    **SEEN,
}


def inside(**members: Any) -> dict[str, Any]:
    value = f"{uuid4()}.example"
    return {"uuid": str(uuid4()), "type": "domain", "object_relation": "domain", "value": value, **members}


def seen(seed: Seed, reference: str) -> list[tuple[str | None, str | None]]:
    """First and last seen of each attribute in the objects of an event."""
    status, body = call(seed.site_admin.key, "GET", f"/events/view/{reference}")
    assert status == 200
    return [
        (each["first_seen"], each["last_seen"])
        for found in body["Event"]["Object"]
        for each in found["Attribute"]
    ]


def test_object_times_are_not_copied_to_its_attributes(seed: Seed) -> None:
    found = {**HOST, "uuid": str(uuid4()), "Attribute": [inside(), inside(first_seen=LAST)]}
    document = {"info": "host", "distribution": 1, "Object": [found]}
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert status == 200
    number = body["Event"]["id"]
    assert seen(seed, number) == [(None, None), (LAST, None)]
    changed = {**found, "Attribute": [inside()], "timestamp": int(body["Event"]["timestamp"]) + 5}
    another = {**HOST, "uuid": str(uuid4()), "Attribute": [inside()]}
    status, body = call(seed.analyst.key, "POST", f"/events/edit/{number}", {"Object": [changed, another]})
    assert status == 200
    assert seen(seed, number) == [(None, None), (LAST, None), (None, None), (None, None)]


def test_object_added_separately_copies_its_times(seed: Seed) -> None:
    """As MISP does (recordings, behaviour 17, objects/add)."""
    number = call(seed.analyst.key, "POST", "/events/add", {"info": "host"})[1]["Event"]["id"]
    found = {**HOST, "Attribute": [inside(first_seen=FIRST)]}
    assert call(seed.analyst.key, "POST", f"/objects/add/{number}", found)[0] == 200
    assert seen(seed, number) == [(FIRST, LAST)]


def test_pulled_object_times_are_not_copied(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    uuid, said = good(Object=[{**HOST, "uuid": str(uuid4()), "distribution": "5", "Attribute": [inside()]}])
    with serving(misp({uuid: said})) as peer:
        assert pull(seed.site_admin.actor, connection(seed, peer.url)).events == 1
    assert seen(seed, uuid) == [(None, None)]


def test_empty_file_has_empty_data(seed: Seed) -> None:
    """Recordings, behaviour 10, the view at its end."""
    named = {"type": "attachment", "category": "Payload delivery"}
    sent = [{**named, "value": "empty.txt", "data": ""}, {**named, "value": "full.txt", "data": "YQ=="}]
    document = {"info": "files", "Attribute": [*sent, {"type": "domain", "value": "a.example"}]}
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert status == 200
    shown = call(seed.analyst.key, "GET", f"/events/view/{body['Event']['id']}")[1]["Event"]["Attribute"]
    contents = {each["value"]: each.get("data", "none") for each in shown}
    assert contents == {"empty.txt": "", "full.txt": "YQ==", "a.example": "none"}
    searched = {"eventid": body["Event"]["id"], "withAttachments": 1}
    found = call(seed.analyst.key, "POST", "/attributes/restSearch", searched)[1]["response"]["Attribute"]
    assert {each["value"]: each.get("data", "none") for each in found} == contents
