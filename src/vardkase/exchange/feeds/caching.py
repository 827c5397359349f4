"""Caching feeds: hashes of their values, so that users see which feeds contain a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vardkase.audit.services import Target, record
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.feeds import reading
from vardkase.exchange.feeds.models import Feed, FeedAction, SourceFormat
from vardkase.exchange.feeds.run_records import running
from vardkase.exchange.feeds.sources import BadFeed
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.cached_sources import services as caches
from vardkase.knowledge.cached_sources.hashing import md5_of, parts_of
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.services import Cached

SCOPES = ("all", "freetext", "csv", "misp")


def chosen_feeds(scope: str) -> list[Feed]:
    found = Feed.objects.filter(caching_enabled=True).order_by("pk")
    return list(found if scope == "all" else found.filter(source_format=scope))


def cache_feed(actor: Actor, feed: Feed) -> int:
    """Replace the cached values of a feed; returns how many there are. Raises OutgoingFailed.

    A feed that breaks off changes nothing.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    with running(actor, feed, FeedAction.CACHE) as log:
        count = caches.store(FEED, feed.pk, _hashed_values(feed), log.reached)
        log.brought({"values": count})
    record(actor, ExchangeAction.FEED_CACHED, Target("feed", feed.pk, title=feed.name), {"values": count})
    return count


def _hashed_values(feed: Feed) -> Iterator[Cached]:
    if feed.source_format != SourceFormat.MISP:
        for found in reading.values(feed):
            # MD5, as in the hash lists of MISP's feeds: it identifies a value, and protects nothing.
            yield from ((md5_of(part), None) for part in parts_of(found.type, found.value))
        return
    try:
        yield from reading.hashes(feed)
    except BadFeed:  # Not every feed has a list of its hashes: its events have the values.
        for announced in reading.manifest(feed):
            yield from _hashed_values_of(reading.feed_event(feed, announced.uuid), announced.uuid)


def _hashed_values_of(event: dict[str, Any], uuid: str) -> Iterator[Cached]:
    objects = [misp_object for misp_object in event.get("Object") or [] if isinstance(misp_object, dict)]
    for block in (event, *objects):
        for attribute in block.get("Attribute") or []:
            value = attribute.get("value") if isinstance(attribute, dict) else None
            if isinstance(value, str | int):
                yield from ((md5_of(part), uuid) for part in parts_of(str(attribute.get("type")), str(value)))
