"""Stores the values of a list as attributes of one event, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import batched
from typing import Any

from django.db import transaction

from vardkase.core.database.pool import own_session
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.exchange.feeds.feed_settings import event_for_list, tags_of
from vardkase.exchange.feeds.impersonation import require_no_members_event, require_own_name
from vardkase.exchange.feeds.models import Feed
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.bulk_edit import delete_attributes
from vardkase.intel.editing.tagging import attach_tag
from vardkase.intel.errors import PublicationRefused
from vardkase.intel.models import Event
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_received
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.distribution import Distribution
from vardkase.misp.freetext import DetectedValue
from vardkase.misp.values import normalise

AT_ONCE = 5_000


def take_values(actor: Actor, feed: Feed, values: Iterable[DetectedValue], *, whole: bool) -> int:
    """Add the values that the list's event lacks; returns how many. Raises what `values` raises.

    With `delta_merge`, values missing from a `whole` list are removed. The list is read to its end before the
    event is changed, so that a slow feed blocks nobody, and one that breaks off changes nothing.
    """
    # Through a temporary table: a list of a million values must not be held in memory to be compared.
    with own_session():
        cursor().execute(LISTED)
        for batch in batched(_copy_rows(feed, values), AT_ONCE):
            with cursor().copy(COPY) as copy:
                for row in batch:
                    copy.write_row(row)
        return _store(actor, feed, whole=whole)


def _copy_rows(feed: Feed, values: Iterable[DetectedValue]) -> Iterator[tuple[Any, ...]]:
    rewrite = import_filter()
    for detected in values:
        value = rewrite(detected.type, normalise(detected.type, detected.value))
        if value is not None:
            to_ids = (detected.to_ids or feed.force_to_ids) and not feed.override_ids
            yield detected.type, detected.category, value, to_ids, detected.comment


@transaction.atomic
def _store(actor: Actor, feed: Feed, *, whole: bool) -> int:
    event_id = _event_for_list(actor, feed)
    added = _add_new(actor, event_id)
    removed = 0
    if whole and feed.delta_merge and feed.fixed_event:
        gone = [row[0] for row in cursor().execute(VANISHED, {"event": event_id}).fetchall()]
        removed = delete_attributes(actor, event_id, gone) if gone else 0
    cursor().execute("DROP TABLE listed_in_feed")
    uuid = Event.objects.values_list("uuid", flat=True).get(pk=event_id)
    for name in tags_of(actor, feed):
        attach_tag(actor, uuid, name)
    if feed.publish and (added or removed):
        with suppress(PublicationRefused):  # It stays unpublished; its page says why.
            publish_received(actor, event_id, from_feed=True)
    return added


def _add_new(actor: Actor, event_id: int) -> int:
    cursor().execute(NEW, {"event": event_id, "inherit": int(Distribution.INHERIT)})
    added = last = 0
    while rows := cursor().execute(SOME, {"last": last, "limit": AT_ONCE}).fetchall():
        last = rows[-1][0]
        added += len(add_attributes(actor, event_id, [row[1] for row in rows]).attribute_ids)
    cursor().execute("DROP TABLE new_in_feed")
    return added


def _event_for_list(actor: Actor, feed: Feed) -> int:
    if feed.fixed_event and feed.event_id:
        with suppress(NotFound):  # It was deleted: a new one is made.
            number = find_event(actor, feed.event_id).id
            require_no_members_event(number)
            return number
    require_own_name(feed)
    number = add_event(actor, event_for_list(actor, feed)).event_id
    if feed.fixed_event:
        Feed.objects.filter(pk=feed.pk).update(event_id=number)
    return number


# A list that broke off may have left its table in the session.
LISTED = """
DROP TABLE IF EXISTS listed_in_feed;
CREATE TEMPORARY TABLE listed_in_feed (
    place bigint GENERATED ALWAYS AS IDENTITY, type text, category text, value text, to_ids boolean, comment text)
"""
COPY = "COPY listed_in_feed (type, category, value, to_ids, comment) FROM STDIN"
# Each value once, in the order of the list.
NEW = """
CREATE TEMPORARY TABLE new_in_feed ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY place) AS number, json_build_object(
    'type', type, 'category', category, 'value', value, 'to_ids', to_ids, 'comment', comment,
    'distribution', %(inherit)s::int) AS document
FROM (
    SELECT DISTINCT ON (type, value) * FROM listed_in_feed l WHERE NOT EXISTS (
        SELECT 1 FROM attribute a WHERE a.event_id = %(event)s AND NOT a.deleted AND a.type = l.type
        AND concat_ws('|', a.value1, a.value2) = l.value)
    ORDER BY type, value, place) new
"""
SOME = "SELECT number, document FROM new_in_feed WHERE number > %(last)s ORDER BY number LIMIT %(limit)s"
# The event belongs to the feed: attributes that people added are removed too, except those in objects.
VANISHED = """
SELECT a.id FROM attribute a
WHERE a.event_id = %(event)s AND NOT a.deleted AND a.object_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM listed_in_feed l WHERE l.type = a.type AND l.value = concat_ws('|', a.value1, a.value2))
"""
