"""Stops a former owner's analyst data from following an event that has changed owner."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.intel.hooks import EventOwnerChanged


def withdraw_of_former_owner(taken: EventOwnerChanged) -> None:
    """Limit data that inherited the event's distribution to its author: it would reveal the event's former
    owner."""
    cursor().execute(
        WITHDRAW, {"event": taken.event_id, "uuid": taken.event_uuid, "former": taken.former_org_id}
    )


# From 5, as the event, to 0, the own organisation only.
WITHDRAW = """
UPDATE analyst_data SET distribution = 0
WHERE distribution = 5 AND (org_id = %(former)s OR orgc_id = %(former)s) AND object_uuid IN (
    SELECT %(uuid)s::uuid
    UNION ALL SELECT uuid FROM attribute WHERE event_id = %(event)s
    UNION ALL SELECT uuid FROM object WHERE event_id = %(event)s
    UNION ALL SELECT uuid FROM event_report WHERE event_id = %(event)s)
"""
