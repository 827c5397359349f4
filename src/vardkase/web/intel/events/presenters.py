"""View data of the attribute table: one block per object, and one for attributes without an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse

from vardkase.analysis.correlation.queries import correlations_of_attributes
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.attribute_lines import AttributeLine, Layout
from vardkase.intel.queries.object_lines import ObjectHead, object_heads
from vardkase.knowledge.cached_sources.queries import CacheHit, elsewhere_for
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.chips import INHERIT


@dataclass(frozen=True, slots=True)
class PartRow:
    """An attribute with its number of correlating events; `over`: too many to list."""

    line: AttributeLine
    event: EventRow
    correlations: int
    over: bool
    elsewhere: Sequence[CacheHit] = ()
    """The cached feeds and instances that know the value too."""

    @property
    def value_url(self) -> str:
        return value_url(self.line.value)

    @property
    def is_changed(self) -> bool:
        """True if changed since the event was published."""
        event = self.event
        return not event.published and 0 < event.publish_timestamp < self.line.timestamp

    @property
    def changed(self) -> datetime:
        return moment(self.line.timestamp)

    @property
    def has_own_reach(self) -> bool:
        return self.line.distribution != INHERIT


@dataclass(frozen=True, slots=True)
class ObjectBlock:
    head: ObjectHead | None
    lines: list[PartRow]

    @property
    def has_own_reach(self) -> bool:
        return self.head is not None and self.head.distribution != INHERIT


def blocks_of(
    actor: Actor, event: EventRow, lines: Sequence[AttributeLine], layout: Layout
) -> list[ObjectBlock]:
    shown = _shown(actor, event, lines)
    if layout is Layout.FLAT:
        return [ObjectBlock(None, shown)]
    heads = object_heads(actor, sorted({line.object_id for line in lines if line.object_id}))
    return [
        ObjectBlock(heads.get(object_id or 0), list(members))
        for object_id, members in groupby(shown, key=lambda row: row.line.object_id)
    ]


def _shown(actor: Actor, event: EventRow, lines: Sequence[AttributeLine]) -> list[PartRow]:
    correlations = correlations_of_attributes(actor, [line.id for line in lines])
    events: dict[int, set[int]] = {}
    for pair in correlations.pairs:
        events.setdefault(pair.attribute_id, set()).add(pair.related_event_id)
    elsewhere = elsewhere_for(actor)
    known = elsewhere.of_attributes({line.id: (line.type, line.value) for line in lines}) if elsewhere else {}
    return [
        PartRow(
            line,
            event,
            len(events.get(line.id, ())),
            line.id in correlations.over_correlating,
            known.get(line.id, ()),
        )
        for line in lines
    ]


def value_url(value: str) -> str:
    return f"{reverse('value')}?{urlencode({'v': value})}"
