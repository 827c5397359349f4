"""What the audit log says of acts on an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vardkase.audit.services import Target
from vardkase.intel.columns import EventRow
from vardkase.intel.kernel.audiences import Audiences, is_known_to_readers
from vardkase.intel.models import Attribute, Event

MOST_NAMED = 500
LONGEST_FILTER = 2000


def event_target(event: Event | EventRow) -> Target:
    return Target("event", event.id, event.uuid, event.info)


def attribute_target(attribute: Attribute) -> Target:
    return Target("attribute", attribute.pk, attribute.uuid, attribute.value)


def of_attributes(chosen: Sequence[int], found_by: str | None) -> dict[str, Any]:
    """Which attributes a bulk act is about: their ids, or for many the filter that found them.

    `intel.queries.history` keeps entries with a filter from other organisations.
    """
    if len(chosen) <= MOST_NAMED:
        return {"attributes": list(chosen)}
    if found_by is None:  # Chosen one by one: the ids are the filter.
        found_by = "pk=" + ",".join(map(str, chosen[:LONGEST_FILTER]))
    return {"filter": found_by[:LONGEST_FILTER]}


def known_to(event: Event, audiences: Audiences) -> dict[str, Any]:
    """The audiences that may know of the act, for its entry's `change`; empty if every reader of the event may.

    `intel.queries.history` keeps entries that have it from other organisations.
    """
    return {} if is_known_to_readers(event, audiences) else {"audiences": sorted(audiences)}
