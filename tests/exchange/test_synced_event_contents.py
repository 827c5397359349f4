"""Whole events between three real hubs, both ways: each copy is compared with the expected one (oracle)."""

from __future__ import annotations

import json
import re
import time
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4, uuid5

from tests.exchange.hubs import Hub
from tests.exchange.oracle import Document, Way, by_pull, by_push, differences, expected, stored
from tests.wire.samples import OWN, PUBLISHED

Hubs = tuple[Hub, Hub, Hub]
A_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SMALL = sorted((each.document for each in (*OWN, *PUBLISHED)), key=lambda document: len(json.dumps(document)))
REACHES = (5, 5, 5, 3, 2, 1, 0)


def sample_event(number: int, distribution: int) -> Document:
    """One of the sample events under new uuids, its parts with every distribution, with local and other tags."""
    run = uuid4()
    document = SMALL[number]["Event"]
    own = {"Orgc", "Org"}  # Organisations and templates are the same everywhere.
    kept = {str(part.get("template_uuid")) for part in document.get("Object", ())}
    written = json.dumps({name: value for name, value in document.items() if name not in own})
    renewed = A_UUID.sub(lambda found: found[0] if found[0] in kept else str(uuid5(run, found[0])), written)
    event: Document = json.loads(renewed) | {"published": True, "distribution": distribution}
    event["Tag"] = [{"name": "tlp:green"}, {"name": "only-here", "local": 1}]
    reaches = cycle(REACHES)
    for part in (*event.get("Attribute", ()), *event.get("Object", ())):
        part["distribution"] = next(reaches)
        for inner in part.get("Attribute", ()):
            inner["distribution"] = next(reaches)
    for part in event.get("Attribute", ())[:3]:
        part["Tag"] = [{"name": "seen"}, {"name": "only-here", "local": 1}]
    event["EventReport"] = [
        {"uuid": str(uuid4()), "name": f"reach {reach}", "content": "text", "distribution": reach}
        for reach in range(4)
    ]
    return event


def enter(hub: Hub, event: Document) -> str:
    hub.post("/events/add/metadata:1", {"Event": event})
    return str(event["uuid"])


def compare(origin: Hub, other: Hub, uuid: str, way: Way) -> None:
    """Assert that the other hub's copy is exactly the expected one."""
    found = other.event(uuid)
    wanted = expected(origin.event(uuid) or {}, way)
    assert not differences(found and stored(found), wanted)


def counts(hub: Hub, uuid: str) -> tuple[str, int]:
    """The attribute count that a hub reports for an event, and the actual number."""
    event = hub.event(uuid) or {}
    return event["attribute_count"], stored(event)["living"]


def test_pulled_events_match_over_two_hops(hubs: Hubs) -> None:
    a, b, c = hubs
    half = len(SMALL) // 2
    of_a = {enter(a, sample_event(number, (3, 2, 1, 0)[number % 4])): number for number in range(half)}
    of_b = {
        enter(b, sample_event(number, (1, 2, 3)[number % 3])): number for number in range(half, len(SMALL))
    }
    b.pull(of="A")
    a.pull(of="B")
    for uuid in of_a:
        compare(a, b, uuid, by_pull())
    for uuid in of_b:
        compare(b, a, uuid, by_pull())
    c.pull(of="B")  # B's own events and, as a second hop, A's.
    for uuid in (*of_a, *of_b):
        if b.event(uuid):
            compare(b, c, uuid, by_pull())
    for uuid in of_b:
        if c.event(uuid):
            assert counts(c, uuid)[0] == str(counts(c, uuid)[1])


