"""What the versions hold that the actor may read of events that are being changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet

import msgspec
from msgspec import Struct

from vardkase.formats.misp_json.published import (
    PublishedAttribute,
    PublishedEvent,
    PublishedObject,
    decoded,
    limits_of,
)
from vardkase.formats.misp_json.snapshots import read_snapshots
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.last_version import ChangingEvent, readable_among, withheld_parts
from vardkase.misp.types import COMPOSITE_TYPES

MOST_BYTES = 16 * 2**20
"""Of versions that are read for a page: a third of a second."""


def versions_with_values(
    actor: Actor, values: Collection[str], changing: Sequence[ChangingEvent]
) -> dict[str, list[ChangingEvent]]:
    """Value in lower case → those with it as an attribute's value, or either part of it."""
    wanted = {value.lower() for value in values}
    found = _found_in(actor, changing, lambda attribute: _texts(attribute) & wanted)
    by_value: dict[str, list[ChangingEvent]] = {}
    for one in changing:
        for value in found.get(one.event_id, ()):
            by_value.setdefault(value, []).append(one)
    return by_value


def versions_with_type(actor: Actor, type: str, changing: Sequence[ChangingEvent]) -> list[ChangingEvent]:
    found = _found_in(actor, changing, lambda attribute: {type} & {attribute.type})
    return [one for one in changing if one.event_id in found]


def threat_levels(changing: Sequence[ChangingEvent]) -> dict[int, int]:
    """Event id → the threat level that its version had."""
    documents = read_snapshots(((one.event_uuid, one.version) for one in changing), MOST_BYTES)
    return {
        one.event_id: int(msgspec.json.decode(document, type=_Levels).Event.threat_level_id)
        for one, document in zip(changing, documents, strict=True)
        if document is not None
    }


class _Level(Struct):
    threat_level_id: str


class _Levels(Struct):
    Event: _Level


def _found_in(
    actor: Actor, changing: Sequence[ChangingEvent], wanted: Callable[[PublishedAttribute], AbstractSet[str]]
) -> dict[int, set[str]]:
    """Event id → what is `wanted` of the attributes of its version, by the rules of `last_published_event`.

    Versions beyond MOST_BYTES are not read.
    """
    documents = read_snapshots(((one.event_uuid, one.version) for one in changing), MOST_BYTES)
    withheld = withheld_parts(actor, ((one.event_uuid, one.version) for one in changing))
    holding = [
        (one.event_id, holder, attribute, found)
        for one, document in zip(changing, documents, strict=True)
        if document is not None
        for holder, attribute in _attributes(decoded(document))
        if (one.event_uuid, attribute.uuid) not in withheld
        and (holder is None or (one.event_uuid, holder.uuid) not in withheld)
        and (found := wanted(attribute))
    ]
    holders = ((event_id, *limits_of(holder)) for event_id, holder, _, _ in holding if holder)
    shown = readable_among(actor, "object", holders)
    within = [each for each in holding if not each[1] or each[1].uuid in shown]
    shown = readable_among(actor, "attribute", ((each[0], *limits_of(each[2])) for each in within))
    by_event: dict[int, set[str]] = {}
    for event_id, _, attribute, found in within:
        if attribute.uuid in shown:
            by_event.setdefault(event_id, set()).update(found)
    return by_event


def _attributes(event: PublishedEvent) -> Iterator[tuple[PublishedObject | None, PublishedAttribute]]:
    yield from ((None, one) for one in event.Attribute)
    yield from ((holder, one) for holder in event.Object for one in holder.Attribute)


def _texts(attribute: PublishedAttribute) -> set[str]:
    """What a search for the value may ask for."""
    value = attribute.value.lower()
    return {value, *value.split("|", 1)} if attribute.type in COMPOSITE_TYPES else {value}
