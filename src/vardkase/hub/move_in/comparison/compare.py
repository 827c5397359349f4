"""Compares events, and counts the rest. Nothing of what differs is changed.

Events are read a few at a time, so that a store of any size takes little memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.events import separate_events
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.hub.move_in.comparison.parts import Parts, parts_of
from vardkase.identity.access.actor import Actor

MOST_NAMED = 200
AT_ONCE = 20
MOST_AT_ONCE = 5_000
"""Attributes of large events that are read together."""
AS_STORED = EventOptions(
    deleted=Deleted.BOTH, include_event_correlations=False, include_all_tags=True, exclude_galaxy=True
)

type Events = Callable[[Sequence[int]], dict[int, Parts]]
"""Reads events by their numbers; those that are not there are left out."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`fields` are those that differ; none if the part is only in MISP (`missing`) or only here."""

    event_id: int
    kind: str
    name: str
    missing: bool = False
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Comparison:
    """`counts`: by kind, how many there are in MISP and here. An event is equal if all its parts are."""

    source: str
    events: int = 0
    equal: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare_events(
    source: str, actor: Actor, ids: Iterable[int], theirs: Events, progress: Callable[[int], None]
) -> Comparison:
    """`actor` reads everything here. What only one of the two ever shows, such as sightings, is left out."""
    comparison = Comparison(source)
    there: Counter[str] = Counter()
    here: Counter[str] = Counter()

    def compare(event_id: int, misp: Parts, own: Parts) -> None:
        there.update(kind for kind, _ in misp)
        here.update(kind for kind, _ in own)
        comparison.events += 1
        if misp == own:
            comparison.equal += 1
        else:
            _note(comparison, event_id, misp, own)

    for batch in _batched(ids):
        from_misp = theirs(batch)
        # One of ours at a time: a document and its parts take many times what MISP's rows do.
        for event_id, own in _ours(actor, batch):
            compare(event_id, from_misp.pop(event_id, {}), own)
        for event_id, misp in from_misp.items():
            compare(event_id, misp, {})
        progress(comparison.events)
    comparison.counts = {kind: (there[kind], here[kind]) for kind in sorted(there | here)}
    return comparison


def _ours(actor: Actor, ids: Sequence[int]) -> Iterator[tuple[int, Parts]]:
    for event_id, document in separate_events(actor, list(ids), AS_STORED):
        yield event_id, parts_of(msgspec.json.decode(document)["Event"])


def _note(comparison: Comparison, event_id: int, misp: Parts, own: Parts) -> None:
    for key in sorted(misp.keys() | own.keys()):
        if misp.get(key) == own.get(key):
            continue
        comparison.differing += 1
        if len(comparison.differences) < MOST_NAMED:
            both = key in misp and key in own
            fields = (
                tuple(name for name in misp[key] if misp[key][name] != own[key].get(name)) if both else ()
            )
            comparison.differences.append(Difference(event_id, *key, missing=key not in own, fields=fields))


def _batched(ids: Iterable[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    weight = 0
    sizes = dict(
        cursor().execute("SELECT id, attribute_count FROM event WHERE attribute_count > 1000").fetchall()
    )
    for event_id in ids:
        size = sizes.get(event_id, 0)
        if batch and (len(batch) >= AT_ONCE or weight + size > MOST_AT_ONCE):
            yield batch
            batch, weight = [], 0
        batch.append(event_id)
        weight += size
    if batch:
        yield batch
