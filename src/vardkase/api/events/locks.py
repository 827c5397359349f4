"""events/addEventLock and related endpoints: showing colleagues that a user is editing an event."""

from __future__ import annotations

from vardkase.api.answers import Json, Text
from vardkase.api.dispatch import endpoint
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_locks import services

WARNING = "Warning: Your view on this event might not be up to date as it is currently being edited by: "


@endpoint("events/addEventLock", requires=(Permission.AUTH,), writes=True)
def add_event_lock(call: Call, event_id: str) -> Json:
    """Lock an event, or renew the caller's lock; ``lock_id`` is needed to remove it before it expires."""
    return Json({"lock_id": str(services.add_lock(call.actor, event_id))})


@endpoint("events/removeEventLock", requires=(Permission.AUTH,), writes=True)
def remove_event_lock(call: Call, event_id: str, lock_id: str) -> Json:
    """Remove the caller's lock."""
    return Json({"deleted": services.remove_lock(call.actor, event_id, lock_id)})


@endpoint("events/checkLocks", requires=(Permission.ADD,))
def check_locks(call: Call, event_id: str) -> Json | Text:
    """List other users editing the event; 204 if there are none, or if the caller may not edit the event."""
    try:
        others = services.at_work(call.actor, event_id)
    except NotFound:
        others = []
    return Json({"message": WARNING + ", ".join(others)}) if others else Text("", status=204)
