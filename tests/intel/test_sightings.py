"""Sightings: who may report them, on what, and who sees them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories.seed import Seed
from tests.factories.sightings import attribute_of, beacons, configure, seen_by, sight
from vardkase.intel.models import Attribute, Event
from vardkase.intel.sightings.hooks import (
    SightingsRemoved,
    StoredSighting,
    sightings_removed,
    sightings_stored,
)
from vardkase.intel.sightings.models import Sighting
from vardkase.intel.sightings.queries import last_sighted

UNKNOWN = "11111111-1111-4111-8111-111111111111"
NOTHING = {
    "message": "Could not add the Sighting. Reason: No valid attributes found that match the criteria."
}


@pytest.fixture
def event(seed: Seed) -> Event:
    return beacons(seed)


def test_attribute_is_named_by_id_uuid_or_value(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    expected = {"attribute_id": str(attribute.pk), "event_id": str(event.pk), "type": "0", "source": ""}
    for thing, said in (
        (attribute.pk, {}),
        (attribute.uuid, {"value": "198.51.100.2"}),
        ("", {"id": str(attribute.pk)}),
        ("", {"uuid": str(attribute.uuid)}),
        ("", {"value": "198.51.100.1"}),
        ("", {"values": "198.51.100.1"}),
        ("", {"values": ["198.51.100.1"]}),
        ("", {"Sighting": {"values": ["198.51.100.1"]}}),
        ("", {"filters": {"type": "ip-dst"}, "values": ["198.51.100.1"]}),
        ("", {"filters": {"uuid": str(attribute.uuid)}}),
    ):
        body = sight(seed.analyst, thing, **said)
        assert body["Sighting"].items() >= expected.items(), (thing, said, body)
        assert list(body) == ["Sighting"]
        assert list(body["Sighting"]) == [
            "id",
            "attribute_id",
            "event_id",
            "org_id",
            "date_sighting",
            "uuid",
            "source",
            "type",
        ]
    assert Sighting.objects.count() == 10


def test_values_objects_and_events_add_a_sighting_per_attribute(seed: Seed, event: Event) -> None:
    sight(seed.analyst, values=["198.51.100.1", "198.51.100.2", "nowhere.example"])
    assert Sighting.objects.count() == 2
    sight(seed.analyst, event.misp_objects.get().uuid)
    assert Sighting.objects.count() == 4
    sight(seed.analyst, event.uuid)
    assert Sighting.objects.count() == 9


def test_type_source_and_date_are_stored(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    said = sight(seed.analyst, attribute.pk, type="1", source="honeypot", timestamp=1_700_000_000)["Sighting"]
    assert (said["type"], said["source"], said["date_sighting"]) == ("1", "honeypot", "1700000000")
    dated = sight(seed.analyst, attribute.pk, date="2024-01-02", time="03:04:05")["Sighting"]
    assert dated["date_sighting"] == "1704164645"
    now = sight(seed.analyst, attribute.pk)["Sighting"]
    assert abs(int(now["date_sighting"]) - time.time()) < 10


@pytest.mark.parametrize(
    "said",
    [
        {"type": "3"},
        {"type": "fp"},
        {"type": ["0"]},
        {"type": 10**30},
        {"timestamp": "nope"},
        {"timestamp": [1]},
        {"timestamp": 10**30},
        {"timestamp": -5},
        {"date": "yesterday-ish"},
        {"date": {"a": 1}},
        {"source": "a" * 300},
        {"source": ["a"]},
    ],
)
def test_invalid_sightings_are_rejected(seed: Seed, event: Event, said: dict[str, Any]) -> None:
    """As in MISP: status 200 with the reason; nothing is stored."""
    body = sight(seed.analyst, attribute_of(event, "198.51.100.1").pk, **said)
    assert body["message"].startswith("Could not add the Sighting. Reason: ")
    assert not Sighting.objects.exists()


@pytest.mark.parametrize(
    "thing", ["0", "999999", UNKNOWN, "abc", "9" * 40, "%00", "1' OR '1'='1"], ids=lambda thing: thing[:8]
)
def test_unknown_targets_add_nothing(seed: Seed, event: Event, thing: str) -> None:
    status, body = call(seed.analyst.key, "POST", f"/sightings/add/{thing}", {})
    assert body == NOTHING or status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"values": {"a": 1}},
        {"values": [["x"], {"y": 1}, None]},
        {"values": []},
        {"filters": {"value": {"nope": []}}},
        {"filters": "x"},
        {"id": {"a": 1}},
        {"id": 10**40},
        {"value": "\ud800"},
        [],
        [1],
        {},
    ],
    ids=str,
)
def test_invalid_bodies_add_nothing(seed: Seed, event: Event, body: Any) -> None:
    response = send(seed.analyst.key, "POST", "/sightings/add", body)
    assert response.status_code < 500
    assert not Sighting.objects.exists()


def test_expiration_replaces_the_organisations_earlier_one(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    sight(seed.partner, attribute.pk, type="2", timestamp=1_600_000_000)
    sight(seed.analyst, attribute.pk, type="2", timestamp=1_700_000_000)
    sight(seed.analyst, attribute.pk, type="2", timestamp=1_750_000_000)
    dates = Sighting.objects.order_by("pk").values_list("org__name", "date_sighting")
    assert list(dates) == [("Organisation B", 1_600_000_000), ("Organisation A", 1_750_000_000)]


def test_sighting_requires_permission_and_a_writing_key(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    status, body = call(seed.reader.key, "POST", f"/sightings/add/{attribute.pk}", {})
    assert (status, body["message"]) == (403, "You do not have permission to use this functionality.")
    assert not Sighting.objects.exists()


def test_hidden_attributes_cannot_be_sighted(seed: Seed, event: Event) -> None:
    hidden = attribute_of(event, "198.51.100.3")
    for thing, said in (
        (hidden.pk, {}),
        (hidden.uuid, {}),
        ("", {"value": "198.51.100.3"}),
        ("", {"filters": {"type": "ip-dst"}, "value": "198.51.100.3"}),
    ):
        assert sight(seed.stranger, thing, **said) == NOTHING
    event.misp_objects.update(distribution=0)
    assert sight(seed.stranger, event.misp_objects.get().uuid) == NOTHING
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert sight(seed.stranger, attribute_of(event, "198.51.100.1").pk) == NOTHING
    assert sight(seed.stranger, event.uuid) == NOTHING
    assert not Sighting.objects.exists()


def test_sighting_does_not_change_the_event(seed: Seed, event: Event) -> None:
    before = Event.objects.values().get(pk=event.pk)
    sight(seed.analyst, attribute_of(event, "198.51.100.1").pk)
    assert Event.objects.values().get(pk=event.pk) == before


@pytest.fixture
def sighted(seed: Seed, event: Event) -> Event:
    """A has sighted the first address, B both, the hub the second."""
    sight(seed.analyst, value="198.51.100.1")
    sight(seed.partner, values=["198.51.100.1", "198.51.100.2"])
    sight(seed.site_admin, value="198.51.100.2")
    return event


A, B, HUB = "Organisation A", "Organisation B", "Hub"
EVERYTHING = [(A, "198.51.100.1"), (B, "198.51.100.1"), (B, "198.51.100.2"), (HUB, "198.51.100.2")]


@pytest.mark.parametrize(
    ("policy", "partner", "stranger"),
    [
        (0, EVERYTHING[1:3], []),
        (1, EVERYTHING, []),
        (2, EVERYTHING, EVERYTHING),
        (3, EVERYTHING[1:], EVERYTHING[3:]),
    ],
)
def test_policy_decides_who_sees_whose_sightings(
    seed: Seed,
    sighted: Event,
    policy: int,
    partner: list[tuple[str, str]],
    stranger: list[tuple[str, str]],
) -> None:
    """Alike in the event, in every list, in searches and individually."""
    configure("Plugin.Sightings_policy", policy)
    configure("MISP.host_org_id", seed.hub.pk)
    for api_user, expected in (
        (seed.analyst, EVERYTHING),
        (seed.site_admin, EVERYTHING),
        (seed.partner, partner),
        (seed.stranger, stranger),
    ):
        assert seen_by(api_user, sighted) == expected
        _, listed = call(api_user.key, "GET", "/sightings/index")
        assert len(listed) == len(expected)
        _, searched = call(api_user.key, "POST", "/sightings/restSearch", {"returnFormat": "json"})
        assert len(searched["response"]) == len(expected)
        _, of_event = call(
            api_user.key, "POST", "/sightings/listSightings", {"id": sighted.pk, "context": "event"}
        )
        assert len(of_event) == len(expected)
        _, found = call(
            api_user.key, "POST", "/attributes/restSearch", {"includeSightings": 1, "eventid": sighted.pk}
        )
        shown = [each for attribute in found["response"]["Attribute"] for each in attribute["Sighting"]]
        assert len(shown) == len(expected)
        for sighting in Sighting.objects.all():
            status, _ = call(api_user.key, "GET", f"/sightings/view/{sighting.pk}")
            assert (status == 200) == (str(sighting.pk) in {each["id"] for each in listed})


def test_sightings_of_a_hidden_attribute_are_hidden(seed: Seed, sighted: Event) -> None:
    configure("Plugin.Sightings_policy", 2)
    Attribute.objects.filter(value1="198.51.100.1").update(distribution=0)
    assert seen_by(seed.stranger, sighted) == EVERYTHING[2:]
    assert len(call(seed.stranger.key, "GET", "/sightings/index")[1]) == 2
    Event.objects.filter(pk=sighted.pk).update(distribution=0)
    assert call(seed.stranger.key, "GET", "/sightings/index")[1] == []


def test_anonymised_sightings_hide_their_organisation(seed: Seed, sighted: Event) -> None:
    configure("Plugin.Sightings_policy", 2)
    configure("Plugin.Sightings_anonymise", True)
    nobody = [("nobody", value) for _, value in EVERYTHING]
    assert seen_by(seed.stranger, sighted) == nobody
    assert seen_by(seed.partner, sighted) == [nobody[0], *EVERYTHING[1:3], nobody[3]]
    assert seen_by(seed.site_admin, sighted) == EVERYTHING
    search = {"org_id": seed.org_b.pk}
    assert call(seed.stranger.key, "POST", "/sightings/restSearch", search)[1]["response"] == []
    configure("Plugin.Sightings_anonymise_as", seed.hub.pk)
    assert seen_by(seed.stranger, sighted) == [(HUB, value) for _, value in EVERYTHING]


def test_event_without_sightings_on_request(seed: Seed, sighted: Event) -> None:
    _, body = call(seed.analyst.key, "POST", f"/events/view/{sighted.pk}", {"noSightings": 1})
    assert not any("Sighting" in attribute for attribute in body["Event"]["Attribute"])


def test_attributes_in_objects_show_their_sightings(seed: Seed, event: Event) -> None:
    sight(seed.analyst, value="a.exe")
    _, body = call(seed.analyst.key, "GET", f"/events/view/{event.pk}")
    inside = {each["value"]: each.get("Sighting") for each in body["Event"]["Object"][0]["Attribute"]}
    assert len(inside["a.exe"]) == 1
    assert list(inside["a.exe"][0]) == [
        "id",
        "attribute_id",
        "event_id",
        "org_id",
        "date_sighting",
        "uuid",
        "source",
        "type",
        "attribute_uuid",
        "Organisation",
    ]


def test_only_the_own_organisation_deletes_a_sighting(seed: Seed, sighted: Event) -> None:
    configure("Plugin.Sightings_policy", 2)
    own, theirs = Sighting.objects.order_by("pk")[:2]
    refused = call(seed.analyst.key, "POST", f"/sightings/delete/{theirs.pk}")
    assert refused[0] == 404
    assert refused[1]["message"] == "Invalid sighting."
    status, body = call(seed.colleague.key, "POST", f"/sightings/delete/{own.uuid}")
    assert (status, body["message"]) == (200, "Sighting successfully deleted.")
    assert call(seed.analyst.key, "POST", f"/sightings/delete/{own.pk}")[0] == 404
    assert call(seed.reader.key, "POST", f"/sightings/delete/{theirs.pk}")[0] == 403
    assert call(seed.site_admin.key, "POST", f"/sightings/quickDelete/{theirs.pk}")[1]["saved"] is True
    assert Sighting.objects.count() == 2


def test_deleting_attribute_or_event_deletes_its_sightings(seed: Seed, sighted: Event) -> None:
    gone = attribute_of(sighted, "198.51.100.1")
    call(seed.analyst.key, "POST", f"/attributes/delete/{gone.pk}/1")
    assert Sighting.objects.count() == 2
    call(seed.analyst.key, "POST", f"/events/delete/{sighted.pk}")
    assert not Sighting.objects.exists()


def test_deleted_attribute_can_be_sighted(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    call(seed.analyst.key, "POST", f"/attributes/delete/{attribute.pk}")
    assert "Sighting" in sight(seed.analyst, attribute.uuid)
    assert sight(seed.stranger, attribute.uuid) == NOTHING


def test_hooks_receive_stored_and_removed_sightings(seed: Seed, event: Event) -> None:
    heard: list[Any] = []
    sightings_stored.register(heard.append)
    sightings_removed.register(heard.append)
    try:
        number = sight(seed.analyst, value="198.51.100.1", timestamp=1_700_000_000)["Sighting"]["id"]
        call(seed.analyst.key, "POST", f"/sightings/delete/{number}")
    finally:
        sightings_stored._listeners.remove(heard.append)
        sightings_removed._listeners.remove(heard.append)
    stored, removed = heard
    assert isinstance(stored[0], StoredSighting)
    assert (stored[0].id, stored[0].date_sighting) == (int(number), 1_700_000_000)
    assert removed == SightingsRemoved((stored[0].attribute_id,))


def test_last_sighting_of_an_attribute(seed: Seed, event: Event) -> None:
    attribute = attribute_of(event, "198.51.100.1")
    for said in ({"timestamp": 1_600_000_000}, {"timestamp": 1_500_000_000}, {"type": "1"}):
        sight(seed.analyst, attribute.pk, **said)
    assert last_sighted(seed.analyst.actor, [attribute.pk, 0]) == {attribute.pk: 1_600_000_000}
    assert last_sighted(seed.stranger.actor, [attribute.pk]) == {}


def test_get_describes_how_to_add(seed: Seed) -> None:
    about = answer(send(seed.analyst.key, "GET", "/sightings/add/1"))
    assert about["mandatory_fields"] == {"OR": ["values", "id"]}
