"""notifications/*: what the caller is notified of on the hub. Not in MISP; the names are ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import ANYTHING, AnyFlag, Limit, Mandatory
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.paging import PagePosition
from vardkase.exchange.notifications import queries, services
from vardkase.exchange.notifications.queries import NotificationLine, Shown
from vardkase.hub.profiles import EVERY
from vardkase.misp.flags import as_bool, as_int, is_id

PROFILES = EVERY

PAGE, LARGEST = 100, 1000
MOST_MARKED = 1000
Before = Annotated[Any, ANYTHING.described("The id of a notification: only older ones")]
Ids = Annotated[Any, ANYTHING.described(f"The id of a notification, or a list of at most {MOST_MARKED}")]


class NotificationPage(Params, kw_only=True):
    unread: AnyFlag = None
    limit: Limit = None
    before: Before = None


class MarkedNotifications(Body, kw_only=True):
    id: Mandatory[Ids] = None


@endpoint("notifications/index")
def index(call: Call, *, params: NotificationPage) -> Json:
    """List the caller's notifications, newest first: with `unread` only those not yet read."""
    shown = Shown.UNREAD if as_bool(params.unread) else Shown.ALL
    size = as_int(params.limit) or PAGE
    size = min(size, LARGEST) if size > 0 else PAGE
    place = None
    if params.before is not None:
        line = queries.find_notification(call.actor, _id(params.before))
        place = PagePosition(str(line.at), line.id)
    page = queries.notifications(call.actor, shown, place, size)
    return Json([_notification_dict(line) for line in page.rows])


@endpoint("notifications/count")
def count(call: Call) -> Json:
    """How many notifications the caller has not read; no more than 100 are counted."""
    return Json({"unread": queries.count_unread(call.actor)})


@endpoint("notifications/mark_read", writes=True, describes=Description(url="/notifications/markRead"))
def mark_read(call: Call, *, body: MarkedNotifications) -> Saved:
    """Mark notifications of the caller as read."""
    services.mark_read(call.actor, _ids(body.id))
    return saved("Marked as read.", "/notifications/markRead")


@endpoint("notifications/mark_unread", writes=True, describes=Description(url="/notifications/markUnread"))
def mark_unread(call: Call, *, body: MarkedNotifications) -> Saved:
    """Mark notifications of the caller as unread."""
    services.mark_unread(call.actor, _ids(body.id))
    return saved("Marked as unread.", "/notifications/markUnread")


@endpoint("notifications/mark_all_read", writes=True, describes=Description(url="/notifications/markAllRead"))
def mark_all_read(call: Call) -> Saved:
    """Mark all notifications as read that the caller may read now."""
    marked = services.mark_all_read(call.actor)
    return saved(f"{marked.count} marked as read.", "/notifications/markAllRead")


def _ids(given: Any) -> list[int]:
    """Raises MispError 404 for what is no id: nothing of the caller has it."""
    items = given if isinstance(given, list) else [given]
    if not items or len(items) > MOST_MARKED:
        raise MispError(400, f"id must be one id, or a list of at most {MOST_MARKED}.")
    return [_id(item) for item in items]


def _id(given: Any) -> int:
    if not is_id(str(given)):
        raise MispError(404, "Notification not found.")
    return int(given)


def _notification_dict(line: NotificationLine) -> dict[str, Any]:
    """`event_info` is null if the caller may no longer read the event."""
    return {
        "Notification": {
            "id": str(line.id),
            "kind": line.kind.value,
            "at": datetime.fromtimestamp(line.at, UTC).isoformat(),
            "read": line.is_read,
            "count": str(line.count),
            "event_id": None if line.event_id is None else str(line.event_id),
            "event_info": line.title,
            "organisation": line.by,
            "note_uuid": line.note_uuid,
            "job_id": None if line.job_id is None else str(line.job_id),
            "subscription_id": None if line.subscription_id is None else str(line.subscription_id),
            "question": line.question,
            "sightings": str(line.sightings),
            "value": line.value or None,
        }
    }
