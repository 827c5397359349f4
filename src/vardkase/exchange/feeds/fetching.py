"""Taking in what feeds hold: events as they are, lists as the attributes of an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import reading
from vardkase.exchange.feeds.claims import refuse_impostor, without_claims
from vardkase.exchange.feeds.models import Feed, SourceFormat
from vardkase.exchange.feeds.reading import Announced
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.attributes import add_attributes
from vardkase.intel.services.bulk import delete_attributes
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_event
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.distribution import Analysis, Distribution, ThreatLevel
from vardkase.misp.flags import as_bool
from vardkase.misp.freetext import Detected
from vardkase.misp.values import normalise

NOT_ENABLED = "Feed is currently not enabled. Make sure you enable it."
AT_ONCE = 5_000


@dataclass(slots=True)
class Fetched:
    """What a fetch brought: new and changed events of a MISP feed, those that were refused; or new attributes."""

    added: int = 0
    edited: int = 0
    failed: int = 0
    attributes: int = 0


def fetch_feed(actor: Actor, feed: Feed) -> Fetched:
    """Take in what a feed holds now. Raises OutgoingFailed, Conflict when it is not enabled, Forbidden.

    Each event of a MISP feed is stored whole or not at all, and one that is refused stops no other.
    """
    _require_site_admin(actor)
    if not feed.enabled:
        raise Conflict(NOT_ENABLED)
    is_list = feed.source_format != SourceFormat.MISP
    fetched = _take_values(actor, feed, reading.values(feed)) if is_list else _take_events(actor, feed)
    brought = {name: getattr(fetched, name) for name in ("added", "edited", "failed", "attributes")}
    record(actor, "feed.fetched", _target(feed), brought)
    return fetched


def fetch_event(actor: Actor, feed: Feed, uuid: str) -> Fetched:
    """Take in one event of a MISP feed. Raises OutgoingFailed, NotFound when the feed does not announce it."""
    _require_site_admin(actor)
    announced = next((each for each in reading.manifest(feed) if each.uuid == uuid.lower()), None)
    if announced is None:
        raise NotFound("Invalid event.")
    fetched = Fetched()
    _take_event(actor, feed, announced, fetched)
    record(actor, "feed.fetched", _target(feed), {"event": announced.uuid, "failed": fetched.failed})
    return fetched


def take_values(actor: Actor, feed: Feed, found: Iterable[Detected]) -> int:
    """Store values that somebody chose out of a list; returns how many are new."""
    _require_site_admin(actor)
    return _take_values(actor, feed, found, whole=False).attributes


def _take_events(actor: Actor, feed: Feed) -> Fetched:
    fetched = Fetched()
    announced = reading.manifest(feed)
    known = dict(cursor().execute(KNOWN, ([each.uuid for each in announced],)).fetchall())
    for each in announced:
        if known.get(each.uuid, -1) < each.timestamp:
            _take_event(actor, feed, each, fetched)
    return fetched


def _take_event(actor: Actor, feed: Feed, announced: Announced, fetched: Fetched) -> None:
    try:
        document = _dressed(feed, without_claims(feed, reading.feed_event(feed, announced.uuid)))
        refuse_impostor(feed, document)
        stored = Event.objects.filter(uuid=announced.uuid).values_list("pk", flat=True).first()
        with transaction.atomic():
            if stored is None:
                number = add_event(actor, document).event_id
                fetched.added += 1
            else:
                number = edit_event(actor, stored, document).event_id
                fetched.edited += 1
            if feed.publish and not as_bool(document.get("published")):
                publish_event(actor, number)
    except (Invalid, Conflict, Forbidden, OutgoingFailed):
        fetched.failed += 1


def _dressed(feed: Feed, event: dict[str, Any]) -> dict[str, Any]:
    """A feed's event as it is to be stored: the feed decides who may see it, how it is tagged, and by whom."""
    dressed = {name: value for name, value in event.items() if name != "id"}
    if feed.distribution != Distribution.INHERIT:
        dressed = _reaching(dressed, feed)
    given = event.get("Tag")
    tags: list[Any] = given if isinstance(given, list) else []
    dressed["Tag"] = [*tags, {"name": feed.tag.name}] if feed.tag else tags
    if feed.orgc:
        dressed["Orgc"] = {"uuid": str(feed.orgc.uuid), "name": feed.orgc.name}
    return dressed


