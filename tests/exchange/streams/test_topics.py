"""Changes are sent under MISP's topics, to those who may read them at the time of sending."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.streams.receivers import Hook
from tests.factories.seed import Seed
from tests.factories.streams import PUBLISHED, add_event, play, publish, webhook
from vardkase.exchange.outbox.models import Delivery, Entry
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.topics import TOPICS
from vardkase.identity.organisations.standing import NEVER

ALL = list(TOPICS)
AUDIT = "misp_json_audit"
FILE = {"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215"}
INSIDE = {"type": "filename", "object_relation": "filename", "value": "a.exe"}


def received(receiver: Hook) -> list[tuple[str, Any]]:
    """Topic and document of each message since the last call."""
    topics = [sent["X-Vardkase-Topic"] for _, _, sent, _ in receiver.running.requests]
    found = list(zip(topics, receiver.documents, strict=True))
    receiver.running.requests.clear()
    receiver.accepted.clear()
    return found


def post(key: str, path: str, body: Any) -> Any:
    status, answer = call(key, "POST", path, body)
    assert status == 200, answer
    return answer


def actions(messages: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Topic and action of each message outside the audit topic."""
    return [(topic, document.get("action", "")) for topic, document in messages if topic != AUDIT]


def documents(messages: list[tuple[str, Any]], wanted: str) -> list[Any]:
    return [document for topic, document in messages if topic == wanted]


