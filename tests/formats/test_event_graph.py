"""Event graphs: each reader gets the parts that events/view shows, and no other edges."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_object, make_report
from tests.factories.seed import ApiUser, Seed
from vardkase.formats.event_graph import parts
from vardkase.intel.models import Event, EventReport

ID = "5f000000-0000-4000-8000-0000000000"
TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
DOCUMENT: dict[str, Any] = {
    "info": "Drawn",
    "distribution": 3,
    "published": True,
    "Attribute": [
        {"uuid": f"{ID}01", "type": "domain", "value": "open.example", "Tag": ["tlp:green"]},
        {"uuid": f"{ID}02", "type": "domain", "value": "secret.example", "distribution": 0,
         "Tag": ["secret:tag"], "first_seen": "2024-01-01T00:00:00Z"},
        {"uuid": f"{ID}03", "type": "text", "value": "gone.example", "deleted": True},
    ],
    "Object": [
        {
            "uuid": f"{ID}10", "name": "file", "meta-category": "file", "template_uuid": TEMPLATE,
            "distribution": 5, "first_seen": "2024-01-01T00:00:00Z",
            "Attribute": [{"type": "md5", "object_relation": "md5", "value": "0" * 32, "Tag": ["tlp:green"]}],
            "ObjectReference": [
                {"referenced_uuid": f"{ID}01", "relationship_type": "connects-to"},
                {"referenced_uuid": f"{ID}02", "relationship_type": "betrays"},
            ],
        },
        {
            "uuid": f"{ID}11", "name": "secret-thing", "meta-category": "file", "template_uuid": TEMPLATE,
            "distribution": 0,
            "Attribute": [{"type": "text", "object_relation": "text", "value": "secret inside"}],
            "ObjectReference": [
                {"referenced_uuid": f"{ID}10", "relationship_type": "betrays-too"}
            ],
        },
    ],
}  # fmt: skip


@pytest.fixture
def event(seed: Seed) -> Event:
    status, body = call(seed.site_admin.key, "POST", "/events/add", DOCUMENT)
    assert status == 200, body
    event = Event.objects.get(pk=body["Event"]["id"])
    Event.objects.update(org=seed.org_a, orgc=seed.org_a)
    event.refresh_from_db()
    return event


def drawn(api_user: ApiUser, what: str, event: Event, body: Any = None) -> Any:
    status, found = call(api_user.key, "POST" if body else "GET", f"/events/{what}/{event.uuid}", body)
    assert status == 200, found
    return found


def test_reference_graph_has_parts_and_edges(seed: Seed, event: Event) -> None:
    graph = drawn(seed.analyst, "getEventGraphReferences", event)
    labels = {item["label"] or item["type"] for item in graph["items"]}
    assert labels == {"open.example", "secret.example", "file", "secret-thing"}
    (file,) = [item for item in graph["items"] if item["type"] == "file"]
    assert (file["node_type"], file["id"][:2], file["Attribute"][0]["object_relation"]) == (
        "object",
        "o-",
        "md5",
    )
    assert {edge["type"] for edge in graph["relations"]} == {"connects-to", "betrays", "betrays-too"}
    (edge,) = [each for each in graph["relations"] if each["type"] == "connects-to"]
    (domain,) = [item for item in graph["items"] if item["label"] == "open.example"]
    assert (edge["from"], edge["to"]) == (file["id"], domain["id"])
    assert graph["existing_tags"] == ["secret:tag", "tlp:green"]
    assert drawn(seed.analyst, "getReferences", event) == graph
    (data,) = drawn(seed.analyst, f"getReferenceData/{edge['uuid']}", event)
    assert data["ObjectReference"]["relationship_type"] == "connects-to"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("getEventGraphReferences", None),
        ("getReferences", None),
        ("getEventGraphTags", None),
        ("getEventGraphGeneric", {"keyType": "value"}),
        ("getEventTimeline", None),
        ("viewEventAttributes", None),
        ("getDistributionGraph", None),
    ],
)
def test_hidden_parts_are_in_no_graph(seed: Seed, event: Event, what: str, body: Any) -> None:
    text = json.dumps(drawn(seed.stranger, what, event, body))
    for hidden in ("secret", "betrays", "gone.example", "000000000002", "000000000011"):
        assert hidden not in text
    if what != "getDistributionGraph":
        assert "open.example" in text
        assert "secret" in json.dumps(drawn(seed.analyst, what, event, body))
    Event.objects.update(distribution=0)
    assert call(seed.stranger.key, "GET", f"/events/{what}/{event.pk}")[0] == 404


def test_reference_from_hidden_object_is_omitted(seed: Seed, event: Event) -> None:
    graph = drawn(seed.analyst, "getEventGraphReferences", event)
    (edge,) = [each for each in graph["relations"] if each["type"] == "betrays-too"]
    assert call(seed.stranger.key, "GET", f"/events/getReferenceData/{edge['uuid']}")[0] == 404
    (edge,) = [each for each in graph["relations"] if each["type"] == "betrays"]
    assert call(seed.stranger.key, "GET", f"/events/getReferenceData/{edge['uuid']}")[0] == 404


def test_tags_and_common_values_join_parts(seed: Seed, event: Event) -> None:
    graph = drawn(seed.analyst, "getEventGraphTags", event)
    ends = [edge["from"] for edge in graph["relations"] if edge["to"] == "tlp:green"]
    assert len(ends) == 2
    assert {item["node_type"] for item in graph["items"]} == {"object", "attribute", "tag"}
    graph = drawn(seed.analyst, "getEventGraphGeneric", event, {"keyType": "type"})
    assert {item["label"] for item in graph["items"] if item["node_type"] == "keyType"} == {
        "domain",
        "md5",
        "text",
    }
    assert "type" in graph["available_pivot_key"]
    assert drawn(seed.analyst, "getEventGraphGeneric", event)["relations"] == []
    status, body = call(
        seed.analyst.key, "POST", f"/events/getEventGraphGeneric/{event.pk}", {"keyType": "x"}
    )
    assert (status, "keyType has to be one of" in body["message"]) == (400, True)


def test_readable_extending_events_are_included(seed: Seed, event: Event) -> None:
    for info, reach in (("open", 3), ("hidden", 0)):
        document = {"info": info, "distribution": reach, "published": True, "extends_uuid": str(event.uuid)}
        attribute = {"type": "domain", "value": f"{info}.extends.example"}
        assert (
            call(seed.publisher.key, "POST", "/events/add", {**document, "Attribute": [attribute]})[0] == 200
        )
    text = json.dumps(drawn(seed.stranger, "getEventGraphReferences", event, {"extended": 1}))
    assert "open.extends.example" in text
    assert "hidden.extends.example" not in text
    assert "extends.example" not in json.dumps(drawn(seed.stranger, "getEventGraphReferences", event))


def test_timeline_has_times_and_visible_sightings(seed: Seed, event: Event) -> None:
    attribute = event.attributes.get(value1="open.example")
    assert (
        call(seed.partner.key, "POST", f"/sightings/add/{attribute.pk}", {"timestamp": 1_700_000_000})[0]
        == 200
    )
    items = drawn(seed.analyst, "getEventTimeline", event)["items"]
    (file,) = [item for item in items if item["group"] == "object" and item["content"] == "file"]
    assert file["first_seen"].startswith("2024-01-01T00:00:00")
    (seen,) = [item for item in items if item["group"] == "sighting"]
    assert (seen["attribute_id"], seen["date_sighting"]) == (str(attribute.uuid), "1700000000")
    assert not [
        i for i in drawn(seed.stranger, "getEventTimeline", event)["items"] if i["group"] == "sighting"
    ]


def test_distribution_graph(seed: Seed, event: Event) -> None:
    make_report(event, distribution=4, sharing_group=seed.group).save()
    graph = drawn(seed.analyst, "getDistributionGraph", event)
    assert (graph["event"], graph["attribute"], graph["object"]) == (
        {"3": 1},
        {"0": 1, "5": 1},
        {"0": 1, "5": 1},
    )
    assert (graph["obj_attr"], graph["event_report"]) == ({"5": 2}, {"4": 1})
    assert [group["name"] for group in graph["sharing_groups"]] == ["A and B"]
    graph = drawn(seed.stranger, "getDistributionGraph", event)
    assert (graph["attribute"], graph["object"], graph["obj_attr"]) == ({"5": 1}, {"5": 1}, {"5": 1})
    assert (graph["event_report"], graph["sharing_groups"]) == ({}, [])
    EventReport.objects.update(deleted=True)
    assert drawn(seed.analyst, "getDistributionGraph", event)["event_report"] == {}


def test_attributes_are_paged_and_filtered(seed: Seed, event: Event) -> None:
    path = f"/events/viewEventAttributes/{event.pk}"
    _, body = call(seed.analyst.key, "POST", path, {"limit": 1, "page": 2})
    assert len(body["response"]["Attribute"]) == 1
    _, body = call(seed.analyst.key, "POST", path, {"type": "md5", "eventid": "1"})
    assert [each["type"] for each in body["response"]["Attribute"]] == ["md5"]
    assert "datefrom" in call(seed.analyst.key, "GET", "/events/filterEventIndex")[1]


def test_graph_is_bounded_without_query_per_part(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_NODES", 3)
    for number in range(5):
        found = make_object(event, name=f"thing{number}")
        found.save()
        make_attribute(event, object=found).save()
        make_attribute(event).save()
    graph = drawn(seed.analyst, "getEventGraphReferences", event)
    assert len([item for item in graph["items"] if item["node_type"] == "object"]) == 3
    assert len(graph["items"]) <= 6
