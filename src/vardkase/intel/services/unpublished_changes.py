"""Unpublished changes of an event, by audience."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.intel.kernel.audiences import OWNER, READERS, Audiences, audience_of, group_of, limits_in
from vardkase.intel.kernel.private_times import unpublished_groups
from vardkase.intel.models import Event


def unpublished_audiences(event: Event) -> Audiences:
    """The audiences of what has changed in an event since it was published; empty if nothing has.

    A change inside an event marks it as unpublished for its readers; notes on it and its sharing groups do not.
    """
    if not event.published or not event.publish_timestamp or event.withheld:
        return READERS
    values = {"id": event.pk, "uuid": event.uuid, "at": event.last_publication}
    rows = cursor().execute(CHANGED_BESIDE, values).fetchall()
    beside = {audience_of(group_of(event), *limits_in(columns)) for columns in rows}
    return (unpublished_groups(event) | beside) - {OWNER}


# Each row: distribution and sharing group of the note (if any), of the part, and of the object that it is in.
# EXISTS is answered once: as long as no group has changed, the attributes of the event are not read at all.
CHANGED_BESIDE = """
WITH noted AS (
    SELECT object_uuid, distribution, sharing_group_id FROM analyst_data WHERE modified > to_timestamp(%(at)s)
), changed AS (SELECT id FROM sharing_group WHERE modified > to_timestamp(%(at)s))
SELECT noted.distribution, noted.sharing_group_id, NULL::int, NULL::bigint, NULL::int, NULL::bigint
FROM noted WHERE noted.object_uuid = %(uuid)s
UNION SELECT noted.distribution, noted.sharing_group_id, a.distribution, a.sharing_group_id,
    o.distribution, o.sharing_group_id
FROM noted JOIN attribute a ON a.uuid = noted.object_uuid LEFT JOIN object o ON o.id = a.object_id
WHERE a.event_id = %(id)s
UNION SELECT noted.distribution, noted.sharing_group_id, o.distribution, o.sharing_group_id, NULL, NULL
FROM noted JOIN object o ON o.uuid = noted.object_uuid WHERE o.event_id = %(id)s
UNION SELECT noted.distribution, noted.sharing_group_id, r.distribution, r.sharing_group_id, NULL, NULL
FROM noted JOIN event_report r ON r.uuid = noted.object_uuid WHERE r.event_id = %(id)s
UNION SELECT NULL, NULL, NULL, NULL, NULL, NULL
FROM event e WHERE e.id = %(id)s AND e.sharing_group_id IN (SELECT id FROM changed)
UNION SELECT NULL, NULL, a.distribution, a.sharing_group_id, o.distribution, o.sharing_group_id
FROM attribute a LEFT JOIN object o ON o.id = a.object_id
WHERE a.event_id = %(id)s AND EXISTS (SELECT 1 FROM changed) AND a.sharing_group_id IN (SELECT id FROM changed)
UNION SELECT NULL, NULL, o.distribution, o.sharing_group_id, NULL, NULL
FROM object o WHERE o.event_id = %(id)s AND o.sharing_group_id IN (SELECT id FROM changed)
"""