def test_event_changes_use_misp_topics_and_actions(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(seed, receiver.running.url, topics=ALL)
    number = add_event(key, Attribute=[{"type": "domain", "value": "one.example"}])
    play(stream)
    first = received(receiver)
    assert actions(first) == [("misp_json_attribute", "add"), ("misp_json_event", "add")]
    [document] = documents(first, "misp_json_attribute")
    assert (document["Attribute"]["value"], document["Event"]["info"]) == ("one.example", "Beacon")
    attribute = document["Attribute"]["id"]

    post(key, f"/attributes/edit/{attribute}", {"comment": "seen twice"})
    post(key, "/sightings/add", {"id": attribute})
    post(key, f"/attributes/delete/{attribute}", {})
    play(stream)
    messages = received(receiver)
    assert actions(messages) == [
        ("misp_json_attribute", "delete"),  # As it is at the time of sending.
        ("misp_json_sighting", "add"),
        ("misp_json_attribute", "delete"),
    ]
    assert messages[-1][1]["Log"]["action"] == "delete"

    publish(key, number)
    post(key, f"/events/delete/{number}", {})
    play(stream)
    assert actions(received(receiver)) == [("misp_json_event", "delete")]


def test_objects_references_and_tags_are_sent(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(seed, receiver.running.url, topics=ALL[1:-1])
    number = add_event(
        key,
        Object=[
            {**FILE, "uuid": "aaaaaaaa-5edb-40a3-8273-1af7923e2215", "Attribute": [INSIDE], "ObjectReference": [
                {"referenced_uuid": "bbbbbbbb-5edb-40a3-8273-1af7923e2215", "relationship_type": "drops"}
            ]},
            {**FILE, "uuid": "bbbbbbbb-5edb-40a3-8273-1af7923e2215", "Attribute": [INSIDE]},
        ],
    )  # fmt: skip
    play(stream)
    messages = received(receiver)
    assert sorted(actions(messages)) == [
        ("misp_json_attribute", "add"),
        ("misp_json_attribute", "add"),
        ("misp_json_event", "add"),
        ("misp_json_object", "add"),
        ("misp_json_object", "add"),
        ("misp_json_object_reference", "add"),
    ]
    reference = next(document for topic, document in messages if topic == "misp_json_object_reference")
    assert reference["ObjectReference"]["relationship_type"] == "drops"

    post(seed.site_admin.key, "/tags/add", {"name": "beacon:seen", "colour": "#112233"})
    post(key, f"/events/addTag/{number}", {"tag": "beacon:seen"})
    post(key, f"/events/removeTag/{number}", {"tag": "beacon:seen"})
    play(stream)
    messages = received(receiver)
    assert actions(messages) == [
        ("misp_json_tag", "add"),
        ("misp_json_tag", "attached to event"),
        ("misp_json_tag", "detached from event"),
    ]
    assert messages[1][1]["Tag"]["event_id"] == number


def test_users_and_audit_entries_are_sent_to_their_own_organisation(seed: Seed, receiver: Hook) -> None:
    topics = ["misp_json_user", "misp_json_organisation", "misp_json_audit"]
    everything, receiver.secret = webhook(seed, receiver.running.url, topics=topics)
    role = seed.analyst.user.role_id
    admin = seed.site_admin.key
    post(admin, "/admin/users/add", {"email": "new@a.example", "org_id": seed.org_a.pk, "role_id": role})
    play(everything)
    messages = received(receiver)
    assert [document["User"]["email"] for topic, document in messages if topic == "misp_json_user"] == [
        "new@a.example"
    ]
    assert "password" not in str(messages).lower()

    Stream.objects.filter(pk=everything.pk).update(org=seed.org_b, position=0)
    play(everything)
    assert received(receiver) == []
    Stream.objects.filter(pk=everything.pk).update(org=seed.org_a, position=0)
    play(everything)
    # The act was the hub owner's, so its audit entry stays out.
    assert [topic for topic, _ in received(receiver)] == ["misp_json_user"]


def test_topics_without_subscribers_are_not_queued(seed: Seed) -> None:
    publish(
        seed.publisher.key,
        add_event(seed.publisher.key, Attribute=[{"type": "domain", "value": "a.example"}]),
    )
    assert list(Entry.objects.values_list("topic", flat=True)) == [PUBLISHED]


HIDDEN = {"type": "domain", "value": "hidden.example", "distribution": 0}
SHOWN = {"type": "domain", "value": "shown.example", "distribution": 5}


@pytest.mark.parametrize("output", ["misp", "ecs", "cef"])
def test_stream_of_an_organisation_contains_only_what_it_may_read(
    seed: Seed, receiver: Hook, output: str
) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(
        seed, receiver.running.url, topics=ALL, org_id=seed.org_b.pk, format=output
    )
    own = add_event(key, "Ours alone", distribution=0, Attribute=[SHOWN | {"value": "ours.example"}])
    group = {"distribution": 4, "sharing_group_id": seed.group.pk}
    buried = {**FILE, "distribution": 0, "Attribute": [INSIDE | {"value": "buried.exe"}]}
    shared = add_event(key, "For both", Attribute=[HIDDEN, SHOWN], Object=[buried], **group)
    publish(key, own)
    publish(key, shared)
    post(key, f"/events/delete/{own}", {})
    play(stream)
    said = b"".join(body for _, body in receiver.accepted)
    for kept in (b"hidden.example", b"ours.example", b"Ours alone", b"buried.exe"):
        assert kept not in said
    assert b"shown.example" in said
    states = dict(Delivery.objects.filter(kind="stream").values_list("event_id", "state"))
    assert states == {int(own): "withheld", int(shared): "sent"}


def test_changes_to_hidden_parts_are_not_sent(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(seed, receiver.running.url, topics=ALL, org_id=seed.org_c.pk)
    buried = {
        **FILE,
        "distribution": 0,
        "Attribute": [INSIDE],
        "uuid": "cccccccc-5edb-40a3-8273-1af7923e2215",
    }
    number = add_event(key, Attribute=[HIDDEN], Object=[buried])
    event = call(key, "GET", f"/events/view/{number}")[1]["Event"]
    [hidden], [within] = event["Attribute"], event["Object"]
    play(stream)
    received(receiver)
    post(seed.site_admin.key, "/tags/add", {"name": "beacon:seen", "colour": "#112233"})
    play(stream)
    received(receiver)

    post(key, "/sightings/add", {"id": hidden["id"]})
    post(key, f"/tags/attachTagToObject/{hidden['uuid']}/beacon:seen", {})
    reference = {
        "object_uuid": within["uuid"],
        "referenced_uuid": hidden["uuid"],
        "relationship_type": "drops",
    }
    post(key, "/objectReferences/add", reference)
    post(
        seed.partner.key, f"/shadow_attributes/add/{number}", {"type": "domain", "value": "proposed.example"}
    )
    post(key, f"/attributes/edit/{hidden['id']}", {"comment": "still hidden"})
    post(key, f"/objects/delete/{within['id']}", {})
    post(key, f"/attributes/delete/{hidden['id']}/1", {})
    play(stream)
    # Every reader of the event sees that it changed, but not what changed in it.
    assert {topic for topic, _ in received(receiver)} <= {"misp_json_event", "misp_json_shadow_attribute"}


def test_event_hidden_before_sending_is_not_sent(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(seed, receiver.running.url, topics=ALL, org_id=seed.org_c.pk)
    number = add_event(key, Attribute=[SHOWN])
    publish(key, number)
    post(key, f"/events/edit/{number}", {"distribution": 0})
    play(stream)
    assert receiver.running.requests == []
    seed.org_c.read_period = NEVER
    seed.org_c.save()
    publish(key, add_event(key))
    play(stream)
    assert receiver.running.requests == []


def test_deletion_is_sent_to_receivers_of_the_event(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    topics = [PUBLISHED, "misp_json_event"]
    stream, receiver.secret = webhook(seed, receiver.running.url, topics=topics, org_id=seed.org_c.pk)
    number = publish(key, add_event(key))
    play(stream)
    received(receiver)
    post(key, f"/events/delete/{number}", {})
    play(stream)
    [(_, document)] = received(receiver)
    assert (document["Event"]["id"], document["action"]) == (number, "delete")
    assert "Beacon" not in str(document)


def test_filters_select_events_and_attributes(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    stream, receiver.secret = webhook(
        seed, receiver.running.url, topics=ALL, filters={"type": ["ip-dst"], "to_ids": 1}
    )
    address = {"type": "ip-dst", "value": "203.0.113.7", "to_ids": True}
    chosen = publish(key, add_event(key, Attribute=[address, {**SHOWN, "to_ids": False}]))
    publish(key, add_event(key, Attribute=[SHOWN]))
    play(stream)
    whole = [document["Event"] for topic, document in received(receiver) if topic == PUBLISHED]
    assert [event["id"] for event in whole] == [chosen]
    assert [attribute["value"] for attribute in whole[0]["Attribute"]] == ["203.0.113.7"]
