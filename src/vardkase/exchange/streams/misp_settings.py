"""The two streams configured by MISP's settings; they follow changes of those settings."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vardkase.exchange.outbox.events import PUBLISHED, last_place
from vardkase.exchange.streams import settings
from vardkase.exchange.streams.models import Stream, StreamKind
from vardkase.exchange.streams.topics import TOPICS

NAMES = {StreamKind.ZEROMQ: "ZeroMQ", StreamKind.KAFKA: "Kafka"}


def setting_changed(name: str) -> None:
    if name.startswith("Plugin.ZeroMQ_"):
        follow(StreamKind.ZEROMQ)
    elif name.startswith("Plugin.Kafka_"):
        follow(StreamKind.KAFKA)


@transaction.atomic
def follow(kind: StreamKind) -> Stream:
    """Configure the stream of `kind` from the settings; when newly enabled, it starts with new events only."""
    stream, _ = Stream.objects.select_for_update().get_or_create(
        kind=kind, by_settings=True, defaults={"name": NAMES[kind]}
    )
    before = (stream.enabled, stream.topics, stream.settings)
    enabled, topics, described = _zeromq_settings() if kind == StreamKind.ZEROMQ else _kafka_settings()
    if before == (enabled, topics, described):
        return stream  # A higher revision restarts the sender: subscribers would miss messages.
    # Subscribers of MISP's publisher expect what happens from now on, not what the outbox still holds.
    if enabled and not stream.enabled:
        stream.position = last_place()
    stream.enabled, stream.topics, stream.settings = enabled, topics, described
    stream.revision += 1
    stream.failing_since, stream.failures, stream.fault = None, 0, ""
    stream.save()
    return stream


def _zeromq_settings() -> tuple[bool, list[str], dict[str, Any]]:
    topics = [PUBLISHED, *(topic for topic, switch in settings.ZEROMQ_SWITCHES.items() if switch.value)]
    described = {"host": settings.ZEROMQ_HOST.value, "port": settings.ZEROMQ_PORT.value}
    return settings.ZEROMQ_ENABLED.value, topics, described


def _kafka_settings() -> tuple[bool, list[str], dict[str, Any]]:
    """The Kafka stream of the settings, unencrypted as in MISP; streams set up by hand can use TLS."""
    topics = [topic for topic, switch in settings.KAFKA_SWITCHES.items() if switch.value]
    named = {topic: setting.value for topic, setting in settings.KAFKA_NAMES.items()}
    names = {topic: name for topic, name in named.items() if name and name != TOPICS[topic].kafka}
    brokers = settings.KAFKA_BROKERS.value
    described = {"brokers": brokers, "security": "plaintext", "names": names}
    return settings.KAFKA_ENABLED.value and bool(brokers), topics, described
