"""SQL for what is in quarantine, which nobody reads."""

from __future__ import annotations

# Events, their parts, and what has been said of these. Not correlated: evaluated once per statement.
QUARANTINED = """
WITH RECURSIVE held AS (
    SELECT uuid FROM (
        SELECT q.uuid FROM event q WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN attribute p ON p.event_id = q.id WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN object p ON p.event_id = q.id WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN event_report p ON p.event_id = q.id WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN proposal p ON p.event_id = q.id WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN sighting p ON p.event_id = q.id WHERE q.quarantined
        UNION ALL SELECT p.uuid FROM event q JOIN object_reference p ON p.event_id = q.id WHERE q.quarantined
    ) parts
    UNION SELECT about.uuid FROM analyst_data about JOIN held ON about.object_uuid = held.uuid
) SELECT uuid FROM held"""
