"""Caching feeds: the hashes of their values, by which anybody sees what others know of a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.exchange.feeds import reading
from vardkase.exchange.feeds.models import Feed, SourceFormat
from vardkase.exchange.feeds.queries import md5_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.misp.types import COMPOSITE_TYPES

SCOPES = ("all", "freetext", "csv", "misp")
type Cached = tuple[str, str | None]
"""MD5 of a value, and the uuid of the event it is in."""


def chosen_feeds(scope: str) -> list[Feed]:
    """The feeds that are to be cached: all, or those of one format."""
    found = Feed.objects.filter(caching_enabled=True).order_by("pk")
    return list(found if scope == "all" else found.filter(source_format=scope))


@transaction.atomic
def cache_feed(actor: Actor, feed: Feed) -> int:
    """Put the values of a feed in place of those cached before; returns how many. Raises OutgoingFailed.

    The hashes go in while the feed is read, in one transaction: a feed that breaks off changes nothing.
    """
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    cursor().execute(INCOMING)
    with cursor().copy("COPY incoming_feed_value (md5, event_uuid) FROM STDIN") as copy:
        for row in _rows(feed):
            copy.write_row(row)
    Feed.objects.select_for_update().get(pk=feed.pk)  # Whoever caches it at the same time comes after.
    cursor().execute("DELETE FROM feed_value WHERE feed_id = %s", (feed.pk,))
    count = cursor().execute(STORE, (feed.pk,)).rowcount
    cursor().execute("DROP TABLE incoming_feed_value")
    Feed.objects.filter(pk=feed.pk).update(cached=now_seconds())
    record(actor, "feed.cached", Target("feed", feed.pk, title=feed.name), {"values": count})
    return count


def _rows(feed: Feed) -> Iterator[Cached]:
    if feed.source_format != SourceFormat.MISP:
        for found in reading.values(feed):
            yield from ((md5_of(part), None) for part in _parts(found.type, found.value))
        return
    try:
        yield from reading.hashes(feed)
    except reading.BadFeed:  # Not every feed has a list of its hashes: its events have the values.
        for announced in reading.manifest(feed):
            yield from _of_event(reading.feed_event(feed, announced.uuid), announced.uuid)


def _of_event(event: dict[str, Any], uuid: str) -> Iterator[Cached]:
    objects = [each for each in event.get("Object") or [] if isinstance(each, dict)]
    for block in (event, *objects):
        for attribute in block.get("Attribute") or []:
            value = attribute.get("value") if isinstance(attribute, dict) else None
            if isinstance(value, str | int):
                yield from ((md5_of(part), uuid) for part in _parts(str(attribute.get("type")), str(value)))


def _parts(kind: str, value: str) -> list[str]:
    """A value and, of a composite one, its halves: either may be looked for."""
    return [value, *value.split("|", 1)] if kind in COMPOSITE_TYPES else [value]


INCOMING = "CREATE TEMPORARY TABLE incoming_feed_value (md5 uuid, event_uuid uuid) ON COMMIT DROP"
STORE = """
INSERT INTO feed_value (feed_id, md5, event_uuid)
SELECT DISTINCT %s::bigint, md5, event_uuid FROM incoming_feed_value
"""
