"""When an event changes hands, what its former owner said of it follows no longer where the event goes."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.intel.hooks import EventTakenOver


def withdraw_of_former_owner(taken: EventTakenOver) -> None:
    """What reached as far as the event is its author's own now: it would tell the new readers who that is."""
    cursor().execute(
        WITHDRAW, {"event": taken.event_id, "uuid": taken.event_uuid, "former": taken.former_org_id}
    )


WITHDRAW = """
UPDATE analyst_data SET distribution = 0
WHERE distribution = 5 AND (org_id = %(former)s OR orgc_id = %(former)s) AND object_uuid IN (
    SELECT %(uuid)s::uuid
    UNION ALL SELECT uuid FROM attribute WHERE event_id = %(event)s
    UNION ALL SELECT uuid FROM object WHERE event_id = %(event)s
    UNION ALL SELECT uuid FROM event_report WHERE event_id = %(event)s)
"""
