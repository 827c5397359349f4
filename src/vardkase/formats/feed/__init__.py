"""MISP's feed format: event files without ids and distributions, manifest (draft-dulaunoy-misp-core-format), hashes."""

from vardkase.formats.feed.documents import FeedEvent, feed_events
from vardkase.formats.feed.reach import FeedReach

__all__ = ["FeedEvent", "FeedReach", "feed_events"]
