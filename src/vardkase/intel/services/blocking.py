"""Events that must not come in: by their uuid, or by the organisation that created them."""

from __future__ import annotations

from vardkase.intel.errors import EventBlocked
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import is_blocked
from vardkase.knowledge.blocklists.services import count_blocked


def refuse_blocked(event_uuid: str | None, creator_uuid: str) -> None:
    """Raise EventBlocked for an event on the blocklist, or one of an organisation on the blocklist.

    What an organisation's entry keeps out is counted, so this comes before the transaction that would store it.
    """
    if event_uuid is not None and is_blocked(Blocked.EVENT, event_uuid):
        raise EventBlocked("Event blocked by event blocklist.")
    if is_blocked(Blocked.ORGANISATION, creator_uuid):
        count_blocked(Blocked.ORGANISATION, creator_uuid)
        raise EventBlocked("Event blocked by organisation blocklist.")
