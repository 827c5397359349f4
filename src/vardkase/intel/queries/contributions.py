"""Counts of an organisation's contributions, without their content."""

from __future__ import annotations

from vardkase.core.sql import cursor


def contributed_by(organisation_id: int) -> dict[str, int]:
    events, attributes = cursor().execute(COUNT, {"org": organisation_id}).fetchone() or (0, 0)
    return {"events": events, "attributes": attributes}


COUNT = """
SELECT (SELECT count(*) FROM event WHERE orgc_id = %(org)s AND NOT quarantined),
       (SELECT count(*) FROM attribute a JOIN event e ON e.id = a.event_id
        WHERE e.orgc_id = %(org)s AND NOT a.deleted AND NOT e.quarantined)
"""
