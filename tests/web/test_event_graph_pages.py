"""The graph, timeline and distribution of an event on the web, and the graph of correlations."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_object
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.models import Attribute, AttributeTag, Event, Object, ObjectReference
from vardkase.intel.services.events import add_event
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.web.intel.event_graphs import views

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = '"><script>alert(1)</script>'
MOMENT = 1_750_000_000_000
"""Milliseconds."""
TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
FILE, DOMAIN, HIDDEN, SECRET, INSIDE, LOOSE = (
    UUID(f"5f000000-0000-4000-8000-00000000000{n}") for n in range(6)
)


@pytest.fixture
def event(seed: Seed) -> Event:
    """An object that drops another one, calls a domain and betrays what only its organisation reads."""
    document: dict[str, Any] = {
        "info": f"Drawn {HOSTILE}",
        "distribution": 3,
        "Attribute": [
            {"uuid": str(DOMAIN), "type": "domain", "value": "open.example"},
            {"uuid": str(HIDDEN), "type": "domain", "value": "secret.example", "distribution": 0},
            {"uuid": str(LOOSE), "type": "text", "value": HOSTILE},
        ],
        "Object": [
            {
                "uuid": str(FILE), "name": "file", "meta-category": "file", "template_uuid": TEMPLATE,
                "distribution": 5, "first_seen": "2025-06-01T00:00:00Z", "last_seen": "2025-06-09T00:00:00Z",
                "Attribute": [
                    {"uuid": str(INSIDE), "type": "md5", "object_relation": "md5", "value": "0" * 32},
                    {"type": "filename", "object_relation": "filename", "value": HOSTILE},
                ],
                "ObjectReference": [
                    {"referenced_uuid": str(DOMAIN), "relationship_type": HOSTILE},
                    {"referenced_uuid": str(HIDDEN), "relationship_type": "betrays"},
                ],
            },
            {
                "uuid": str(SECRET), "name": "secret-thing", "meta-category": "file", "template_uuid": TEMPLATE,
                "distribution": 0,
                "Attribute": [{"type": "text", "object_relation": "text", "value": "secret inside"}],
                "ObjectReference": [{"referenced_uuid": str(FILE), "relationship_type": "betrays-too"}],
            },
        ],
    }  # fmt: skip
    made = Event.objects.get(pk=add_event(seed.analyst.actor, document).event_id)
    domain, tag = Attribute.objects.get(uuid=DOMAIN), Tag.objects.create(name="tlp:green")
    AttributeTag.objects.create(attribute=domain, event=made, tag=tag)
    Event.objects.filter(pk=made.pk).update(published=True, publish_timestamp=made.timestamp)
    return made


@pytest.fixture
def owner(seed: Seed) -> Client:
    return signed_in(seed.analyst)


@pytest.fixture
def stranger(seed: Seed) -> Client:
    return signed_in(seed.stranger)


def data_of(client: Client, name: str, *arguments: Any, **asked: str) -> dict[str, Any]:
    answer = client.get(reverse(name, args=arguments), asked)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    found: dict[str, Any] = json.loads(answer.content)
    return found


def labels(drawn: dict[str, Any]) -> set[str]:
    return {node["label"] for node in drawn["nodes"]}


def test_graph_shows_what_the_reader_may_read(event: Event, owner: Client, stranger: Client) -> None:
    hidden = Attribute.objects.get(uuid=HIDDEN)
    held = Object.objects.get(uuid=FILE)
    drawn = data_of(owner, "event_graph_parts", event.pk)
    assert {"open[.]example", "secret[.]example"} < labels(drawn)
    assert {edge["label"] for edge in drawn["edges"]} == {HOSTILE, "betrays", "betrays-too"}
    for name, arguments, asked in (
        ("event_graph", [event.pk], {}),
        ("event_graph_parts", [event.pk], {}),
        ("event_graph_object", [event.pk, held.pk], {}),
        ("event_graph_context", [event.pk, "tags"], {"parts": f"o{held.pk},a{hidden.pk}"}),
        ("event_graph_context", [event.pk, "correlations"], {"parts": f"o{held.pk},a{hidden.pk}"}),
        ("event_timeline", [event.pk], {}),
        ("event_distribution", [event.pk], {}),
    ):
        text = stranger.get(reverse(name, args=arguments), asked).content.decode()
        assert not [word for word in ("secret", "betrays", HOSTILE + "<") if word in text], name
        assert "<script>alert(1)" not in text or name in ("event_graph_parts", "event_graph_object")
    drawn = data_of(stranger, "event_graph_parts", event.pk)
    assert {edge["label"] for edge in drawn["edges"]} == {HOSTILE}
    assert not any(node.get("edit") or node.get("from") for node in drawn["nodes"])
    secret = Object.objects.get(uuid=SECRET)
    assert stranger.get(reverse("event_graph_object", args=[event.pk, secret.pk])).status_code == 404
    Event.objects.update(distribution=0)
    for name in ("event_graph", "event_graph_parts", "event_timeline", "event_distribution"):
        assert stranger.get(reverse(name, args=[event.pk])).status_code == 404


def test_large_event_is_drawn_in_portions_with_what_is_linked_first(
    seed: Seed, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    event = make_event(seed.org_a)
    event.save()
    alone, source = (make_object(event, name=name) for name in ("alone", "source"))
    loose, target = make_attribute(event, value1="loose"), make_attribute(event, value1="target")
    for each in (alone, source, loose, target):
        each.save()
    inside = make_attribute(event, value1="inside", object=source, object_relation="text")
    inside.save()
    for number, part in enumerate((target, inside)):
        ObjectReference.objects.create(
            event=event, object=source, source_uuid=source.uuid, referenced_uuid=part.uuid,
            referenced_id=part.pk, referenced_type=0, relationship_type=f"r{number}", timestamp=1,
        )  # fmt: skip
    found, after = [], ""
    while True:
        drawn = data_of(owner, "event_graph_parts", event.pk, after=after)
        found.append([node["label"].partition("\n")[0] for node in drawn["nodes"]])
        after = drawn["after"]
        if not after:
            break
    assert found == [["source", "target"], ["inside", "alone"], ["loose"]]
    for wrong in ("9-1", "x", "1-", "1-99999999999999999999"):
        assert data_of(owner, "event_graph_parts", event.pk, after=wrong)["nodes"][0]["type"] == "source"
    opened = data_of(owner, "event_graph_object", event.pk, source.pk)
    assert [(edge["source"], edge["kind"]) for edge in opened["edges"]] == [(f"o{source.pk}", "inside")]


def reference(owner: Client, event: Event, **fields: Any) -> tuple[int, dict[str, Any]]:
    sent = {"object_uuid": FILE, "referenced_uuid": LOOSE, "relationship_type": "contains", **fields}
    answer = owner.post(reverse("event_graph_reference", args=[event.pk]), sent)
    return answer.status_code, json.loads(answer.content)


def test_reference_is_drawn_changed_and_removed(event: Event, owner: Client) -> None:
    status, body = reference(owner, event, comment="by hand")
    edge = body["edge"]
    assert (status, edge["label"], edge["comment"]) == (200, "contains", "by hand")
    change = reverse("event_graph_reference_change", args=[event.pk, edge["number"]])
    sent = {"referenced_uuid": DOMAIN, "relationship_type": "calls"}
    changed = json.loads(owner.post(change, sent).content)["edge"]
    assert (changed["label"], changed["target"]) == ("calls", f"a{Attribute.objects.get(uuid=DOMAIN).pk}")
    assert json.loads(owner.post(change, sent).content)["errors"]  # It is gone.
    remove = reverse("event_graph_reference_delete", args=[event.pk, changed["number"]])
    assert owner.post(remove).status_code == 200
    live = ObjectReference.objects.filter(event=event, deleted=False)
    assert sorted(live.values_list("relationship_type", flat=True)) == sorted(
        [HOSTILE, "betrays", "betrays-too"]
    )
    assert owner.post(remove).status_code == 404


def test_faulty_reference_is_refused_with_the_field(seed: Seed, event: Event, owner: Client) -> None:
    other = make_event(seed.org_a)
    other.save()
    elsewhere = make_object(other)
    elsewhere.save()
    before = ObjectReference.objects.count()
    for fields, status, wrong in (
        ({"relationship_type": ""}, 422, "relationship_type"),
        ({"referenced_uuid": "nonsense"}, 422, "referenced_uuid"),
        ({"object_uuid": ""}, 422, "object_uuid"),
        ({"object_uuid": DOMAIN}, 422, "object_uuid"),
        ({"object_uuid": elsewhere.uuid}, 422, "object_uuid"),
        ({"referenced_uuid": elsewhere.uuid}, 404, ""),
        ({"referenced_uuid": uuid4()}, 404, ""),
    ):
        answered, body = reference(owner, event, **fields)
        assert (answered, list(body["errors"])) == (status, [wrong]), fields
    assert ObjectReference.objects.count() == before


def test_only_those_who_may_edit_draw_references(seed: Seed, event: Event, owner: Client) -> None:
    _, body = reference(owner, event)
    number = body["edge"]["number"]
    addresses = [
        reverse("event_graph_reference", args=[event.pk]),
        reverse("event_graph_reference_change", args=[event.pk, number]),
        reverse("event_graph_reference_delete", args=[event.pk, number]),
    ]
    sent = {"object_uuid": FILE, "referenced_uuid": DOMAIN, "relationship_type": "taken"}
    for person in (seed.stranger, seed.partner, seed.reader):
        client = signed_in(person)
        assert {client.post(address, sent).status_code for address in addresses} == {403}
        assert "data-references" not in client.get(reverse("event_graph", args=[event.pk])).content.decode()
    outside = make_event(seed.org_a)
    outside.save()
    for name in ("event_graph_reference_change", "event_graph_reference_delete"):
        assert owner.post(reverse(name, args=[outside.pk, number]), sent).status_code == 404
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = owner.cookies
    assert checked.post(addresses[2]).status_code == 403
    assert ObjectReference.objects.filter(pk=number, deleted=False).exists()


def test_graph_is_saved_opened_and_deleted(seed: Seed, event: Event, owner: Client, stranger: Client) -> None:
    part = f"o{Object.objects.get(uuid=FILE).pk}"
    placed = {"id": part, "x": 1.5, "y": -2, "pinned": True, "open": True}
    drawing = {"nodes": [placed, {"id": "bad"}, 3], "shown": ["tags", "<b>"]}
    sent = {"network_name": HOSTILE, "network_json": json.dumps(drawing)}
    save = reverse("event_graph_save", args=[event.pk])
    saved = owner.post(save, sent)
    graph = EventGraph.objects.get()
    assert saved["Location"] == f"{reverse('event_graph', args=[event.pk])}?saved={graph.pk}"
    page = owner.get(saved["Location"]).content.decode()
    assert reverse("event_graph_saved", args=[event.pk, graph.pk]) in page
    assert "<script>alert(1)" not in page
    assert data_of(owner, "event_graph_saved", event.pk, graph.pk) == {"nodes": [placed], "shown": ["tags"]}
    assert owner.get(reverse("event_graph_picture", args=[event.pk, graph.pk])).status_code == 404
    for wrong in ({"network_name": ""}, {"network_json": "no"}, {"preview_img": "bm90IGEgcGljdHVyZQ=="}):
        owner.post(save, {**sent, **wrong})
    assert EventGraph.objects.count() == 1
    for name in ("event_graph_saved", "event_graph_picture", "event_graph_delete"):
        assert stranger.get(reverse(name, args=[event.pk, graph.pk])).status_code == 404
    delete = reverse("event_graph_delete", args=[event.pk, graph.pk])
    assert stranger.post(delete).status_code == 404
    assert signed_in(seed.reader).post(delete).status_code == 403
    assert owner.get(delete).status_code == 200
    owner.post(delete)
    assert not EventGraph.objects.exists()


def test_graph_saved_by_another_program_is_named_only(seed: Seed, event: Event, owner: Client) -> None:
    body = {"EventGraph": {"network_json": {"nodes": [{"id": 1, "x": 3}]}, "network_name": "theirs"}}
    assert call(seed.analyst.key, "POST", f"/eventGraph/add/{event.uuid}", body)[0] == 200
    graph = EventGraph.objects.get()
    assert data_of(owner, "event_graph_saved", event.pk, graph.pk) == {}
    page = owner.get(reverse("event_graph", args=[event.pk])).content.decode()
    assert "theirs" in page
    assert f"?saved={graph.pk}" not in page


def test_tags_and_correlations_hang_on_what_is_drawn(
    seed: Seed, event: Event, owner: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_correlating(seed, "open.example", "0" * 32)
    private = make_correlating(seed, "open.example", distribution=0)
    domain, held = Attribute.objects.get(uuid=DOMAIN), Object.objects.get(uuid=FILE)
    asked = f"o{held.pk},a{domain.pk},a999999,x,o"
    tags = data_of(stranger, "event_graph_context", event.pk, "tags", parts=asked)
    assert ([node["detail"] for node in tags["nodes"]], len(tags["edges"])) == (["tlp:green"], 1)
    found = data_of(stranger, "event_graph_context", event.pk, "correlations", parts=asked)
    assert [node["id"] for node in found["nodes"]] == [f"e{other.pk}"]
    inside = Attribute.objects.get(uuid=INSIDE)
    assert {(edge["source"], edge["sourceIn"]) for edge in found["edges"]} == {
        (f"a{domain.pk}", ""),
        (f"a{inside.pk}", f"o{held.pk}"),
    }
    found = data_of(owner, "event_graph_context", event.pk, "correlations", parts=asked)
    assert {node["id"] for node in found["nodes"]} == {f"e{other.pk}", f"e{private.pk}"}
    monkeypatch.setattr(settings, "VARDKASE_CORRELATION_LIMIT", 1)
    found = data_of(owner, "event_graph_context", event.pk, "correlations", parts=asked)
    assert {node["id"] for node in found["nodes"]} == {f"e{other.pk}", "many"}
    assert owner.get(reverse("event_graph_context", args=[event.pk, "other"])).status_code == 404


def make_correlating(seed: Seed, *values: str, distribution: int = 3) -> Event:
    attributes = [{"type": "md5" if value.isdigit() else "domain", "value": value} for value in values]
    document = {"info": f"Other {HOSTILE}", "distribution": distribution, "Attribute": attributes}
    made = add_event(seed.analyst.actor, document).event_id
    Event.objects.filter(pk=made).update(published=True, publish_timestamp=1)
    return Event.objects.get(pk=made)


def test_correlation_graph_expands_over_what_the_reader_may_read(
    seed: Seed, event: Event, owner: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_correlating(seed, "open.example", "more.example")
    third = make_correlating(seed, "more.example")
    private = make_correlating(seed, "open.example", distribution=0)
    page = stranger.get(reverse("event_correlation_graph", args=[event.pk])).content.decode()
    assert (page.count("?v=open.example"), "<script>alert(1)" in page) == (1, False)
    around = data_of(stranger, "correlation_graph_data", event=str(event.pk))
    assert {node["id"] for node in around["nodes"] if node["id"][0] == "e"} == {
        f"e{event.pk}",
        f"e{other.pk}",
    }
    assert [node["id"] for node in around["nodes"] if node["main"]] == [f"e{event.pk}"]
    (next_one,) = [node for node in around["nodes"] if node["id"] == f"e{other.pk}"]
    further = json.loads(stranger.get(next_one["data"]).content)
    assert {"open[.]example", "more[.]example"} <= labels(further)
    assert f"e{third.pk}" in {node["id"] for node in further["nodes"]}
    who = data_of(owner, "correlation_graph_data", v="open.example")
    assert {node["id"] for node in who["nodes"]} > {f"e{event.pk}", f"e{other.pk}", f"e{private.pk}"}
    shown = stranger.get(reverse("value_correlation_graph"), {"v": "open.example"}).content.decode()
    assert str(private.pk) not in {part.partition("/")[0] for part in shown.split("/event/")[1:]}
    assert f"/event/{other.pk}/" in shown
    monkeypatch.setattr(settings, "VARDKASE_CORRELATION_LIMIT", 1)
    around = data_of(owner, "correlation_graph_data", event=str(event.pk))
    assert [node["label"].partition("\n")[0] for node in around["nodes"] if node.get("many")] == [
        "open[.]example"
    ]
    assert data_of(owner, "correlation_graph_data", v="open.example")["nodes"][-1]["many"]
    assert stranger.get(reverse("correlation_graph_data"), {"event": private.pk}).status_code == 404
    assert stranger.get(reverse("event_correlation_graph", args=[private.pk])).status_code == 404
    assert owner.get(reverse("correlation_graph_data")).status_code == 404
    assert data_of(owner, "correlation_graph_data", v="nowhere.example") == {"nodes": [], "edges": []}


def test_timeline_is_shown_and_bars_are_moved(seed: Seed, event: Event, owner: Client) -> None:
    domain = Attribute.objects.get(uuid=DOMAIN)
    Sighting.objects.create(attribute=domain, event=event, org=seed.org_a, date_sighting=MOMENT // 1000)
    Attribute.objects.filter(uuid=DOMAIN).update(first_seen=MOMENT * 1000 + 7)
    drawn = owner.get(reverse("event_timeline", args=[event.pk])).context["drawn"]
    rows = {row["id"]: row for row in drawn["rows"]}
    held = Object.objects.get(uuid=FILE)
    assert list(rows) == [f"o{held.pk}", f"a{domain.pk}"]
    assert rows[f"a{domain.pk}"]["sighted"] == [MOMENT, MOMENT]
    assert [(lane["kind"], lane["days"][0][1]) for lane in drawn["lanes"]] == [(0, 1)]
    assert {mark["kind"] for mark in drawn["marks"]} == {"date", "version"}
    address = reverse("event_timeline_move", args=[event.pk])

    def moved(part: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        answer = owner.post(address, {"part": part, "mark": rows[part]["mark"], **fields})
        return answer.status_code, json.loads(answer.content)

    status, body = moved(f"a{domain.pk}", last_seen=MOMENT + 5000)
    domain.refresh_from_db()
    # The other end keeps its microseconds.
    assert (status, domain.first_seen, domain.last_seen) == (200, MOMENT * 1000 + 7, (MOMENT + 5000) * 1000)
    assert moved(f"a{domain.pk}", last_seen=MOMENT)[0] == 409
    rows[f"a{domain.pk}"]["mark"] = body["mark"]
    assert moved(f"a{domain.pk}", last_seen="")[0] == 200
    assert moved(f"o{held.pk}", first_seen=MOMENT - 86_400_000)[0] == 422  # After it was last seen.
    assert moved(f"o{held.pk}", last_seen=MOMENT)[0] == 200
    held.refresh_from_db()
    assert held.last_seen == MOMENT * 1000
    mark = owner.get(reverse("event_timeline", args=[event.pk])).context["drawn"]["rows"][0]["mark"]
    rows[f"o{held.pk}"]["mark"] = mark
    for wrong in ("soon", "9" * 17, "9" * 30):
        assert moved(f"o{held.pk}", last_seen=wrong)[0] == 422
    held.refresh_from_db()
    assert held.last_seen == MOMENT * 1000


def test_only_those_who_may_edit_move_bars(seed: Seed, event: Event, owner: Client) -> None:
    held = Object.objects.get(uuid=FILE)
    (row, *_) = owner.get(reverse("event_timeline", args=[event.pk])).context["drawn"]["rows"]
    sent = {"part": row["id"], "mark": row["mark"], "last_seen": MOMENT}
    for person in (seed.stranger, seed.partner, seed.reader):
        client = signed_in(person)
        assert client.post(reverse("event_timeline_move", args=[event.pk]), sent).status_code == 403
        page = client.get(reverse("event_timeline", args=[event.pk]))
        assert {each["mark"] for each in page.context["drawn"]["rows"]} == {""}
    outside = make_event(seed.org_a)
    outside.save()
    assert owner.post(reverse("event_timeline_move", args=[outside.pk]), sent).status_code == 422
    assert Object.objects.get(pk=held.pk).last_seen == held.last_seen


def test_distribution_counts_what_the_reader_may_read(event: Event, owner: Client, stranger: Client) -> None:
    def counts(client: Client) -> dict[int, list[int]]:
        levels = client.get(reverse("event_distribution", args=[event.pk])).context["levels"]
        return {level.distribution: level.counts for level in levels}

    # Attributes, those in objects, objects, reports; level 3 is the event's own.
    assert counts(owner) == {0: [1, 0, 1, 0], 3: [0, 0, 0, 0], 5: [2, 3, 1, 0]}
    assert counts(stranger) == {3: [0, 0, 0, 0], 5: [2, 2, 1, 0]}
