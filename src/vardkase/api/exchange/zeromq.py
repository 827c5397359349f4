"""ZeroMQ: an event pushed by hand, and the publisher switched on and off."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Call, endpoint
from vardkase.exchange.zeromq.services import OFF, Disabled, push_event, waiting
from vardkase.exchange.zeromq.settings import ENABLED, HOST, PORT
from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event


@endpoint("events/pushEventToZMQ", requires=(Permission.PUBLISH_ZMQ,), writes=True)
def push_event_to_zmq(call: Call) -> Answer:
    """Send an event to those who listen, published or not. While ZeroMQ is off, MISP calls it saved and says so."""
    event = find_event(call.actor, call.arg(0))
    try:
        push_event(call.actor, str(event.id))
        said = "Event published to ZMQ"
    except Disabled:
        said = OFF
    return saved(said, f"/events/pushEventToZMQ/{event.id}", id=str(event.id))


@endpoint("servers/statusZeroMQServer", site_admin=True)
def status(call: Call) -> Answer:
    """Whether it is on, where, and how many events wait to be sent."""
    if not ENABLED.value:
        return Json({"message": OFF})
    return Json(
        {
            "message": f"ZeroMQ is on and listens on {HOST.value}:{PORT.value}.",
            "waiting": waiting(call.actor),
        }
    )


@endpoint("servers/startZeroMQServer", site_admin=True, writes=True)
def start(call: Call) -> Answer:
    """The setting `Plugin.ZeroMQ_enable`, switched on."""
    change_setting(call.actor, ENABLED.name, True)
    return saved("ZeroMQ server successfully started.", "/servers/startZeroMQServer")


@endpoint("servers/stopZeroMQServer", site_admin=True, writes=True)
def stop(call: Call) -> Answer:
    """The setting `Plugin.ZeroMQ_enable`, switched off."""
    change_setting(call.actor, ENABLED.name, False)
    return saved("ZeroMQ server successfully stopped.", "/servers/stopZeroMQServer")
