"""What a document says is stored as it says: times of objects and of what is in them, and files that are empty."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.exchange.test_pull_troubles import connection, good, misp
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


def test_an_objects_times_stay_its_own(seed: Seed) -> None:
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


def test_an_object_that_is_added_by_itself_lends_its_times_as_in_misp(seed: Seed) -> None:
    """Recorded: behaviour 17, objects/add."""
    number = call(seed.analyst.key, "POST", "/events/add", {"info": "host"})[1]["Event"]["id"]
    found = {**HOST, "Attribute": [inside(first_seen=FIRST)]}
    assert call(seed.analyst.key, "POST", f"/objects/add/{number}", found)[0] == 200
    assert seen(seed, number) == [(FIRST, LAST)]


def test_an_objects_times_stay_its_own_in_a_pull(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    uuid, said = good(Object=[{**HOST, "uuid": str(uuid4()), "distribution": "5", "Attribute": [inside()]}])
    with serving(misp({uuid: said})) as peer:
        assert pull(seed.site_admin.actor, connection(seed, peer.url)).events == 1
    assert seen(seed, uuid) == [(None, None)]


def test_a_file_that_is_empty_is_said_to_be(seed: Seed) -> None:
    """Recorded: behaviour 10, the view at its end."""
    named = {"type": "attachment", "category": "Payload delivery"}
    sent = [{**named, "value": "empty.txt", "data": ""}, {**named, "value": "full.txt", "data": "YQ=="}]
    document = {"info": "files", "Attribute": [*sent, {"type": "domain", "value": "a.example"}]}
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert status == 200
    shown = call(seed.analyst.key, "GET", f"/events/view/{body['Event']['id']}")[1]["Event"]["Attribute"]
    told = {each["value"]: each.get("data", "none") for each in shown}
    assert told == {"empty.txt": "", "full.txt": "YQ==", "a.example": "none"}
    searched = {"eventid": body["Event"]["id"], "withAttachments": 1}
    found = call(seed.analyst.key, "POST", "/attributes/restSearch", searched)[1]["response"]["Attribute"]
    assert {each["value"]: each.get("data", "none") for each in found} == told
