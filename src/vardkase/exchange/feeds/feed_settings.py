"""Applies a feed's settings to its events: distribution, tags and creator."""

from __future__ import annotations

from typing import Any

from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.imported_distribution import with_distribution
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.tag_collections.queries import default_tags
from vardkase.misp.distribution import Analysis, Distribution, ThreatLevel
from vardkase.misp.flags import as_bool


def tags_of(actor: Actor, feed: Feed) -> list[str]:
    """The names of the tags given to everything from the feed: its own tag and those of its collection."""
    own = [feed.tag.name] if feed.tag else []
    collected = default_tags(actor, feed.tag_collection_id) if feed.tag_collection_id else []
    return list(dict.fromkeys([*own, *(tag.name for tag in collected)]))


def with_feed_settings(actor: Actor, feed: Feed, event: dict[str, Any]) -> dict[str, Any]:
    settings = feed.settings or {}
    # Ids are those of another instance; a locked event could not be edited here.
    event = {name: value for name, value in event.items() if name not in ("id", "locked")}
    if feed.distribution != Distribution.INHERIT:
        event = with_distribution(event, feed.distribution, feed.sharing_group_id)
    listed = event.get("Tag")
    tags: list[Any] = listed if isinstance(listed, list) else []
    event["Tag"] = [*tags, *({"name": name} for name in tags_of(actor, feed))]
    if feed.orgc:
        event["Orgc"] = {"uuid": str(feed.orgc.uuid), "name": feed.orgc.name}
    if as_bool(settings.get("disable_correlation")):
        event["disable_correlation"] = True
    if as_bool(settings.get("unpublish_event")):
        event["published"] = False
    return event


def event_for_list(actor: Actor, feed: Feed) -> dict[str, Any]:
    event = {
        "info": f"{feed.name} feed",
        "distribution": feed.distribution if feed.distribution != Distribution.INHERIT else 0,
        "sharing_group_id": feed.sharing_group_id or 0,
        "threat_level_id": int(ThreatLevel.UNDEFINED),
        "analysis": int(Analysis.COMPLETED),
    }
    return with_feed_settings(actor, feed, event)
