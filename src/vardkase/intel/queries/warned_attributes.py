"""Queries for the attributes of an event whose values are on warninglists."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    reader_parameters,
)
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits

MOST_MATCHED = 20_000
"""Values that are matched at a time; the newest ones of a larger event. It takes about a second."""


def warned_attributes(actor: Actor, event_id: int) -> set[int]:
    sql = VALUES.format(
        visible=f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    )
    parameters = {**reader_parameters(actor), "event": event_id, "limit": MOST_MATCHED}
    rows = cursor().execute(sql, parameters).fetchall()
    hits = find_hits([CheckedValue(value, kind) for _, kind, value in rows])
    return {rows[position][0] for position in hits}


VALUES = """
SELECT a.id, a.type, a.value1 || coalesce('|' || a.value2, '')
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND {visible} ORDER BY a.id DESC LIMIT %(limit)s
"""
