"""Searching sightings, and exchanging them with other instances."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call, send
from tests.factories.seed import Seed
from tests.factories.sightings import attribute_of, beacons, configure, sight
from vardkase.intel.models import Attribute, Event
from vardkase.intel.sightings.models import Sighting

A = "Organisation A"
UNKNOWN = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def event(seed: Seed) -> Event:
    return beacons(seed)


def test_quick_add_and_view_endpoints(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    _, body = call(seed.analyst.key, "POST", f"/sightings/quickAdd/{attribute.pk}/1")
    assert body["saved"] is True
    assert Sighting.objects.get().type == 1
    assert call(seed.analyst.key, "POST", f"/sightings/quickAdd/{attribute.pk}/7")[0] == 403
    sight(seed.analyst, attribute.pk, timestamp=1_500_000_000)
    _, listed = call(seed.analyst.key, "GET", f"/sightings/viewSightings/{attribute.pk}/attribute")
    assert [each["Sighting"]["type"] for each in listed] == ["1"]
    configure("Plugin.Sightings_range", 0)
    _, listed = call(seed.analyst.key, "GET", f"/sightings/viewSightings/{attribute.pk}/attribute")
    assert len(listed) == 2


def test_search_filters(seed: Seed, event: Event) -> None:
    first, second = attribute_of(event, "198.51.100.1"), attribute_of(event, "198.51.100.2")
    old = sight(seed.analyst, first.pk, timestamp=1_600_000_000, source="honeypot")["Sighting"]["id"]
    new = sight(seed.analyst, first.pk, type="1")["Sighting"]["id"]
    other = sight(seed.analyst, second.pk)["Sighting"]["id"]

    def found(path: str = "", **filters: Any) -> list[str]:
        status, body = call(seed.analyst.key, "POST", f"/sightings/restSearch{path}", filters)
        assert status == 200, body
        return [each["Sighting"]["id"] for each in body["response"]]

    assert found() == [new, other]
    assert found(last=0) == [old, new, other]
    assert found(last="1d", type="1") == [new]
    assert found(last=0, source="honeypot") == [old]
    assert found(**{"from": "2020-01-01", "to": "2021-01-01"}) == [old]
    assert found("/attribute", id=first.pk, last=0) == [old, new]
    assert found("/attribute", uuid=str(second.uuid)) == [other]
    assert found("/event", id=event.pk) == [new, other]
    assert found("/event", uuid=[str(event.uuid)], last=0) == [old, new, other]
    assert found(org_id=str(seed.org_a.uuid)) == [new, other]
    assert found(org_id=f"!{seed.org_a.uuid}") == []
    assert found(org_id=seed.org_b.pk) == []
    assert found(type=["1", "0"]) == [new, other]


def test_search_includes_what_is_requested(seed: Seed, event: Event) -> None:
    sight(seed.analyst, value="198.51.100.1")
    wanted = {"includeAttribute": 1, "includeEvent": 1, "includeUuid": 1}
    _, body = call(seed.analyst.key, "POST", "/sightings/restSearch", wanted)
    sighting = body["response"][0]["Sighting"]
    assert sighting["value"] == sighting["Attribute"]["value"] == "198.51.100.1"
    assert sighting["event_uuid"] == sighting["Event"]["uuid"] == str(event.uuid)
    assert sighting["Event"]["Orgc"] == {"name": A}
    assert sighting["Organisation"] == {"id": str(seed.org_a.pk), "uuid": str(seed.org_a.uuid), "name": A}


def test_search_returns_csv(seed: Seed, event: Event) -> None:
    sight(seed.analyst, value="198.51.100.1")
    response = send(seed.analyst.key, "POST", "/sightings/restSearch", {"returnFormat": "csv"})
    header, line, *_ = b"".join(response).decode().splitlines()  # type: ignore[arg-type]
    assert header == "id,attribute_id,event_id,org_id,date_sighting,uuid,source,type"
    assert line.endswith(',"",0')


@pytest.mark.parametrize(
    ("path", "filters", "refusal"),
    [
        ("/attribute", {}, "An ID or UUID must be provided if the context is set."),
        ("/attribute", {"id": "200"}, "Invalid ID `200` provided."),
        ("/tag", {"id": 1}, "Invalid context tag."),
        ("", {"source": [["x"]]}, "Invalid filter: source must be a text, a number or a list of them."),
    ],
)
def test_invalid_searches_are_rejected(seed: Seed, path: str, filters: dict[str, Any], refusal: str) -> None:
    status, body = call(seed.analyst.key, "POST", f"/sightings/restSearch{path}", filters)
    assert (status, body["message"]) == (400, refusal)


def of_peer(attribute: Attribute, **members: Any) -> dict[str, Any]:
    """A sighting as sent by another instance."""
    organisation = {"uuid": "cccccccc-0000-4000-8000-00000000000c", "name": "Far away"}
    return {
        "attribute_uuid": str(attribute.uuid),
        "uuid": str(uuid4()),
        "date_sighting": "1700000500",
        "source": "bulk",
        "type": "0",
        "org_id": "77",
        "Organisation": organisation,
        **members,
    }


def test_peer_pushes_sightings_once(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    pushed = [
        of_peer(attribute),
        of_peer(attribute, Organisation=None, org_id="0"),
        of_peer(attribute_of(event, "198.51.100.3")),
        of_peer(attribute, type="9"),
        of_peer(attribute, date_sighting="never"),
        "nonsense",
        {},
    ]
    path = f"/sightings/bulkSaveSightings/{event.uuid}"
    assert call(seed.partner_sync.key, "POST", path, pushed) == (
        200,
        {"saved": True, "success": "2 sightings added."},
    )
    assert call(seed.partner_sync.key, "POST", path, pushed)[1] == {
        "saved": False,
        "success": "No sightings added.",
    }
    assert set(Sighting.objects.values_list("org__name", flat=True)) == {"Far away", None}
    asked = f"/sightings/filterSightingUuidsForPush/{event.uuid}"
    known = call(seed.partner_sync.key, "POST", asked, [pushed[0]["uuid"], UNKNOWN, "x", 5])[1]
    assert known == [pushed[0]["uuid"]]
    assert call(seed.partner.key, "POST", asked, [])[0] == 403
    status, body = call(seed.partner_sync.key, "POST", f"/sightings/bulkSaveSightings/{UNKNOWN}", [])
    assert (status, body["message"]) == (405, "Event not found or not accessible by this user.")


def test_pushed_sightings_belong_to_the_sender_unless_a_sync_user(seed: Seed, event: Event) -> None:
    pushed = [of_peer(attribute_of(event, "198.51.100.1"))]
    call(seed.partner.key, "POST", f"/sightings/bulkSaveSightings/{event.uuid}", pushed)
    assert Sighting.objects.get().org == seed.org_b
    assert call(seed.reader.key, "POST", f"/sightings/bulkSaveSightings/{event.uuid}", [])[0] == 403


def test_sightings_in_a_document_are_stored(seed: Seed) -> None:
    attributes: list[dict[str, Any]] = [
        {"uuid": str(uuid4()), "type": "ip-dst", "value": f"203.0.113.{n}"} for n in range(3)
    ]
    there = {"date_sighting": "1700000000", "uuid": str(uuid4()), "type": "0", "source": "there"}
    attributes[0]["Sighting"] = [there]
    beside = {**there, "uuid": str(uuid4()), "attribute_uuid": attributes[1]["uuid"]}
    document = {"info": "From afar", "distribution": 1, "Attribute": attributes, "Sighting": [beside]}
    _, body = call(seed.partner_sync.key, "POST", "/events/add", document)
    event = Event.objects.get(pk=body["Event"]["id"])
    by_value = dict(Sighting.objects.values_list("attribute__value1", "source"))
    assert by_value == {"203.0.113.0": "there", "203.0.113.1": "there"}

    attributes[2]["Sighting"] = [{**there, "uuid": str(uuid4())}]
    edited = {"timestamp": str(int(time.time()) + 60), "Attribute": attributes}
    status, _ = call(seed.partner_sync.key, "POST", f"/events/edit/{event.pk}", edited)
    assert (status, Sighting.objects.filter(event=event).count()) == (200, 3)


def test_publishing_sightings_updates_the_sighting_timestamp(seed: Seed, event: Event) -> None:
    status, body = call(seed.partner.key, "POST", f"/events/publishSightings/{event.uuid}")
    assert (status, body["message"], body["id"]) == (200, "Sightings published", str(event.pk))
    published = Event.objects.get(pk=event.pk)
    assert abs(published.sighting_timestamp - time.time()) < 10
    assert published.timestamp == event.timestamp
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert call(seed.stranger.key, "POST", f"/events/publishSightings/{event.uuid}")[0] == 404
    assert call(seed.reader.key, "POST", f"/events/publishSightings/{event.uuid}")[0] == 403
