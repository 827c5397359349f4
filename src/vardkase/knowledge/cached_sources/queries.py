"""Queries for cached sources that contain a value, and their overlap, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from vardkase.core.sql import array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.cached_sources.hashing import md5_of, parts_of
from vardkase.knowledge.cached_sources.kinds import FEED, SERVER, About, described
from vardkase.knowledge.cached_sources.models import NO_EVENT, CachedSource

MOST_EVENTS = 100
"""Events that are named for one value of one source."""


@dataclass(frozen=True, slots=True)
class CacheSource:
    """A cached source that the reader may know of. `cached` is Unix seconds, `size` the number of its values."""

    kind: str
    number: int
    cached: int
    size: int
    about: About


@dataclass(frozen=True, slots=True)
class CacheHit:
    """A source that has a value, and the uuids of its events that contain it (none for lists)."""

    source: CacheSource
    event_uuids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CacheOverlap:
    other: CacheSource
    shared: int
    percent: int


@dataclass
class CacheHits:
    """Cached matches for one reader and one response; the sources are queried only once."""

    actor: Actor
    kinds: Sequence[str] = (FEED, SERVER)

    @cached_property
    def sources(self) -> dict[int, CacheSource]:
        return cached_sources(self.actor, self.kinds) if self.actor.may_read else {}

    def hits(self, values: Iterable[str]) -> dict[str, list[CacheHit]]:
        if not self.sources:
            return {}
        by_md5 = {md5_of(value): value for value in values}
        parameters = {"md5s": array_of(by_md5), "sources": list(self.sources), "most": MOST_EVENTS}
        hits: dict[str, list[CacheHit]] = {}
        for md5, source_id, uuids in cursor().execute(HITS, parameters):
            events = tuple(str(uuid) for uuid in uuids if uuid != NO_EVENT)
            hits.setdefault(by_md5[md5.hex], []).append(CacheHit(self.sources[source_id], events))
        return hits

    def of_attributes[Key](self, values: Mapping[Key, tuple[str, str]]) -> dict[Key, list[CacheHit]]:
        """Key → sources that have that value (given by MISP type and text) or half of it; one query."""
        parts = {key: parts_of(*value) for key, value in values.items()} if self.sources else {}
        hits = self.hits(part for texts in parts.values() for part in texts)
        if not hits:
            return {}
        by_key = {key: [hit for part in texts for hit in hits.get(part, ())] for key, texts in parts.items()}
        # A composite value and its half may be in the same source.
        return {key: united(key_hits) for key, key_hits in by_key.items() if key_hits}


def elsewhere_for(actor: Actor, kinds: Sequence[str] = (FEED, SERVER)) -> CacheHits | None:
    """The cached matches the actor may see; None without permission, and if no visible source is cached."""
    if not kinds or not actor.may(Permission.VIEW_FEED_CORRELATIONS):
        return None
    elsewhere = CacheHits(actor, kinds)
    return elsewhere if elsewhere.sources else None


def united(hits: Iterable[CacheHit], most: int = MOST_EVENTS) -> list[CacheHit]:
    events: dict[tuple[str, int], set[str]] = {}
    sources: dict[tuple[str, int], CacheSource] = {}
    for hit in hits:
        key = (hit.source.kind, hit.source.number)
        sources[key] = hit.source
        events.setdefault(key, set()).update(hit.event_uuids)
    return [CacheHit(sources[key], tuple(sorted(events[key])[:most])) for key in sorted(sources)]


def cached_sources(actor: Actor, kinds: Iterable[str] = (FEED, SERVER)) -> dict[int, CacheSource]:
    sources: dict[int, CacheSource] = {}
    rows = list(CachedSource.objects.filter(cached__isnull=False).order_by("kind", "number")) if kinds else []
    for kind in kinds:
        own = [row for row in rows if row.kind == kind]
        about = described(actor, kind, [row.number for row in own])
        sources |= {
            row.pk: CacheSource(kind, row.number, row.cached or 0, row.size, about[row.number])
            for row in own
            if row.number in about
        }
    return sources


def overlaps(
    actor: Actor, kinds: Iterable[str] = (FEED, SERVER)
) -> list[tuple[CacheSource, list[CacheOverlap]]]:
    known = cached_sources(actor, kinds)
    rows = cursor().execute(OVERLAPS, {"sources": list(known)})
    shared = {(source, other): number for source, other, number in rows}
    return [
        (
            source,
            [
                CacheOverlap(other, number := shared.get((pk, key), 0), 100 * number // (source.size or 1))
                for key, other in known.items()
                if key != pk
            ],
        )
        for pk, source in known.items()
    ]


def find_cached(kind: str, number: int) -> CachedSource | None:
    return CachedSource.objects.filter(kind=kind, number=number, cached__isnull=False).first()


def coverage(kind: str, number: int) -> float:
    source = find_cached(kind, number)
    if source is None or not source.size:
        return 0.0
    covered = list(source.overlaps.values_list("shared", flat=True))
    if len(covered) > 1:  # The others may have the same values: count them once.
        row = cursor().execute(COVERED, {"source": source.pk}).fetchone()
        covered = [row[0]] if row else []
    return round(100 * sum(covered) / source.size, 2)


# The md5 comes first in the index: a value is found in all sources with one look.
HITS = """
SELECT md5, source_id, (array_agg(event_uuid ORDER BY event_uuid))[1:%(most)s] FROM cached_value
WHERE md5 = ANY(%(md5s)s::uuid[]) AND source_id = ANY(%(sources)s) GROUP BY md5, source_id ORDER BY source_id
"""
OVERLAPS = """
SELECT source_id, other_id, shared FROM cached_overlap
WHERE source_id = ANY(%(sources)s) AND other_id = ANY(%(sources)s)
"""
COVERED = """
SELECT count(DISTINCT own.md5) FROM cached_value own
WHERE own.source_id = %(source)s AND EXISTS (
    SELECT FROM cached_value other WHERE other.md5 = own.md5 AND other.source_id <> %(source)s)
"""
