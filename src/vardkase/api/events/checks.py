"""Quick checks on events: wanted by a push, published, editable by the caller."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Mandatory, Texts
from vardkase.api.inputs import Body, JsonArray
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.event_index import event_summary
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.deletion import delete_events
from vardkase.intel.queries.event_parts import extended_events
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.sync_candidates import wanted_events
from vardkase.intel.rules import may_modify_event
from vardkase.misp.flags import as_int


class EventsBody(Body, kw_only=True):
    model = "Event"

    id: Mandatory[Texts] = []


@endpoint(
    "events/filter_event_ids_for_push",
    body=BodyLimits.FILES,
    requires=(Permission.SYNC,),
    from_replica=True,
)
def filter_for_push(call: Call, *, offered: JsonArray) -> Json:
    """Return the uuids of the offered events that are wanted: unknown here, or synchronised and older here."""
    headers = [header for part in offered if (header := _header(part)) is not None]
    return Json(wanted_events(call.actor, headers))


@endpoint("events/get_event_info_by_id")
def get_event_info(call: Call, event_id: str) -> Json:
    """Return the title, threat level and tags of an event."""
    return Json(event_summary(call.actor, find_event(call.actor, event_id).id))


@endpoint("events/check_published_status")
def check_published_status(call: Call, event_id: str) -> Json:
    """Check whether an event is published."""
    return Json(find_event(call.actor, event_id).published)


@endpoint("events/get_edit_strategy", requires=(Permission.ADD,))
def get_edit_strategy(call: Call, event_id: str) -> Json:
    """Return whether to edit or to extend an event, and the events that extend it already."""
    event = find_event(call.actor, event_id)
    _, extending = extended_events(call.actor, event)
    return Json(
        {
            "strategy": "edit" if may_modify_event(call.actor, event) else "extend",
            "extensions": [{"id": str(each.id), "info": each.info} for each in extending],
        }
    )


@endpoint(
    "events/mass_delete",
    site_admin=True,
    writes=True,
    describes=Description("Delete several events."),
)
def mass_delete(call: Call, *, body: EventsBody) -> Saved:
    """Delete the events in ``id``, all or none."""
    try:
        ids = {find_event(call.actor, reference).id for reference in body.id}
        delete_events(call.actor, ids)
    except NotFound:
        raise SaveFailed("massDelete Event", "/events/massDelete", "Events were not deleted.") from None
    if not ids:
        raise MispError(400, "No events were named.")
    return saved(f"{len(ids)} event{'' if len(ids) == 1 else 's'} deleted.", "/events/massDelete")


def _header(part: object) -> tuple[str, int] | None:
    event: Any = part.get("Event", part) if isinstance(part, dict) else None
    if not isinstance(event, dict) or not isinstance(event.get("uuid"), str):
        return None
    timestamp = as_int(event.get("timestamp"), 0)
    # A timestamp beyond would not fit a bigint; 0 makes the event older than any, so it is not wanted.
    return event["uuid"], timestamp if timestamp is not None and abs(timestamp) < 2**62 else 0
