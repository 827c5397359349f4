"""What a request names, or MISP's answer where the caller can read nothing of the kind."""

from __future__ import annotations

from vardkase.api.errors import MispError
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event


def event_or_404(actor: Actor, reference: str) -> EventRow:
    try:
        return find_event(actor, reference)
    except NotFound as missing:
        raise MispError(404, "Invalid event") from missing
