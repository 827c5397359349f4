"""Updates an event's timestamps only for readers who may know of the change (`identity.access.event_times`)."""

from __future__ import annotations

from typing import Any

from vardkase.core.sql import cursor
from vardkase.intel.kernel.audiences import Audiences, groups_among
from vardkase.intel.models import Event


def move_private_times(event: Event, audiences: Audiences, at: int) -> None:
    """Record a change at the time `at` for the owner and the groups of `audiences`, and mark the event as unpublished
    for these groups. A change that only the owner may know of needs no publication."""
    groups = groups_among(audiences)
    cursor().execute(PRIVATELY, {"id": event.pk, "at": at})
    cursor().executemany(CHANGED, _rows(event, groups, at))
    if groups:
        cursor().execute(UNPUBLISHED, {"id": event.pk})


def move_private_sighting_times(event: Event, audiences: Audiences, at: int) -> None:
    """Record when sightings were sent to the owner and the groups of `audiences`."""
    groups = groups_among(audiences)
    cursor().execute(SIGHTED_PRIVATELY, {"id": event.pk, "at": at, "has_groups": bool(groups)})
    cursor().executemany(SIGHTED, _rows(event, groups, at))


def unpublished_groups(event: Event) -> Audiences:
    """The groups with unpublished changes."""
    rows = cursor().execute(WAITING, {"id": event.pk}).fetchall()
    return frozenset(tuple(group_ids) for (group_ids,) in rows)


def publish_for_everybody(event: Event, at: int) -> None:
    """Mark a locked event as published for all its readers."""
    cursor().execute(PUBLISH, {"id": event.pk, "at": at})
    cursor().execute(NOTHING_WAITS, {"id": event.pk})


def publish_for_groups(event: Event, audiences: Audiences, at: int) -> None:
    """Mark a locked event as published for the groups of `audiences` only; others must not learn of this version."""
    cursor().execute(PUBLISH_PRIVATELY, {"id": event.pk, "at": at})
    cursor().executemany(PUBLISHED, _rows(event, groups_among(audiences), at))


def _rows(event: Event, groups: Audiences, at: int) -> list[dict[str, Any]]:
    return [{"id": event.pk, "groups": list(group_ids), "at": at} for group_ids in groups]


PRIVATELY = "UPDATE event SET private_timestamp = %(at)s WHERE id = %(id)s"
UNPUBLISHED = "UPDATE event SET has_group_times = TRUE, group_changes_unpublished = TRUE WHERE id = %(id)s"
SIGHTED_PRIVATELY = """
UPDATE event SET private_sighting_timestamp = %(at)s, has_group_times = has_group_times OR %(has_groups)s
WHERE id = %(id)s
"""
PUBLISH = """
UPDATE event SET published = TRUE, being_changed = FALSE, withheld = FALSE, publish_timestamp = %(at)s,
    group_changes_unpublished = FALSE
WHERE id = %(id)s
"""
PUBLISH_PRIVATELY = """
UPDATE event SET private_publish_timestamp = %(at)s, has_group_times = TRUE, group_changes_unpublished = FALSE
WHERE id = %(id)s
"""
NOTHING_WAITS = "UPDATE event_group_times SET published = TRUE WHERE event_id = %(id)s AND NOT published"
WAITING = "SELECT group_ids FROM event_group_times WHERE event_id = %(id)s AND NOT published"
CHANGED = """
INSERT INTO event_group_times (event_id, group_ids, timestamp, published)
VALUES (%(id)s, %(groups)s::bigint[], %(at)s, FALSE)
ON CONFLICT (event_id, group_ids) DO UPDATE SET timestamp = excluded.timestamp, published = FALSE
"""
SIGHTED = """
INSERT INTO event_group_times (event_id, group_ids, sighting_timestamp)
VALUES (%(id)s, %(groups)s::bigint[], %(at)s)
ON CONFLICT (event_id, group_ids) DO UPDATE SET sighting_timestamp = excluded.sighting_timestamp
"""
PUBLISHED = """
INSERT INTO event_group_times (event_id, group_ids, publish_timestamp)
VALUES (%(id)s, %(groups)s::bigint[], %(at)s)
ON CONFLICT (event_id, group_ids) DO UPDATE SET publish_timestamp = excluded.publish_timestamp, published = TRUE
"""
