"""Three real hubs: sightings, notes, proposals, clusters and collections, what is not transferred, and dry runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.client import Refused
from tests.exchange.hubs import Hub

Hubs = tuple[Hub, Hub, Hub]
EVERYTHING = {
    "push_sightings": True,
    "push_galaxy_clusters": True,
    "push_analyst_data": True,
    "push_collections": True,
}
NOTHING = dict.fromkeys(EVERYTHING, False)


def attribute(value: str, **members: Any) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "type": "text", "category": "Other", "value": value, **members}


def add_note(hub: Hub, of: str, text: str, distribution: int, kind: str = "Event") -> str:
    """A note; returns its uuid."""
    said = hub.post(f"/analyst_data/add/Note/{of}/{kind}", {"note": text, "distribution": distribution})
    return str(said["Note"]["uuid"])


def notes(hub: Hub, *uuids: str) -> dict[str, str]:
    """Note → distribution, of those of the given notes that exist on the hub."""
    path = "".join(f"/uuid[]:{uuid}" for uuid in uuids)
    found = [each["Note"] for each in hub.get(f"/analyst_data/index/Note{path}.json")]
    return {each["note"]: each["distribution"] for each in found}


def sighting(hub: Hub, attribute: str, source: str) -> None:
    hub.post(f"/sightings/add/{attribute}", {"source": source})


def sources(hub: Hub, event: str) -> set[str]:
    found = hub.post("/sightings/restSearch/event", {"returnFormat": "json", "uuid": [event]})["response"]
    return {each["Sighting"]["source"] for each in found}


def show_sightings_to_everyone(*hubs: Hub) -> None:
    for hub in hubs:
        hub.post("/servers/serverSettingsEdit/Plugin.Sightings_policy", {"value": 2})


def tag_id(hub: Hub, name: str) -> str:
    return str(hub.get(f"/tags/search/{name}")[0]["Tag"]["id"])


def rules(**lists: Any) -> str:
    empty: dict[str, Any] = {"tags": {"OR": [], "NOT": []}, "orgs": {"OR": [], "NOT": []}}
    return json.dumps(empty | lists)


def happens_soon(happens: Callable[[], bool]) -> bool:
    """Whether the worker makes `happens` true within a minute."""
    deadline = time.monotonic() + 60
    while not (done := happens()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return done


def test_push_brings_proposals_sightings_and_notes(hubs: Hubs) -> None:
    a, b, _ = hubs
    show_sightings_to_everyone(a, b)
    event = a.add(Attribute=[attribute("seen")])
    b.pull(of="A")
    inside = event["Attribute"][0]["uuid"]
    proposed = {"type": "domain", "category": "Network activity", "value": f"{uuid4()}.example"}
    b.post(f"/shadow_attributes/add/{event['uuid']}", proposed)
    b.post(f"/shadow_attributes/edit/{inside}", {"value": "seen better"})
    sighting(b, inside, "sensor of B")
    b.post(f"/events/publishSightings/{event['uuid']}")
    said = [add_note(b, event["uuid"], f"reach {reach}", reach) for reach in (0, 1, 2, 3)] + [
        add_note(b, inside, "of an attribute", 3, "Attribute")
    ]
    b.set("A", **EVERYTHING)
    try:
        b.push(to="A")
        again = b.push(to="A")
    finally:
        b.set("A", **NOTHING)
    held = a.event(event["uuid"]) or {}
    about = [each["ShadowAttribute"][0]["value"] for each in held["Attribute"] if "ShadowAttribute" in each]
    assert [each["value"] for each in held["ShadowAttribute"]] == [proposed["value"]]
    assert about == ["seen better"]
    assert sources(a, event["uuid"]) == {"sensor of B"}
    assert notes(a, *said) == {"reach 2": "1", "reach 3": "3", "of an attribute": "3"}
    assert again == "Push complete. 0 events pushed, 0 events could not be pushed."


def test_dry_run_reports_moves_without_moving(hubs: Hubs) -> None:
    a, b, _ = hubs
    show_sightings_to_everyone(a, b)
    b.pull(of="A")
    a.pull(of="B")
    event = a.add(info="to be fetched")
    old = a.add(info="known")
    b.pull(old["uuid"], of="A")
    planned = b.post(f"/servers/dryRun/{b.connections['A']}/pull/full")
    fates = {each["uuid"]: each for each in planned["events"]}
    assert planned["move"]["events"] == 1
    assert (fates[event["uuid"]]["moves"], fates[event["uuid"]]["info"]) == (True, "to be fetched")
    assert fates[old["uuid"]]["fate"] == "known"
    assert b.event(event["uuid"]) is None
    assert "1 events pulled" in b.pull(of="A")

    mine = [b.add(info=f"reach {reach}", distribution=reach) for reach in (0, 1, 3)]
    hidden = b.add(published=False)
    add_note(b, mine[2]["uuid"], "would go", 3)
    b.set("A", push=True, **EVERYTHING)
    try:
        planned = b.post(f"/servers/dryRun/{b.connections['A']}/push/full")
    finally:
        b.set("A", push=False, **NOTHING)
    fates = {each["uuid"]: each["fate"] for each in planned["events"]}
    assert [fates[each["uuid"]] for each in (*mine, hidden)] == [
        "distribution",
        "distribution",
        "new",
        "unpublished",
    ]
    assert planned["move"]["analyst_data"] >= 1
    assert a.event(mine[2]["uuid"]) is None


def test_data_about_excluded_parts_is_not_pushed(hubs: Hubs) -> None:
    """Each kind is held back by the distribution of its target, by the rules, and by its own distribution."""
    a, b, _ = hubs
    show_sightings_to_everyone(a, b)
    inside = [attribute(f"part {reach}", distribution=reach) for reach in (0, 1, 5)]
    inside.append(attribute("ruled out", Tag=[{"name": "stays"}]))
    sent = b.add(Attribute=inside)
    near = b.add(distribution=1, Attribute=[attribute("near")])
    ruled = b.add(Tag=[{"name": "stays"}], Attribute=[attribute("of a ruled out event")])
    own = b.add(Tag=[{"name": "local-stays", "local": 1}], Attribute=[attribute("locally ruled out")])
    draft = b.add(published=False, Attribute=[attribute("draft")])
    held = [each["uuid"] for each in (inside[0], inside[1], inside[3])]
    held += [each["Attribute"][0]["uuid"] for each in (near, ruled, own, draft)]
    for number in (*held, inside[2]["uuid"]):
        sighting(b, number, f"of {number}")
    for each in (sent, near, ruled, own, draft):
        b.post(f"/events/publishSightings/{each['uuid']}")
    unsaid = [add_note(b, number, f"on {number}", 3, "Attribute") for number in held]
    unsaid += [add_note(b, each["uuid"], f"on {each['uuid']}", 3) for each in (near, ruled, own, draft)]
    unsaid += [add_note(b, unsaid[0], "on a note of a hidden part", 3, "Note")]
    quiet = add_note(b, sent["uuid"], "quiet", 0)
    unsaid += [
        quiet,
        add_note(b, quiet, "on a quiet note", 3, "Note"),
        add_note(b, inside[0]["uuid"], "as it", 5, "Attribute"),
    ]
    heard = add_note(b, inside[2]["uuid"], "heard", 3, "Attribute")
    b.set(
        "A",
        push_rules=rules(tags={"OR": [], "NOT": [tag_id(b, "stays"), tag_id(b, "local-stays")]}),
        **EVERYTHING,
    )
    try:
        b.push(to="A")
        b.push(to="A")
    finally:
        b.set("A", push_rules="{}", **NOTHING)
    arrived = a.event(sent["uuid"]) or {}
    assert [each["value"] for each in arrived["Attribute"]] == ["part 5"]
    assert [a.event(each["uuid"]) for each in (near, ruled, own, draft)] == [None] * 4
    assert sources(a, sent["uuid"]) == {f"of {inside[2]['uuid']}"}
    assert notes(a, *unsaid, heard) == {"heard": "3"}


def a_galaxy(hub: Hub) -> str:
    """The id of a galaxy that every hub has under the same uuid."""
    uuid = "c9f1d7c2-5f0e-4f7a-9d55-1d4c1f0a7b11"
    try:
        return str(hub.get(f"/galaxies/view/{uuid}")["Galaxy"]["id"])
    except Refused:
        made = {
            "uuid": uuid,
            "name": "Actors of the hubs",
            "type": "hub-actor",
            "description": "",
            "distribution": 3,
        }
        hub.post("/galaxies/add", {"Galaxy": made})
        return str(hub.get(f"/galaxies/view/{uuid}")["Galaxy"]["id"])


def a_cluster(hub: Hub, value: str, **members: Any) -> dict[str, Any]:
    """A published cluster."""
    made = {"value": value, "description": "", "source": "", "authors": ["hub"], "distribution": 3, **members}
    found = hub.post(f"/galaxy_clusters/add/{a_galaxy(hub)}", {"GalaxyCluster": made})["GalaxyCluster"]
    if members.get("published", True):
        hub.post(f"/galaxy_clusters/publish/{found['id']}")
    return dict(found)


def distribution_of(hub: Hub, path: str, member: str) -> str | None:
    """The distribution of an entity; None when it does not exist."""
    try:
        return str(hub.get(path)[member]["distribution"])
    except Refused as refused:
        if refused.status not in (404, 405):
            raise
        return None


def cluster_at(hub: Hub, uuid: str) -> str | None:
    return distribution_of(hub, f"/galaxy_clusters/view/{uuid}", "GalaxyCluster")


def collection_at(hub: Hub, uuid: str) -> str | None:
    return distribution_of(hub, f"/collections/view/{uuid}", "Collection")


def test_clusters_are_pushed_before_events(hubs: Hubs) -> None:
    a, b, _ = hubs
    a_galaxy(a)
    everywhere = a_cluster(b, "everywhere")
    by_reach = {reach: a_cluster(b, f"cluster {reach}", distribution=reach) for reach in range(3)}
    draft = a_cluster(b, "draft", published=False)
    for reach, kind in ((0, "uses"), (3, "similar-to")):
        relation = {
            "galaxy_cluster_uuid": everywhere["uuid"],
            "referenced_galaxy_cluster_uuid": by_reach[2]["uuid"],
            "referenced_galaxy_cluster_type": kind,
            "distribution": reach,
        }
        b.post("/galaxy_cluster_relations/add", relation)
    b.post(f"/galaxy_clusters/publish/{everywhere['id']}")
    carrying = b.add(Tag=[{"name": everywhere["tag_name"]}])
    b.set("A", push=True, push_galaxy_clusters=True)
    try:
        b.post(f"/servers/push/{b.connections['A']}/{carrying['id']}")
        only = [cluster_at(a, each["uuid"]) for each in (everywhere, by_reach[2])]
        b.push(to="A")
    finally:
        b.set("A", push=False, **NOTHING)
    assert only == ["3", None]
    assert [cluster_at(a, by_reach[reach]["uuid"]) for reach in range(3)] == [None, None, "1"]
    assert cluster_at(a, draft["uuid"]) is None
    arrived = a.get(f"/galaxy_clusters/view/{everywhere['uuid']}")["GalaxyCluster"]
    assert (arrived["locked"], arrived["Orgc"]["uuid"]) == (
        True,
        b.get("/organisations/view/1")["Organisation"]["uuid"],
    )
    kinds = [each["referenced_galaxy_cluster_type"] for each in arrived["GalaxyClusterRelation"]]
    assert kinds == ["similar-to"]


def test_relevant_clusters_pull_fetches_only_used_clusters(hubs: Hubs) -> None:
    a, b, _ = hubs
    a_galaxy(b)
    used, unused, of_event = (a_cluster(a, value) for value in ("used", "unused", "of one event"))
    b.add(Tag=[{"name": used["tag_name"]}])
    b.pull("pull_relevant_clusters", of="A")
    assert [cluster_at(b, each["uuid"]) for each in (used, unused)] == ["3", None]
    event = a.add(Tag=[{"name": of_event["tag_name"]}])
    b.pull(event["id"], of="A")
    assert [cluster_at(b, each["uuid"]) for each in (of_event, unused)] == ["3", None]
    number = b.get(f"/galaxy_clusters/view/{used['uuid']}")["GalaxyCluster"]["id"]
    b.post(f"/galaxy_clusters/delete/{number}/1")
    a.post(f"/galaxy_clusters/edit/{used['id']}", {"GalaxyCluster": {"value": "used and changed"}})
    a.post(f"/galaxy_clusters/publish/{used['id']}")
    b.pull("pull_relevant_clusters", of="A")
    assert cluster_at(b, used["uuid"]) is None  # A hard-deleted cluster does not come back.


def a_collection(hub: Hub, reach: int, *elements: str) -> str:
    inside = [{"element_uuid": each, "element_type": "Event", "description": ""} for each in elements]
    made = {"name": f"reach {reach}", "type": "campaign", "distribution": reach, "CollectionElement": inside}
    return str(hub.post("/collections/add", {"Collection": made})["Collection"]["uuid"])


def test_collections_are_pulled_and_pushed(hubs: Hubs) -> None:
    a, b, _ = hubs
    event = a.add()
    made = {reach: a_collection(a, reach, event["uuid"]) for reach in range(4)}
    b.pull(of="A")
    assert collection_at(b, made[3]) is None
    b.set("A", pull_collections=True)
    try:
        b.pull(of="A")
    finally:
        b.set("A", pull_collections=False)
    assert [collection_at(b, made[reach]) for reach in range(4)] == [None, "0", "1", "3"]
    inside = b.get(f"/collections/view/{made[3]}")["Collection"]["CollectionElement"]
    assert [each["element_uuid"] for each in inside] == [event["uuid"]]
    own = {reach: a_collection(b, reach, event["uuid"]) for reach in range(4)}
    b.set("A", push_collections=True)
    try:
        b.push(to="A")
    finally:
        b.set("A", push_collections=False)
    assert [collection_at(a, own[reach]) for reach in range(4)] == [None, None, "1", "3"]
