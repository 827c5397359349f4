"""The surroundings of an event or a value in the graph of correlations: a bounded number of values and events."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.correlation.queries import (
    attributes_with_value,
    count_of_value,
    over_correlating_in_event,
    related_events,
)
from vardkase.analysis.correlation.shared_values import SharedValue, shared_values
from vardkase.analysis.search.value_search import attributes_by_id
from vardkase.identity.access.actor import Actor

MOST_EVENTS = 20
MOST_VALUES = 4
"""Values that each of these events shares with the one in the middle."""
MOST_OVER_CORRELATING = 10
EXAMINED = 500
"""The newest attributes with a value, among which its events are looked for."""


@dataclass(slots=True)
class Neighbours:
    """`links` are pairs of a value and an event that it is in; `left` events are not shown."""

    values: dict[str, SharedValue] = field(default_factory=dict)
    over_correlating: dict[str, SharedValue] = field(default_factory=dict)
    links: list[tuple[str, int]] = field(default_factory=list)
    left: int = 0

    @property
    def events(self) -> list[int]:
        return list(dict.fromkeys(event for _value, event in self.links))


def neighbours_of_event(actor: Actor, event_id: int) -> Neighbours:
    """The events that share most with a readable event, and what they share."""
    related = related_events(actor, event_id)
    shown = [one.event_id for one in related[:MOST_EVENTS]]
    found = Neighbours(left=len(related) - len(shown))
    for other, values in shared_values(actor, event_id, shown, each=MOST_VALUES).items():
        for shared in values:
            found.values[shared.value] = shared
            found.links += [(shared.value, event_id), (shared.value, other)]
    keys = over_correlating_in_event(actor, event_id, limit=MOST_OVER_CORRELATING)
    for attribute in attributes_by_id(actor, list(keys), size=len(keys)):
        is_first = attribute.value2 is None or keys_of([attribute.value1]) == [keys[attribute.id]]
        part = attribute.value1 if is_first else attribute.value2 or ""
        found.over_correlating[part] = SharedValue(part, attribute.type)
        found.links.append((part, event_id))
    found.links = list(dict.fromkeys(found.links))
    return found


def neighbours_of_value(actor: Actor, value: str) -> Neighbours:
    """The events with a value, those with the newest attributes first."""
    ids = attributes_with_value(actor, value, limit=EXAMINED)
    attributes = attributes_by_id(actor, ids, size=EXAMINED)
    if not attributes:
        return Neighbours()
    kept, events = count_of_value(actor, value)
    shown = list(dict.fromkeys(attribute.event_id for attribute in attributes))[:MOST_EVENTS]
    shared = {value: SharedValue(value, attributes[0].type)}
    is_over = kept > settings.VARDKASE_CORRELATION_LIMIT
    return Neighbours(
        {} if is_over else shared,
        shared if is_over else {},
        [(value, event) for event in shown],
        max(0, events - len(shown)),
    )
