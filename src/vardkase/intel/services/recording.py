"""What the audit trail says of acts on an event that not everybody who reads the event may know of."""

from __future__ import annotations

from typing import Any

from vardkase.intel.models import Event
from vardkase.intel.services.audiences import Audiences, is_known_to_readers


def known_to(event: Event, audiences: Audiences) -> dict[str, Any]:
    """Who may know of the act, for its entry's `change`: nothing where every reader of the event may.

    `intel.queries.history` keeps entries that have it from other organisations.
    """
    return {} if is_known_to_readers(event, audiences) else {"audiences": sorted(audiences)}
