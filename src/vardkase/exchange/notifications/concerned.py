"""Whom new notes, opinions and relationships concern."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor

MOST_NOTES = 200
"""Notes of one change that an organisation is notified of; the others are in its list of notes."""


def concerned_by(note_ids: Sequence[int]) -> list[tuple[int, int, int | None]]:
    """Note, organisation and event: the creators of the events and of the notes that these are about, whether or not
    they may read them."""
    return cursor().execute(CONCERNED, {"ids": list(note_ids), "most": MOST_NOTES}).fetchall()


# What a note is about, up to the event: itself, what that is about if it is a note too, and so on. A circle, which
# peers can send, ends (UNION).
CONCERNED = """
WITH RECURSIVE up AS (
    SELECT n.id AS said, n.orgc_id AS author, n.object_type, n.object_uuid FROM analyst_data n WHERE n.id = ANY(%(ids)s)
    UNION
    SELECT up.said, up.author, above.object_type, above.object_uuid
    FROM up JOIN analyst_data above ON above.uuid = up.object_uuid
    WHERE up.object_type IN ('Note', 'Opinion', 'Relationship')
), about AS MATERIALIZED (
    SELECT up.said, up.author, e.id AS event_id, e.orgc_id
    FROM up CROSS JOIN LATERAL (
        SELECT up.object_uuid AS uuid, NULL::bigint AS id WHERE up.object_type = 'Event'
        UNION ALL SELECT NULL, a.event_id FROM attribute a
            WHERE up.object_type = 'Attribute' AND a.uuid = up.object_uuid
        UNION ALL SELECT NULL, o.event_id FROM object o
            WHERE up.object_type = 'Object' AND o.uuid = up.object_uuid
        UNION ALL SELECT NULL, w.event_id FROM event_report w
            WHERE up.object_type = 'EventReport' AND w.uuid = up.object_uuid
    ) target JOIN event e ON e.uuid = target.uuid OR e.id = target.id
), concerned AS (
    SELECT said, author, orgc_id AS org_id, event_id FROM about
    UNION
    SELECT n.id, n.orgc_id, above.orgc_id, (SELECT max(event_id) FROM about WHERE about.said = n.id)
    FROM analyst_data n JOIN analyst_data above ON above.uuid = n.object_uuid
    WHERE n.id = ANY(%(ids)s) AND n.object_type IN ('Note', 'Opinion', 'Relationship')
)
SELECT said, org_id, event_id FROM (
    SELECT said, org_id, max(event_id) AS event_id, row_number() OVER (PARTITION BY org_id ORDER BY said DESC) AS place
    FROM concerned WHERE org_id <> author GROUP BY said, org_id
) newest WHERE place <= %(most)s
"""
