"""MISP's feed format (core-format §14): event files without ids and distributions, manifest, value hashes."""

from vardkase.formats.feed.documents import FeedEvent, feed_events
from vardkase.formats.feed.reach import FeedReach

__all__ = ["FeedEvent", "FeedReach", "feed_events"]
