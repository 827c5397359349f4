"""Two real hubs: published events reach the other hub by pull and push, as the rules require."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from bench.client import Refused
from tests.exchange.hubs import Hub

Hubs = tuple[Hub, Hub, Hub]


def distributions(event: dict[str, Any] | None) -> dict[str, str]:
    """Value → distribution of an event's attributes."""
    found = event["Attribute"] if event else []
    return {attribute["value"]: attribute["distribution"] for attribute in found}


def moved_events(message: str) -> int:
    """How many events a pull or push moved."""
    return int(message.split(".")[1].split(maxsplit=1)[0])


def attribute(value: str, **members: Any) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "type": "text", "category": "Other", "value": value, **members}


def test_each_hop_lowers_the_distribution(hubs: Hubs) -> None:
    a, b, _ = hubs
    inside = [attribute(f"reach {reach}", distribution=reach) for reach in (0, 1, 2, 3, 5)]
    mine = {
        reach: a.add(distribution=reach, Attribute=[dict(each, uuid=str(uuid4())) for each in inside])
        for reach in range(4)
    }
    b.pull()
    assert b.event(mine[0]["uuid"]) is None
    for reach, arrived in ((1, "0"), (2, "1"), (3, "3")):
        event = b.event(mine[reach]["uuid"])
        assert event
        assert event["distribution"] == arrived
        assert distributions(event) == {"reach 1": "0", "reach 2": "1", "reach 3": "3", "reach 5": "5"}
        assert event["Orgc"]["uuid"] == mine[reach]["Orgc"]["uuid"]
        assert event["org_id"] == "1"


def test_changes_at_the_origin_are_pulled(hubs: Hubs) -> None:
    a, b, _ = hubs
    one, other = attribute("first"), attribute("second")
    event = a.add(Attribute=[one, other], Tag=[{"name": "tlp:green"}, {"name": "own", "local": 1}])
    b.pull()
    assert [tag["name"] for tag in (b.event(event["uuid"]) or {})["Tag"]] == ["tlp:green"]
    later = int(event["timestamp"]) + 10
    changed = [
        {**one, "value": "changed", "timestamp": later},
        {**other, "deleted": True, "timestamp": later},
    ]
    a.post(f"/events/edit/{event['uuid']}", {"Event": {"timestamp": later, "Attribute": changed}})
    assert moved_events(b.pull("update")) == 0  # Not republished.
    a.post(f"/events/publish/{event['uuid']}")
    assert moved_events(b.pull("update")) == 1
    found = (b.event(event["uuid"]) or {})["Attribute"]
    assert {each["value"]: each["deleted"] for each in found} == {"changed": False, "second": True}


