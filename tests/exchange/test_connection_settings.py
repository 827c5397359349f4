"""The effect of each setting of a connection, between real hubs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.exchange.hubs import Hub
from tests.exchange.oracle import stored

Hubs = tuple[Hub, Hub, Hub]


def attribute(value: str, **members: Any) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "type": "text", "category": "Other", "value": value, **members}


def tags(hub: Hub, uuid: str) -> set[str]:
    return {tag["name"] for tag in (hub.event(uuid) or {}).get("Tag", ())}


def change(hub: Hub, uuid: str, **members: Any) -> None:
    """Change an event with a timestamp one second later, and publish it."""
    event = hub.event(uuid) or {}
    hub.post(f"/events/edit/{uuid}", {"Event": {"timestamp": int(event["timestamp"]) + 1, **members}})
    hub.post(f"/events/publish/{uuid}")


def happens_soon(happens: Callable[[], Any]) -> bool:
    """Whether the workers make `happens` true within a minute."""
    deadline = time.monotonic() + 60
    while not (done := happens()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(done)


def test_published_events_are_forwarded_from_hub_to_hub(hubs: Hubs) -> None:
    """From A to B to C automatically, no further than the distribution permits, and not in circles."""
    a, b, c = hubs
    for hub in hubs:
        hub.post("/servers/serverSettingsEdit/Plugin.Sightings_policy", {"value": 2})
    ways = [(a, "B"), (b, "A"), (b, "C"), (c, "B")]
    for hub, peer in ways:
        hub.set(peer, push=True, push_sightings=True)
    try:
        inside = [attribute(f"reach {reach}", distribution=reach) for reach in (1, 2, 3, 5)]
        near, far = (a.add(distribution=reach, published=False, Attribute=inside) for reach in (2, 3))
        inside = [dict(each, uuid=str(uuid4())) for each in inside]
        far = a.add(published=False, Attribute=inside)
        for event in (near, far):
            a.post(f"/events/publish/{event['uuid']}")
        assert happens_soon(lambda: c.event(far["uuid"]))
        change(a, far["uuid"], info="changed")
        assert happens_soon(lambda: (c.event(far["uuid"]) or {})["info"] == "changed")
        seen = inside[3]["uuid"]
        a.post(f"/sightings/add/{seen}", {"source": "sensor of A"})
        a.post(f"/events/publishSightings/{far['uuid']}")
        asked = {"returnFormat": "json", "uuid": [far["uuid"]]}
        assert happens_soon(lambda: c.post("/sightings/restSearch/event", asked)["response"])
    finally:
        for hub, peer in ways:
            hub.set(peer, push=False, push_sightings=False)
    reached = [{each["value"] for each in (hub.event(far["uuid"]) or {})["Attribute"]} for hub in (b, c)]
    assert reached == [{"reach 2", "reach 3", "reach 5"}, {"reach 3", "reach 5"}]
    assert (b.event(near["uuid"]) or {})["distribution"] == "1"
    assert c.event(near["uuid"]) is None
    assert (a.event(far["uuid"]) or {})["locked"] is False


def test_unpublish_event_setting_leaves_incoming_events_unpublished(hubs: Hubs) -> None:
    a, b, _ = hubs
    pulled, pushed = a.add(), b.add()
    b.set("A", unpublish_event=True)
    try:
        b.pull(of="A")
        b.push(to="A")
    finally:
        b.set("A", unpublish_event=False)
    assert (b.event(pulled["uuid"]) or {})["published"] is False
    assert (a.event(pushed["uuid"]) or {})["published"] is False


def test_remove_missing_tags_setting_removes_tags_gone_at_the_origin(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add(
        Tag=[{"name": "one"}, {"name": "two"}], Attribute=[attribute("tagged", Tag=[{"name": "three"}])]
    )
    b.pull(of="A")
    b.post("/tags/attachTagToObject", {"uuid": event["uuid"], "tag": "own", "local": 1})
    inside = event["Attribute"][0]["uuid"]
    time.sleep(1)  # A change within the same second does not count as newer.
    a.post("/tags/removeTagFromObject", {"uuid": event["uuid"], "tag": "one"})
    a.post("/tags/removeTagFromObject", {"uuid": inside, "tag": "three"})
    change(a, event["uuid"])
    b.pull(of="A")
    assert tags(b, event["uuid"]) == {"one", "two", "own"}
    time.sleep(1)
    a.post("/attributes/edit/" + inside, {"comment": "later"})
    change(a, event["uuid"])
    b.set("A", remove_missing_tags=True)
    try:
        b.pull(of="A")
    finally:
        b.set("A", remove_missing_tags=False)
    assert tags(b, event["uuid"]) == {"two", "own"}
    assert not (b.event(event["uuid"]) or {})["Attribute"][0].get("Tag")


def test_internal_connection_keeps_distributions_and_local_tags(hubs: Hubs) -> None:
    a, b, _ = hubs
    inside = [attribute(f"reach {reach}", distribution=reach) for reach in (1, 2, 3, 5)]
    event = a.add(distribution=2, Attribute=inside, Tag=[{"name": "local one", "local": 1}])
    b.set("A", internal=True)
    try:
        b.pull(of="A")
        copy = b.event(event["uuid"]) or {}
        sent = b.add(distribution=1, Tag=[{"name": "local two", "local": 1}])
        b.push(to="A")
    finally:
        b.set("A", internal=False)
    assert (copy["distribution"], tags(b, event["uuid"])) == ("2", {"local one"})
    assert {each["distribution"] for each in copy["Attribute"]} == {"1", "2", "3", "5"}
    assert (a.event(sent["uuid"]) or {})["distribution"] == "1"


def test_rules_exclude_types_and_templates(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add(
        Attribute=[attribute("kept"), {"type": "comment", "category": "Other", "value": "left out"}]
    )
    rules = {"type_attributes": {"NOT": ["comment"]}, "type_objects": {"NOT": []}}
    b.post("/servers/serverSettingsEdit/MISP.enable_synchronisation_filtering_on_type", {"value": True})
    b.set("A", pull_rules=json.dumps(rules))
    try:
        b.pull(event["uuid"], of="A")
    finally:
        b.set("A", pull_rules="{}")
        b.post("/servers/serverSettingsEdit/MISP.enable_synchronisation_filtering_on_type", {"value": False})
    assert [each["value"] for each in (b.event(event["uuid"]) or {})["Attribute"]] == ["kept"]


def test_event_with_only_a_report_is_synchronised(hubs: Hubs) -> None:
    a, b, _ = hubs
    report = {"name": "all there is", "content": "text", "distribution": 5}
    pulled, pushed = (hub.add(Attribute=[], published=False) for hub in (a, b))
    for hub, event in ((a, pulled), (b, pushed)):
        hub.post(f"/eventReports/add/{event['id']}", report)
        hub.post(f"/events/publish/{event['uuid']}")
    b.pull(of="A")
    b.push(to="A")
    for hub, event in ((b, pulled), (a, pushed)):
        found = stored(hub.event(event["uuid"]) or {})["EventReport"]
        assert [each["name"] for each in found.values()] == ["all there is"]


def test_sharing_group_of_one_hub_reaches_only_that_hub(hubs: Hubs) -> None:
    a, b, c = hubs
    own = {hub.name: hub.get("/organisations/view/1")["Organisation"]["uuid"] for hub in hubs}
    members = [{"Organisation": {"uuid": own[name], "name": f"Hub {name}"}, "extend": True} for name in "AB"]
    group = a.post(
        "/sharing_groups/add",
        {
            "name": f"hubs {uuid4()}",
            "releasability": "A and B",
            "active": True,
            "roaming": False,
            "SharingGroupOrg": members,
        },
    )["SharingGroup"]
    a.post(f"/sharing_groups/addServer/{group['id']}/{a.connections['B']}/1")
    event = a.add(distribution=4, sharing_group_id=group["id"])
    a.push(to="C")
    c.pull(of="A")
    assert c.event(event["uuid"]) is None
    a.push(to="B")
    copy = b.event(event["uuid"]) or {}
    assert (copy["distribution"], copy["SharingGroup"]["uuid"]) == ("4", group["uuid"])
    b.push(to="C")
    c.pull(of="B")
    assert c.event(event["uuid"]) is None
