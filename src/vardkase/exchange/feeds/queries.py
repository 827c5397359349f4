"""Reading feeds and what is cached of them. Site administrators see all, others those that are shown to everyone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.exchange.feeds.models import Feed, FeedValue
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.flags import as_int

MOST_HITS = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """A cached feed that holds a value, and the events of it that do (none for lists)."""

    feed: Feed
    event_uuids: list[str]


def feeds(actor: Actor) -> QuerySet[Feed]:
    """The feeds that `actor` may know of, oldest first."""
    found = Feed.objects.select_related("tag", "sharing_group", "orgc").order_by("pk")
    return found if actor.is_site_admin else found.filter(lookup_visible=True)


def find_feed(actor: Actor, reference: Reference) -> Feed:
    """One feed by id. Raises NotFound."""
    found = feeds(actor).filter(pk=as_int(reference) or 0).first()
    if found is None:
        raise NotFound("Invalid feed.")
    return found


def md5_of(value: str) -> str:
    """The MD5 by which a value is cached: of its text as it is, as feeds' own lists of hashes have it."""
    return hashlib.md5(value.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def search_caches(actor: Actor, values: Sequence[str]) -> list[Hit]:
    """The cached feeds that hold any of `values`, and the events that do."""
    known = {feed.pk: feed for feed in feeds(actor).filter(cached__isnull=False)}
    parameters = {"md5s": [md5_of(value) for value in values], "feeds": list(known), "most": MOST_HITS}
    found: dict[int, list[str]] = {}
    for feed_id, uuid in cursor().execute(SEARCH, parameters):
        found.setdefault(feed_id, []).extend([uuid] if uuid else [])
    return [Hit(known[pk], uuids) for pk, uuids in sorted(found.items())]


def cached_elements(feed: Feed) -> int:
    """How many values of the feed are cached."""
    return FeedValue.objects.filter(feed=feed).values("md5").distinct().count()


def coverage(feed: Feed) -> float:
    """The percentage of the feed's cached values that other cached feeds hold as well."""
    row = cursor().execute(COVERAGE, {"feed": feed.pk}).fetchone()
    total, covered = row or (0, 0)
    return round(100 * covered / total, 2) if total else 0.0


def overlaps(actor: Actor) -> list[tuple[Feed, list[tuple[Feed, int, int]]]]:
    """Every cached feed with, for each other one, how many values they share and how many percent that is of it."""
    known = {feed.pk: feed for feed in feeds(actor).filter(cached__isnull=False)}
    totals = dict(cursor().execute(TOTALS, {"feeds": list(known)}).fetchall())
    shared = {(a, b): n for a, b, n in cursor().execute(OVERLAPS, {"feeds": list(known)}).fetchall()}
    return [
        (
            feed,
            [
                (other, (n := shared.get((feed.pk, other.pk), 0)), 100 * n // totals.get(feed.pk, 1))
                for other in known.values()
                if other is not feed
            ],
        )
        for feed in known.values()
    ]


SEARCH = """
SELECT DISTINCT feed_id, event_uuid::text FROM feed_value
WHERE md5 = ANY(%(md5s)s::uuid[]) AND feed_id = ANY(%(feeds)s) ORDER BY 1, 2 LIMIT %(most)s
"""
COVERAGE = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM feed_value other WHERE other.md5 = own.md5 AND other.feed_id <> %(feed)s))
FROM (SELECT DISTINCT md5 FROM feed_value WHERE feed_id = %(feed)s) own
"""
TOTALS = "SELECT feed_id, count(DISTINCT md5) FROM feed_value WHERE feed_id = ANY(%(feeds)s) GROUP BY feed_id"
OVERLAPS = """
SELECT a.feed_id, b.feed_id, count(DISTINCT a.md5) FROM feed_value a
JOIN feed_value b ON b.md5 = a.md5 AND b.feed_id <> a.feed_id
WHERE a.feed_id = ANY(%(feeds)s) AND b.feed_id = ANY(%(feeds)s) GROUP BY a.feed_id, b.feed_id
"""
