"""ZeroMQ and Kafka as in MISP: pushing an event manually, starting and stopping the publisher."""

from __future__ import annotations

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.request import Call
from vardkase.exchange.streams.manual_push import Disabled, push_event
from vardkase.exchange.streams.misp_settings import follow
from vardkase.exchange.streams.models import StreamKind
from vardkase.exchange.streams.queries import standings
from vardkase.exchange.streams.settings import ZEROMQ_ENABLED, ZEROMQ_HOST, ZEROMQ_PORT
from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event

ZEROMQ_OFF = "ZMQ event publishing not enabled."
KAFKA_OFF = "Kafka event publishing not enabled."


@endpoint("events/pushEventToZMQ", requires=(Permission.PUBLISH_ZMQ,), writes=True)
def push_event_to_zmq(call: Call, event_id: str) -> Saved:
    """Send an event to the ZeroMQ subscribers, published or not; while ZeroMQ is off, the response is a
    success that says so."""
    event = find_event(call.actor, event_id)
    try:
        push_event(call.actor, str(event.id), "zeromq")
        text = "Event published to ZMQ"
    except Disabled:
        text = ZEROMQ_OFF
    return saved(text, f"/events/pushEventToZMQ/{event.id}", id=str(event.id))


@endpoint("events/pushEventToKafka", requires=(Permission.PUBLISH_KAFKA,), writes=True)
def push_event_to_kafka(call: Call, event_id: str) -> Saved:
    """Send an event to Kafka, published or not; while Kafka is off, the response is a success that says so."""
    event = find_event(call.actor, event_id)
    try:
        push_event(call.actor, str(event.id), "kafka")
        text = "Event published to Kafka"
    except Disabled:
        text = KAFKA_OFF
    return saved(text, f"/events/pushEventToKafka/{event.id}", id=str(event.id))


@endpoint("servers/statusZeroMQServer", site_admin=True)
def status(call: Call) -> Json:
    """Return whether ZeroMQ is enabled, its address, and the number of queued events."""
    if not ZEROMQ_ENABLED.value:
        return Json({"message": ZEROMQ_OFF})
    return Json(
        {
            "message": f"ZeroMQ is on and listens on {ZEROMQ_HOST.value}:{ZEROMQ_PORT.value}.",
            "waiting": standings([follow(StreamKind.ZEROMQ)])[0].waiting,
        }
    )


@endpoint("servers/startZeroMQServer", site_admin=True, writes=True)
def start(call: Call) -> Saved:
    """Enable ZeroMQ (the setting `Plugin.ZeroMQ_enable`)."""
    change_setting(call.actor, ZEROMQ_ENABLED.name, True)
    return saved("ZeroMQ server successfully started.", "/servers/startZeroMQServer")


@endpoint("servers/stopZeroMQServer", site_admin=True, writes=True)
def stop(call: Call) -> Saved:
    """Disable ZeroMQ (the setting `Plugin.ZeroMQ_enable`)."""
    change_setting(call.actor, ZEROMQ_ENABLED.name, False)
    return saved("ZeroMQ server successfully stopped.", "/servers/stopZeroMQServer")
