"""What surrounds an event in its graph: its own tags, events that extend it, and boxes that have nothing to show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_attribute, make_event, make_object
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Event, EventTag, ObjectReference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = '"><script>alert(1)</script>'


def data_of(client: Client, name: str, *arguments: Any) -> dict[str, Any]:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def made(seed: Seed, **members: Any) -> Event:
    event = make_event(seed.org_a, published=True, publish_timestamp=1, **{"distribution": 3, **members})
    event.save()
    return event


def page_of(client: Client, event: Event) -> str:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client.get(reverse("event_graph", args=[event.pk])).content.decode()


def test_events_that_extend_it_are_drawn_and_expanded(seed: Seed) -> None:
    reader = signed_in(seed.stranger)
    event = made(seed)
    wider = made(seed, extends_uuid=event.uuid, info=HOSTILE)
    hidden = made(seed, extends_uuid=event.uuid, distribution=0)
    source, target = make_object(wider, name="source"), make_attribute(wider, value1="target")
    secret = make_attribute(wider, value1="secret", distribution=0)
    for part in (source, target, secret):
        part.save()
    make_attribute(wider, value1="inside", object=source, object_relation="text").save()
    ObjectReference.objects.create(
        event=wider, object=source, source_uuid=source.uuid, referenced_uuid=target.uuid,
        referenced_id=target.pk, referenced_type=0, relationship_type="calls", timestamp=1,
    )  # fmt: skip

    drawn = data_of(reader, "event_graph_context", event.pk, "extensions")
    own, other = f"e{event.pk}", f"e{wider.pk}"
    assert [(node["id"], bool(node.get("main"))) for node in drawn["nodes"]] == [(own, True), (other, False)]
    assert [(edge["source"], edge["target"]) for edge in drawn["edges"]] == [(other, own)]
    around_it = data_of(reader, "event_graph_context", wider.pk, "extensions")
    assert [(edge["source"], edge["target"]) for edge in around_it["edges"]] == [(other, own)]

    expanded = json.loads(reader.get(drawn["nodes"][1]["data"]).content)
    assert {node["id"] for node in expanded["nodes"]} == {f"o{source.pk}", f"a{target.pk}"}
    joined = {(edge["source"], edge["target"]) for edge in expanded["edges"]}
    assert joined == {(f"o{source.pk}", f"a{target.pk}"), (other, f"o{source.pk}")}
    assert not any(node.get("edit") for node in expanded["nodes"])
    page = page_of(reader, event)
    assert 'data-graph-context="extensions"' in page
    assert "does not extend any event that you can see" not in page

    assert reader.get(reverse("event_graph_neighbour", args=[hidden.pk])).status_code == 404
    wider.delete()
    assert data_of(reader, "event_graph_context", event.pk, "extensions") == {"nodes": [], "edges": []}
    assert "does not extend any event that you can see" in page_of(reader, event)
    assert len(data_of(signed_in(seed.analyst), "event_graph_context", event.pk, "extensions")["nodes"]) == 2


def test_boxes_without_anything_to_show_say_why(seed: Seed) -> None:
    reader = signed_in(seed.stranger)
    event = made(seed)
    page = page_of(reader, event)
    assert "Neither the event nor any part of it has tags." in page
    assert "No event that you can see has values in common" in page
    assert page.count("disabled aria-describedby") == 3
    tag = make_tag("tlp:green")
    EventTag.objects.create(event=event, tag=tag)
    assert page_of(reader, event).count("disabled aria-describedby") == 2
    drawn = data_of(reader, "event_graph_context", event.pk, "tags")
    assert [node["id"] for node in drawn["nodes"]] == [f"t{tag.pk}", f"e{event.pk}"]
    assert [(edge["source"], edge["target"]) for edge in drawn["edges"]] == [(f"e{event.pk}", f"t{tag.pk}")]
    # A tag that is kept for another organisation is not drawn for this one.
    tag.org_id = seed.org_a.pk
    tag.save()
    assert data_of(reader, "event_graph_context", event.pk, "tags") == {"nodes": [], "edges": []}