def _reaching(event: dict[str, Any], feed: Feed) -> dict[str, Any]:
    """The event with the feed's distribution, and everything in it with its event's."""
    parts = {
        name: [_inheriting(part) for part in event[name]]
        for name in ("Attribute", "Object", "EventReport")
        if isinstance(event.get(name), list)
    }
    kept = {name: value for name, value in event.items() if name != "SharingGroup"}
    return kept | parts | {"distribution": feed.distribution, "sharing_group_id": feed.sharing_group_id or 0}


def _inheriting(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    inside = part.get("Attribute")
    inner = {"Attribute": [_inheriting(each) for each in inside]} if isinstance(inside, list) else {}
    return {**part, **inner, "distribution": int(Distribution.INHERIT), "sharing_group_id": 0}


@transaction.atomic
def _take_values(actor: Actor, feed: Feed, found: Iterable[Detected], *, whole: bool = True) -> Fetched:
    """Add the values that the list's event does not hold; those gone from a `whole` list go with `delta_merge`.

    The list is read to its end before the event is touched, so nobody waits for a slow feed.
    """
    cursor().execute(LISTED)
    rewrite = import_filter()
    with cursor().copy("COPY listed_in_feed FROM STDIN") as copy:
        for each in found:
            value = rewrite(each.type, normalise(each.type, each.value))
            if value is None:
                continue
            to_ids = (each.to_ids or feed.force_to_ids) and not feed.override_ids
            copy.write_row((each.type, each.category, value, to_ids, each.comment))
    event_id = _event_of(actor, feed)
    added = _add_new(actor, event_id)
    merges = whole and feed.delta_merge and feed.fixed_event
    removed = _remove_vanished(actor, event_id) if merges else 0
    cursor().execute("DROP TABLE listed_in_feed")
    if feed.publish and (added or removed):
        publish_event(actor, event_id)
    return Fetched(attributes=added)


def _add_new(actor: Actor, event_id: int) -> int:
    """The listed values that the event does not hold become its attributes; returns how many."""
    added = 0
    new = cursor().execute(NEW, {"event": event_id, "inherit": int(Distribution.INHERIT)}).fetchall()
    for some in batched((row[0] for row in new), AT_ONCE):
        added += len(add_attributes(actor, event_id, some).attribute_ids)
    return added


def _remove_vanished(actor: Actor, event_id: int) -> int:
    gone = [row[0] for row in cursor().execute(VANISHED, {"event": event_id}).fetchall()]
    return delete_attributes(actor, event_id, gone) if gone else 0


def _event_of(actor: Actor, feed: Feed) -> int:
    """The event that a list goes into: the one it went into before, or a new one."""
    if feed.fixed_event and feed.event_id:
        try:
            return find_event(actor, feed.event_id).id
        except NotFound:
            pass  # Somebody deleted it.
    event = {
        "info": f"{feed.name} feed",
        "distribution": feed.distribution if feed.distribution != Distribution.INHERIT else 0,
        "sharing_group_id": feed.sharing_group_id or 0,
        "threat_level_id": int(ThreatLevel.UNDEFINED),
        "analysis": int(Analysis.COMPLETED),
    }
    number = add_event(actor, _dressed(feed, event)).event_id
    Feed.objects.filter(pk=feed.pk).update(event_id=number)
    return number


def _require_site_admin(actor: Actor) -> None:
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)


def _target(feed: Feed) -> Target:
    return Target("feed", feed.pk, title=feed.name)


KNOWN = "SELECT uuid::text, timestamp FROM event WHERE uuid = ANY(%s::uuid[])"
LISTED = """
CREATE TEMPORARY TABLE listed_in_feed (type text, category text, value text, to_ids boolean, comment text)
ON COMMIT DROP
"""
NEW = """
SELECT DISTINCT ON (l.type, l.value) json_build_object(
    'type', l.type, 'category', l.category, 'value', l.value, 'to_ids', l.to_ids, 'comment', l.comment,
    'distribution', %(inherit)s::int)
FROM listed_in_feed l WHERE NOT EXISTS (
    SELECT 1 FROM attribute a WHERE a.event_id = %(event)s AND NOT a.deleted AND a.type = l.type
    AND concat_ws('|', a.value1, a.value2) = l.value)
ORDER BY l.type, l.value
"""
# The event is the feed's: what else somebody put into it goes as well, but nothing in objects.
VANISHED = """
SELECT a.id FROM attribute a
WHERE a.event_id = %(event)s AND NOT a.deleted AND a.object_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM listed_in_feed l WHERE l.type = a.type AND l.value = concat_ws('|', a.value1, a.value2))
"""
