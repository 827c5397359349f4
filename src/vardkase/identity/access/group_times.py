"""SQL for event times that only certain sharing groups may see (table `event_group_times`).

A row's `group_ids` are the groups that a reader must be in, all of them, to read the change. `event.has_group_times`
and `event.group_changes_unpublished` mark the events that have (unpublished) rows, so that all others cost
nothing. The SQL is for statements that have the parameters of `reader_parameters`.
"""

from __future__ import annotations

READER_IN_GROUPS = "known.group_ids <@ %(reader_groups)s::bigint[]"


def latest_for_groups(column: str, event: str) -> str:
    """SQL for the latest time in `column` that the reader's groups may know of; NULL for none."""
    return (
        f"(SELECT max(known.{column}) FROM event_group_times known "
        f"WHERE known.event_id = {event}.id AND {READER_IN_GROUPS})"
    )


def published_for_groups(event: str) -> str:
    """SQL for whether an event is published for a reader who is in some groups and does not own it."""
    return (
        f"({event}.published AND NOT ({event}.group_changes_unpublished AND {event}.id IN ({UNPUBLISHED})))"
    )


# Not correlated with the outer row: evaluated once per statement, and only for events with such changes.
UNPUBLISHED = (
    f"SELECT known.event_id FROM event_group_times known WHERE NOT known.published AND {READER_IN_GROUPS}"
)
