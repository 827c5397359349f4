"""Unfiltered lists and counts of what an actor may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)


def newest_attributes(actor: Actor, *, limit: int, offset: int) -> SqlQuery:
    return _newest(actor, "attribute a", "a", attribute_predicate(actor), limit, offset)


def newest_objects(actor: Actor, *, limit: int, offset: int) -> SqlQuery:
    return _newest(actor, "object o", "o", object_predicate(actor, "o"), limit, offset)


def attributes_of_types(actor: Actor, event_id: int, types: Sequence[str]) -> SqlQuery:
    sql = OF_TYPES.format(event=event_predicate(actor), visible=attribute_predicate(actor))
    return SqlQuery(sql, reader_parameters(actor) | {"event": event_id, "types": list(types)})


def types_in_event(actor: Actor, event_id: int) -> dict[str, int]:
    """How many attributes of each type the actor may read in the event."""
    sql = TYPES.format(event=event_predicate(actor), visible=attribute_predicate(actor))
    return dict(cursor().execute(sql, reader_parameters(actor) | {"event_id": event_id}).fetchall())


def count_attributes(actor: Actor, column: Literal["type", "category"]) -> dict[str, int]:
    sql = COUNTS.format(column=column, event=event_predicate(actor), attribute=attribute_predicate(actor))
    return dict(cursor().execute(sql, reader_parameters(actor)).fetchall())


def _newest(actor: Actor, table: str, alias: str, visible: str, limit: int, offset: int) -> SqlQuery:
    sql = NEWEST.format(table=table, alias=alias, event=event_predicate(actor), visible=visible)
    return SqlQuery(sql, reader_parameters(actor) | {"limit": limit, "offset": offset})


NEWEST = """
SELECT {alias}.id FROM {table} JOIN event e ON e.id = {alias}.event_id
WHERE NOT {alias}.deleted AND {event} AND {visible}
ORDER BY {alias}.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""

OF_TYPES = """
SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.type = ANY(%(types)s) AND NOT a.deleted AND {event} AND {visible}
ORDER BY a.id
"""

TYPES = """
SELECT a.type, count(*) FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event_id)s AND NOT a.deleted AND {event} AND {visible}
GROUP BY a.type
"""

# By bytes, so that the order does not depend on the collation of the database.
COUNTS = """
SELECT a.{column}, count(*) FROM attribute a JOIN event e ON e.id = a.event_id
WHERE NOT a.deleted AND {event} AND {attribute}
GROUP BY a.{column} ORDER BY a.{column} COLLATE "C"
"""
