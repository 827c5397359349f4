"""Changes are sent to Kafka, to MISP's topics or custom ones."""

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from tests.api.calls import call
from tests.exchange.streams.receivers import kafka_broker, kafka_messages, relay
from tests.factories.seed import Seed
from tests.factories.streams import PUBLISHED, add_event, play, publish, stream
from tests.support.ports import free_port
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Invalid
from vardkase.exchange.errors import AddressRefused, OutgoingFailed
from vardkase.exchange.outbox.models import Delivery
from vardkase.exchange.problems import OutgoingProblem
from vardkase.exchange.streams.models import Stream


def setting(seed: Seed, name: str, value: object) -> None:
    edit = f"/servers/serverSettingsEdit/Plugin.Kafka_{name}"
    assert call(seed.site_admin.key, "POST", edit, {"value": value})[0] == 200


def test_misp_settings_define_a_stream(seed: Seed) -> None:
    with kafka_broker() as address:
        setting(seed, "brokers", address)
        setting(seed, "event_publish_notifications_enable", True)
        setting(seed, "event_publish_notifications_topic", "sightings-of-the-day")
        setting(seed, "enable", True)
        described = Stream.objects.get(kind="kafka", by_settings=True)
        assert (described.enabled, described.topics) == (True, [PUBLISHED])
        published = publish(seed.publisher.key, add_event(seed.publisher.key))
        pushed = add_event(seed.publisher.key, "By hand")
        status, body = call(seed.publisher.key, "POST", f"/events/pushEventToKafka/{pushed}", {})
        assert (status, body["message"]) == (200, "Event published to Kafka")
        assert play(described) == 2
        found = kafka_messages(address, "sightings-of-the-day", 2)
    event_ids = {message.key().decode(): json.loads(message.value())["Event"]["id"] for message in found}
    assert event_ids == {published: published, pushed: pushed}
    assert len({dict(message.headers())["id"] for message in found}) == 2
    assert [str(each.event_id) for each in Delivery.objects.filter(state="sent")] == [published]
    assert AuditEntry.objects.filter(action="event.pushed_to_kafka", target_id=pushed).exists()


def test_custom_stream_sends_ecs_to_a_renamed_topic(seed: Seed) -> None:
    address = {"type": "ip-dst|port", "value": "203.0.113.7|8443", "to_ids": True}
    with kafka_broker() as broker:
        chosen = stream(
            seed, "kafka", brokers=broker, security="plaintext", format="ecs", names={PUBLISHED: "indicators"}
        )
        publish(seed.publisher.key, add_event(seed.publisher.key, Attribute=[address]))
        play(chosen)
        [message] = kafka_messages(broker, "indicators", 1)
    indicator = json.loads(message.value())["threat"]["indicator"]
    assert (indicator["type"], indicator["ip"], indicator["port"]) == ("ipv4-addr", "203.0.113.7", 8443)


def test_push_to_kafka_requires_permission(seed: Seed) -> None:
    number = add_event(seed.publisher.key)
    path = f"/events/pushEventToKafka/{number}"
    status, body = call(seed.publisher.key, "POST", path, {})
    assert (status, body["message"]) == (200, "Kafka event publishing not enabled.")
    assert call(seed.analyst.key, "POST", path, {})[0] == 403
    assert call(seed.stranger.key, "POST", path, {})[0] in {403, 404}


def test_private_broker_address_is_refused(seed: Seed, settings: Settings) -> None:
    with kafka_broker() as broker:
        chosen = stream(seed, "kafka", brokers=broker, security="plaintext")
        publish(seed.publisher.key, add_event(seed.publisher.key))
        settings.VARDKASE_PRIVATE_NETWORKS = []
        with pytest.raises(AddressRefused):
            play(chosen)


def test_broker_that_advertises_a_private_address_is_refused(seed: Seed, settings: Settings) -> None:
    with kafka_broker() as broker:
        port = int(broker.rpartition(":")[2])
        with relay("127.0.0.1", port, at="127.0.0.2") as there:
            settings.VARDKASE_PRIVATE_NETWORKS = ["127.0.0.2/32"]
            chosen = stream(seed, "kafka", brokers=f"127.0.0.2:{there}", security="plaintext")
            publish(seed.publisher.key, add_event(seed.publisher.key))
            with pytest.raises(AddressRefused) as refused:
                play(chosen)
            assert refused.value.problem == OutgoingProblem.PRIVATE_ADDRESS(host="127.0.0.1")


def test_unreachable_broker_fails_the_delivery(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardkase.exchange.streams.senders.kafka.TIMEOUT", 0.5)
    chosen = stream(seed, "kafka", brokers=f"127.0.0.1:{free_port()}", security="plaintext")
    publish(seed.publisher.key, add_event(seed.publisher.key))
    with pytest.raises(OutgoingFailed, match="Kafka"):
        play(chosen)


@pytest.mark.parametrize("brokers", ["", "siem.example:99999", "http://siem.example", "a b:9092"])
def test_invalid_broker_addresses_are_rejected(seed: Seed, brokers: str) -> None:
    with pytest.raises(Invalid):
        stream(seed, "kafka", brokers=brokers)
