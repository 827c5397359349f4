"""What the audit log says of acts on an event."""

from __future__ import annotations

from typing import Any

from vardkase.audit.services import Target
from vardkase.intel.columns import EventRow
from vardkase.intel.kernel.audiences import Audiences, is_known_to_readers
from vardkase.intel.models import Attribute, Event


def event_target(event: Event | EventRow) -> Target:
    return Target("event", event.id, event.uuid, event.info)


def attribute_target(attribute: Attribute) -> Target:
    return Target("attribute", attribute.pk, attribute.uuid, attribute.value)


def known_to(event: Event, audiences: Audiences) -> dict[str, Any]:
    """The audiences that may know of the act, for its entry's `change`; empty if every reader of the event may.

    `intel.queries.history` keeps entries that have it from other organisations.
    """
    return {} if is_known_to_readers(event, audiences) else {"audiences": sorted(audiences)}
