"""Which of the events that are being changed have a value in the version that the actor may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.formats.misp_json.published import (
    PublishedAttribute,
    PublishedEvent,
    PublishedObject,
    decoded,
    limits_of,
)
from vardkase.formats.misp_json.snapshots import read_snapshots
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.last_version import ChangingEvent, readable_among
from vardkase.misp.types import COMPOSITE_TYPES

MOST_BYTES = 16 * 2**20
"""Of versions that are read for a page: a third of a second."""


def versions_with_value(actor: Actor, value: str, changing: Sequence[ChangingEvent]) -> list[ChangingEvent]:
    """Those with `value` as an attribute's value, or either part of it, by the rules of `last_published_event`.

    Versions beyond MOST_BYTES are not read, and not among them.
    """
    documents = read_snapshots(((one.event_uuid, one.version) for one in changing), MOST_BYTES)
    holding = [
        (one.event_id, holder, attribute)
        for one, document in zip(changing, documents, strict=True)
        if document is not None
        for holder, attribute in _attributes(decoded(document))
        if value.lower() in _texts(attribute)
    ]
    holders = ((event_id, *limits_of(holder)) for event_id, holder, _ in holding if holder)
    shown = readable_among(actor, "object", holders)
    within = [(event_id, one) for event_id, holder, one in holding if not holder or holder.uuid in shown]
    shown = readable_among(actor, "attribute", ((event_id, *limits_of(one)) for event_id, one in within))
    found = {event_id for event_id, one in within if one.uuid in shown}
    return [one for one in changing if one.event_id in found]


def _attributes(event: PublishedEvent) -> Iterator[tuple[PublishedObject | None, PublishedAttribute]]:
    yield from ((None, one) for one in event.Attribute)
    yield from ((holder, one) for holder in event.Object for one in holder.Attribute)


def _texts(attribute: PublishedAttribute) -> set[str]:
    """What a search for the value may ask for."""
    value = attribute.value.lower()
    return {value, *value.split("|", 1)} if attribute.type in COMPOSITE_TYPES else {value}
