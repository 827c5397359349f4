"""Stream topics, with MISP's names in ZeroMQ and Kafka."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.exchange.outbox.events import PUBLISHED


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    `name` is ZeroMQ's, and the outbox's; `kafka` the default name in Kafka. `switch` is part of the names of
    MISP's settings; "" if that MISP program never sends it.
    """

    name: str
    kafka: str
    zeromq_switch: str = ""
    kafka_switch: str = ""


def _topic(noun: str, *, zeromq: bool = True, kafka: bool = True) -> Topic:
    return Topic(f"misp_json_{noun}", f"misp_{noun}", noun if zeromq else "", noun if kafka else "")


EVENT = "misp_json_event"
ATTRIBUTE = "misp_json_attribute"
OBJECT = "misp_json_object"
REFERENCE = "misp_json_object_reference"
PROPOSAL = "misp_json_shadow_attribute"
SIGHTING = "misp_json_sighting"
TAG = "misp_json_tag"
USER = "misp_json_user"
ORGANISATION = "misp_json_organisation"
WARNINGLIST = "misp_json_warninglist"
AUDIT = "misp_json_audit"

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(PUBLISHED, "misp_event_publish", kafka_switch="event_publish"),
        _topic("event"),
        _topic("attribute"),
        _topic("object"),
        _topic("object_reference"),
        _topic("shadow_attribute", zeromq=False),
        _topic("sighting"),
        _topic("tag"),
        _topic("user"),
        _topic("organisation"),
        _topic("warninglist", kafka=False),
        _topic("audit"),
    )
}

BY_HAND = {"zeromq": "push_zeromq", "kafka": "push_kafka"}
"""Kind of stream → the topic of events pushed there by hand; rendered like published ones."""

SELF = "misp_json_self"
"""ZeroMQ's topic that says that the publisher runs."""
