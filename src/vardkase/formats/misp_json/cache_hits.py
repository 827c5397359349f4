"""Hits in cached feeds and connected instances: per value of a document, and for the whole event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from vardkase.formats.misp_json.structs import Attribute, encoder
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.cached_sources.queries import CacheHit, CacheHits, elsewhere_for, united

MOST_EVENTS = 1000
"""Events of one source that are named of a whole event."""


@dataclass(slots=True)
class CacheHitLoader:
    """The cache hits of a document so far: event id → the sources that contain any of its values."""

    elsewhere: CacheHits
    met: dict[int, list[CacheHit]] = field(default_factory=dict)

    def add(self, page: Sequence[Attribute]) -> None:
        """Set `Feed` and `Server` on each attribute that may correlate; one query."""
        asked = {each.id: (each.type, each.value) for each in page if not each.disable_correlation}
        known = self.elsewhere.of_attributes(asked)
        for attribute in page if known else ():
            if hits := known.get(attribute.id):
                for kind, blocks in _by_kind(hits).items():
                    setattr(attribute, kind, Raw(encoder.encode(blocks)))
                event_id = int(attribute.event_id)
                self.met[event_id] = united([*self.met.get(event_id, ()), *hits], MOST_EVENTS)

    def sections(self, event_ids: Iterable[int]) -> Iterator[tuple[str, Iterator[bytes]]]:
        # Removed as they are written, or an export of many events would collect the hits of all.
        hits = united(hit for event_id in event_ids for hit in self.met.pop(event_id, ()))
        for kind, blocks in _by_kind(hits).items():
            yield kind, iter([encoder.encode(blocks)[1:-1]])


def cache_hit_loader(actor: Actor, kinds: Sequence[str]) -> CacheHitLoader | None:
    """A new loader; None if the actor may not see cache hits, or no source visible to them is cached."""
    elsewhere = elsewhere_for(actor, kinds)
    return CacheHitLoader(elsewhere) if elsewhere else None


def _by_kind(hits: Iterable[CacheHit]) -> dict[str, list[dict[str, Any]]]:
    blocks: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        events = {"event_uuids": list(hit.event_uuids)} if hit.event_uuids else {}
        blocks.setdefault(hit.source.kind, []).append({**hit.source.about, **events})
    return blocks