def test_own_event_is_not_changed_by_a_peer(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add()
    b.pull()
    copy = b.event(event["uuid"]) or {}
    later = {"timestamp": int(event["timestamp"]) + 60, "info": "changed on B", "published": True}
    b.post(f"/events/edit/{event['uuid']}", {"Event": {**later, "Attribute": copy["Attribute"]}})
    a.pull()
    assert (a.event(event["uuid"]) or {})["info"] == event["info"]


def test_single_event_is_pulled_by_id_or_uuid(hubs: Hubs) -> None:
    a, b, _ = hubs
    one, other = a.add(), a.add()
    assert moved_events(b.pull(one["id"])) == 1
    assert b.event(one["uuid"])
    assert b.event(other["uuid"]) is None
    assert moved_events(b.pull(other["uuid"])) == 1
    assert "1 events could not be pulled" in b.pull("99999999")
    with pytest.raises(Refused, match="Invalid pull technique"):
        b.pull("nosuch")


def test_pull_rules_filter_by_tag(hubs: Hubs) -> None:
    a, b, _ = hubs
    keep, drop, both = (
        a.add(Tag=[{"name": name} for name in names]) for names in (("keep",), ("drop",), ("keep", "drop"))
    )
    rules = {"tags": {"OR": ["keep"], "NOT": ["drop"]}, "orgs": {"OR": [], "NOT": []}, "url_params": ""}
    b.post(f"/servers/edit/{b.connection}", {"pull_rules": json.dumps(rules)})
    try:
        b.pull()
        assert b.event(keep["uuid"])
        assert not b.event(drop["uuid"])
        assert not b.event(both["uuid"])
    finally:
        b.post(f"/servers/edit/{b.connection}", {"pull_rules": json.dumps({})})
    b.pull()
    assert b.event(drop["uuid"])


def test_deleted_event_is_not_pulled_again(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add()
    b.pull()
    b.post(f"/events/delete/{event['uuid']}")
    b.pull()
    assert b.event(event["uuid"]) is None


def test_sightings_and_notes_are_pulled(hubs: Hubs) -> None:
    a, b, _ = hubs
    for hub in (a, b):  # Everyone sees every sighting.
        hub.post("/servers/serverSettingsEdit/Plugin.Sightings_policy", {"value": 2})
    event = a.add()
    b.pull()
    number = (b.event(event["uuid"]) or {})["Attribute"][0]["uuid"]
    a.post(f"/sightings/add/{number}", {"source": "sensor"})
    a.post(f"/events/publishSightings/{event['uuid']}")
    a.post(f"/analyst_data/add/Note/{event['uuid']}/Event", {"note": "told on A", "distribution": 3})
    message = b.pull()
    assert "1 sightings pulled" in message
    assert "1 analyst data pulled" in message
    copy = b.get(f"/events/view/{event['uuid']}")["Event"]
    assert [each["source"] for each in copy["Attribute"][0]["Sighting"]] == ["sensor"]
    assert [each["note"] for each in copy["Note"]] == ["told on A"]


def test_proposals_are_pulled_by_the_origin(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add()
    b.pull()
    proposed = {"type": "domain", "category": "Network activity", "value": f"{uuid4()}.example"}
    b.post(f"/shadow_attributes/add/{event['uuid']}", proposed)
    assert "1 proposals pulled" in a.pull()
    held = (a.event(event["uuid"]) or {})["ShadowAttribute"]
    assert [each["value"] for each in held] == [proposed["value"]]


def test_push_sends_only_permitted_distributions(hubs: Hubs) -> None:
    a, b, _ = hubs
    b.push()  # Flush what other tests left.
    inside = [attribute(f"sent {reach}", distribution=reach) for reach in (0, 1, 2, 3, 5)]
    mine = {
        reach: b.add(distribution=reach, Attribute=[dict(each, uuid=str(uuid4())) for each in inside])
        for reach in range(4)
    }
    hidden = b.add(published=False)
    assert b.push() == "Push complete. 2 events pushed, 0 events could not be pushed."
    for reach, arrived in ((0, None), (1, None), (2, "1"), (3, "3")):
        event = a.event(mine[reach]["uuid"])
        assert (event and event["distribution"]) == arrived
        if event:
            assert distributions(event) == {"sent 2": "1", "sent 3": "3", "sent 5": "5"}
            assert event["locked"] is True
    assert a.event(hidden["uuid"]) is None
    assert b.push() == "Push complete. 0 events pushed, 0 events could not be pushed."


def test_push_rules_exclude_events(hubs: Hubs) -> None:
    a, b, _ = hubs
    b.push()
    kept, sent = b.add(Tag=[{"name": "stays"}]), b.add()
    tag = b.get("/tags/search/stays")[0]["Tag"]["id"]
    rules = {"tags": {"OR": [], "NOT": [tag]}, "orgs": {"OR": [], "NOT": []}}
    b.post(f"/servers/edit/{b.connection}", {"push_rules": json.dumps(rules)})
    try:
        assert moved_events(b.push()) == 1
    finally:
        b.post(f"/servers/edit/{b.connection}", {"push_rules": json.dumps({})})
    assert a.event(kept["uuid"]) is None
    assert a.event(sent["uuid"])


def test_published_event_is_pushed_automatically(hubs: Hubs) -> None:
    a, b, _ = hubs
    b.set(push=True)
    try:
        event = b.add(published=False)
        b.post(f"/events/publish/{event['uuid']}")
        deadline = time.monotonic() + 60
        while (arrived := a.event(event["uuid"])) is None and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        b.set(push=False)
    assert arrived
    assert arrived["published"] is True


def test_protected_events_are_synchronised_only_when_signed(hubs: Hubs) -> None:
    """As a real MISP does (recordings, sync 22)."""
    a, b, _ = hubs
    vouched, foreign, bare = (a.add(published=False) for _ in range(3))
    for event in (vouched, foreign, bare):
        a.post(f"/events/protect/{event['id']}")
    b.post(f"/events/protect/{b.add(distribution=0)['id']}")
    for event, hub in ((vouched, a), (foreign, b)):
        armored = hub.client.get("/users/getGpgPublicKey").body.decode()
        a.post(f"/cryptographicKeys/add/Event/{event['id']}", {"type": "pgp", "key_data": armored})
    for event in (vouched, foreign, bare):
        a.post(f"/events/publish/{event['id']}")
    b.pull()
    arrived = b.event(vouched["uuid"])
    assert arrived
    assert (arrived["protected"], len(arrived["CryptographicKey"])) == (True, 1)
    assert [b.event(event["uuid"]) for event in (foreign, bare)] == [None, None]

    def changed(info: str) -> None:
        a.post(f"/events/edit/{vouched['id']}", {"info": info})
        a.post(f"/events/publish/{vouched['id']}")
        time.sleep(1)  # A change within the same second does not count as newer.

    time.sleep(1)
    changed("pulled, signed")
    b.pull()
    assert info_of(b.event(vouched["uuid"])) == "pulled, signed"
    changed("pushed, signed")
    assert moved_events(a.push()) >= 1
    assert info_of(b.event(vouched["uuid"])) == "pushed, signed"
    a.post(f"/events/unprotect/{vouched['id']}")
    changed("unsigned")
    a.push()
    b.pull()
    assert info_of(b.event(vouched["uuid"])) == "pushed, signed"


def info_of(event: dict[str, Any] | None) -> str:
    """What an event says it is about."""
    return event["info"] if event else ""


def test_spill_is_kept_from_readers_on_both_hubs(hubs: Hubs) -> None:
    """Declared where it was made, the event has no reader there, nor where it was sent to, and does not come back."""
    a, b, _ = hubs
    value = f"{uuid4()}.spill.example"
    uuid = a.add(Attribute=[{"type": "domain", "value": value}])["uuid"]
    assert moved_events(a.push()) >= 1
    assert b.event(uuid)
    assert (
        a.post(f"/spills/declare/{uuid}", {"kind": "unsure", "reason": "Prov av rutinen."})["Spill"]["state"]
        == "open"
    )
    assert a.event(uuid) is None
    deadline = time.monotonic() + 30
    while b.event(uuid) and time.monotonic() < deadline:
        time.sleep(0.2)
    b.pull()
    a.pull()
    for hub in (a, b):
        assert hub.event(uuid) is None
        assert hub.post("/attributes/restSearch", {"value": value})["response"]["Attribute"] == []
        assert {each["Spill"]["event_uuid"] for each in hub.get("/spills/index")} >= {uuid}
