"""View data of the table of attributes: a row for each attribute, and one for each object above its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from vardkase.analysis.correlation.queries import correlations_of_attributes
from vardkase.analysis.decay.options import DecayOptions
from vardkase.analysis.decay.scores import Score, Scorer
from vardkase.core.clock import now_seconds
from vardkase.formats.misp_json.published_attributes import published_attributes
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.threads import counts_by_object
from vardkase.intel.columns import EventRow
from vardkase.intel.proposals.queries import open_by_attribute
from vardkase.intel.queries.attribute_lines import AttributeLine, Entry, LineOrder, attribute_lines
from vardkase.intel.queries.object_lines import ObjectHead, object_heads
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import counts_by_type, weekly_counts
from vardkase.knowledge.cached_sources.queries import CacheHit, elsewhere_for
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.time import optional_seen_moment
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.charts import day_bars
from vardkase.web.ui.chips import INHERIT

WEEKS = 12
"""Of sightings drawn in a row."""


@dataclass(frozen=True, slots=True)
class SightingCounts:
    """How often a value was sighted, by type."""

    by_type: Mapping[int, int] = field(default_factory=dict)
    weeks: Sequence[int] = ()
    """How often it was seen in each of the last weeks; empty if in none of them."""

    @property
    def bars(self) -> list[dict[str, Any]]:
        return day_bars(self.weeks)

    @property
    def weeks_text(self) -> str:
        return ", ".join(map(str, self.weeks))

    @property
    def seen(self) -> int:
        return self.by_type.get(SightingType.SEEN, 0)

    @property
    def false_positives(self) -> int:
        return self.by_type.get(SightingType.FALSE_POSITIVE, 0)

    @property
    def expired(self) -> int:
        return self.by_type.get(SightingType.EXPIRATION, 0)


@dataclass(frozen=True, slots=True)
class PartRow:
    """An attribute with its number of correlating events; `over`: too many to list."""

    line: AttributeLine
    event: EventRow
    correlations: int
    over: bool
    elsewhere: Sequence[CacheHit] = ()
    """The cached feeds and instances that know the value too."""
    sighted: SightingCounts = SightingCounts()
    warninglists: Sequence[str] = ()
    """The names of the warninglists that the value is on."""
    proposals: int = 0
    """Open ones that would change or delete it."""
    scores: Sequence[Score] = ()
    """By each decaying model that applies to its type."""
    is_new: bool = False
    """True if it is not in the last published version."""

    @property
    def value_url(self) -> str:
        return value_url(self.line.value)

    @property
    def score(self) -> Score | None:
        """The highest: by at least one model the value is worth that much."""
        return max(self.scores, key=lambda score: score.score, default=None)

    @property
    def is_decayed(self) -> bool:
        return bool(self.scores) and all(score.decayed for score in self.scores)

    @property
    def scores_text(self) -> str:
        return ", ".join(f"{score.model.name}: {score.score:.0f}" for score in self.scores)

    @property
    def is_changed(self) -> bool:
        """True if changed since the event was published."""
        return _is_changed(self.event, self.line)

    @property
    def changed(self) -> datetime:
        return moment(self.line.timestamp)

    @property
    def first_seen(self) -> datetime | None:
        return optional_seen_moment(self.line.first_seen)

    @property
    def last_seen(self) -> datetime | None:
        return optional_seen_moment(self.line.last_seen)

    @property
    def has_own_reach(self) -> bool:
        return self.line.distribution != INHERIT


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row and its number in the whole table, counted from 1 with the head: an object, or an attribute."""

    number: int
    head: ObjectHead | None = None
    shown: PartRow | None = None
    in_object: bool = False
    is_folded: bool = False
    toggled: str = ""
    """For an object: those to name in the address so that it folds or unfolds."""
    notes: int = 0
    """Notes, opinions and relationships on it that the reader sees."""

    @property
    def has_own_reach(self) -> bool:
        return self.head is not None and self.head.distribution != INHERIT


def table_rows(
    actor: Actor,
    event: EventRow,
    entries: Sequence[Entry],
    start: int,
    order: LineOrder,
    *,
    deleted: bool,
    keys: Collection[str],
) -> list[TableRow]:
    """`keys`: the columns that are shown; what only others need is not looked up."""
    lines = attribute_lines(
        actor, event.id, [entry.attribute_id for entry in entries if entry.attribute_id], deleted=deleted
    )
    shown = {row.line.id: row for row in _shown(actor, event, list(lines.values()), keys)}
    objects = {entry.object_id for entry in entries if entry.object_id and entry.attribute_id is None}
    heads = object_heads(actor, sorted(objects))
    parts: list[AttributeLine | ObjectHead] = [*lines.values(), *heads.values()]
    noted = counts_by_object(actor, [part.uuid for part in parts])
    return list(_rows(entries, start + 2, order, heads, shown, noted))


def _rows(
    entries: Sequence[Entry],
    first: int,
    order: LineOrder,
    heads: Mapping[int, ObjectHead],
    shown: Mapping[int, PartRow],
    noted: Mapping[str, int],
) -> Iterable[TableRow]:
    for number, entry in enumerate(entries, first):
        # What was removed since the rows were ordered is left out; the window is then a row shorter.
        if entry.attribute_id is not None:
            if part := shown.get(entry.attribute_id):
                in_object = entry.object_id is not None and not order.is_flat
                notes = noted.get(str(part.line.uuid), 0)
                yield TableRow(number, shown=part, in_object=in_object, notes=notes)
        elif head := heads.get(entry.object_id or 0):
            toggled = ",".join(str(each) for each in {*order.toggled} ^ {head.id})
            folded, notes = order.hides_parts_of(head.id), noted.get(str(head.uuid), 0)
            yield TableRow(number, head, is_folded=folded, toggled=toggled, notes=notes)


def _shown(
    actor: Actor, event: EventRow, lines: Sequence[AttributeLine], keys: Collection[str]
) -> list[PartRow]:
    correlations = correlations_of_attributes(actor, [line.id for line in lines])
    events: dict[int, set[int]] = {}
    for pair in correlations.pairs:
        events.setdefault(pair.attribute_id, set()).add(pair.related_event_id)
    elsewhere = elsewhere_for(actor)
    known = elsewhere.of_attributes({line.id: (line.type, line.value) for line in lines}) if elsewhere else {}
    sighted = counts_by_type(actor, [line.id for line in lines])
    weeks = weekly_counts(actor, list(sighted), WEEKS, now_seconds()) if sighted else {}
    scores = Scorer(actor, DecayOptions()).scores([line.id for line in lines]) if "decay" in keys else {}
    proposed = open_by_attribute(actor, [line.id for line in lines])
    changed = any(_is_changed(event, line) for line in lines)
    published = published_attributes(event.uuid) if changed else None
    warned = find_hits([CheckedValue(line.value, line.type) for line in lines])
    return [
        PartRow(
            line,
            event,
            len(events.get(line.id, ())),
            line.id in correlations.over_correlating,
            known.get(line.id, ()),
            SightingCounts(sighted.get(line.id, {}), weeks.get(line.id, ())),
            [hit.name for hit in warned.get(position, ())],
            proposed.get(line.id, 0),
            scores.get(line.id, ()),
            published is not None and str(line.uuid) not in published,
        )
        for position, line in enumerate(lines)
    ]


def _is_changed(event: EventRow, line: AttributeLine) -> bool:
    return not event.published and 0 < event.publish_timestamp < line.timestamp


def value_url(value: str) -> str:
    return f"{_values_at()}?{urlencode({'v': value})}"


@cache
def _values_at() -> str:
    return reverse("value")