def test_pushed_events_and_their_changes_match(hubs: Hubs) -> None:
    a, b, c = hubs
    made = {reach: enter(a, sample_event(0, reach)) for reach in range(4)}
    a.push(to="B")
    for uuid in made.values():
        compare(a, b, uuid, by_push())
    b.push(to="C")
    for uuid in made.values():
        if b.event(uuid):
            compare(b, c, uuid, by_push())

    changed = a.event(made[3]) or {}
    later = int(time.time())
    first, gone, *_ = [each for each in changed["Attribute"] if each["distribution"] == "5"]
    news: dict[str, Any] = {
        "uuid": str(uuid4()),
        "type": "text",
        "category": "Other",
        "value": "new",
        "distribution": 5,
    }
    edit = {
        "timestamp": later,
        "info": "changed at the origin",
        "Tag": [{"name": "later"}],
        "Attribute": [
            {**first, "comment": "changed", "timestamp": later},
            {**gone, "deleted": True, "timestamp": later},
            news,
        ],
    }
    a.post(f"/events/edit/{made[3]}", {"Event": edit})
    a.post(f"/events/publish/{made[3]}")
    a.push(to="B")
    compare(a, b, made[3], by_push())
    b.push(to="C")
    compare(b, c, made[3], by_push())
    assert (c.event(made[3]) or {})["info"] == "changed at the origin"
    assert news["uuid"] in stored(c.event(made[3]) or {})["Attribute"]


def test_deletions_of_parts_spread_and_of_events_do_not(hubs: Hubs) -> None:
    """An event is deleted only on the hub where it is deleted, and does not come back there."""
    a, b, c = hubs
    uuid = enter(a, sample_event(1, 3))
    for hub in (b, c):
        hub.pull(uuid, of="A")
    event = a.event(uuid) or {}
    time.sleep(1)
    a.post(f"/objects/delete/{event['Object'][0]['id']}") if event.get("Object") else None
    a.post(
        f"/attributes/delete/{next(each['id'] for each in event['Attribute'] if each['distribution'] == '5')}"
    )
    a.post(f"/event_reports/delete/{event['EventReport'][3]['id']}")
    a.post(f"/events/publish/{uuid}")
    b.pull("update", of="A")
    compare(a, b, uuid, by_pull())
    b.post(f"/events/delete/{uuid}")
    b.pull(of="A")
    a.push(to="B")
    assert b.event(uuid) is None
    a.post(f"/events/delete/{uuid}")
    c.pull("update", of="A")
    assert c.event(uuid)


def test_sharing_group_of_two_hubs_excludes_the_third(hubs: Hubs) -> None:
    a, b, c = hubs
    own = {hub.name: hub.get("/organisations/view/1")["Organisation"]["uuid"] for hub in hubs}
    group = a.post(
        "/sharing_groups/add",
        {
            "name": f"A and B {uuid4()}",
            "releasability": "two of three",
            "active": True,
            "roaming": True,
            "SharingGroupOrg": [
                {"Organisation": {"uuid": own[name], "name": f"Hub {name}"}, "extend": True} for name in "AB"
            ],
        },
    )["SharingGroup"]
    inside = sample_event(2, 4) | {"sharing_group_id": group["id"]}
    partly = sample_event(3, 3)
    for number, part in enumerate(partly["Attribute"]):
        if number % 3 == 0:
            part |= {"distribution": 4, "sharing_group_id": group["id"]}
    pulled = [enter(a, inside), enter(a, partly)]
    b.pull(of="A")
    c.pull(of="A")
    for uuid in pulled:
        compare(a, b, uuid, by_pull(group["uuid"]))
        compare(a, c, uuid, by_pull())
    pushed = [
        enter(a, sample_event(2, 4) | {"sharing_group_id": group["id"]}),
        enter(a, partly | json.loads(A_UUID.sub(_renewed(partly), json.dumps(partly)))),
    ]
    a.push(to="B")
    a.push(to="C")
    for uuid in pushed:
        compare(a, b, uuid, by_push(group["uuid"]))
        compare(a, c, uuid, by_push())
    for uuid in (pulled[1], pushed[1]):
        assert "4" in {each["distribution"] for each in (b.event(uuid) or {})["Attribute"]}
    b.push(to="C")
    c.pull(of="B")
    held = [c.event(uuid) for uuid in (pulled[0], pushed[0])]
    assert held == [None, None]
    known = b.get(f"/sharing_groups/view/{group['uuid']}")
    assert {each["Organisation"]["uuid"] for each in known["SharingGroupOrg"]} == {own["A"], own["B"]}


def _renewed(event: Document) -> Any:
    run = UUID(event["uuid"])
    kept = {str(part.get("template_uuid")) for part in event.get("Object", ())}
    return lambda found: found[0] if found[0] in kept else str(uuid5(run, found[0]))
