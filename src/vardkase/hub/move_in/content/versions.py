"""What is published now becomes a stored version: those who may not read an event while it is changed read that."""

from __future__ import annotations

from itertools import batched, groupby
from operator import itemgetter
from typing import Any

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import keep_versions
from vardkase.hub.move_in.taking import Step, Taking
from vardkase.intel.hooks import EventPublished

AT_ONCE = 200


def take_versions(taking: Taking) -> None:
    for _, rows in groupby(cursor().execute(WITHOUT_VERSION).fetchall(), itemgetter(0)):
        for some in batched(rows, AT_ONCE):
            keep_versions([_published(row, taking.actor.name) for row in some])
            taking.count("versions of published events", len(some))


def _published(row: tuple[Any, ...], by: str) -> EventPublished:
    organisation, event_id, uuid, at = row
    return EventPublished(event_id, uuid, organisation, at, by)


WITHOUT_VERSION = """
SELECT e.org_id, e.id, e.uuid, coalesce(nullif(e.publish_timestamp, 0), e.timestamp)
FROM event e JOIN move_in.events s ON s.id = e.id
WHERE e.published AND NOT EXISTS (
    SELECT 1 FROM event_version v WHERE v.event_uuid = e.uuid
    AND v.published_at >= coalesce(nullif(e.publish_timestamp, 0), e.timestamp))
ORDER BY e.org_id, e.id
"""

VERSION_STEP = Step("versions", (), take_versions)
