"""The objects and attributes of an event that have a first or last seen, in order of time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)
from vardkase.intel.queries.object_lines import object_heads


@dataclass(frozen=True, slots=True)
class TimedPart:
    """`first_seen` and `last_seen` in µs since 1970. `kind` is the type of `value`, which identifies an object."""

    id: int
    is_object: bool
    name: str
    kind: str
    value: str
    object_id: int | None
    first_seen: int | None
    last_seen: int | None


def timed_parts(actor: Actor, event_id: int, place: PagePosition | None, size: int) -> Page[TimedPart]:
    place = sound(place, "bigint")
    condition, order = beyond("start", "place", "bigint", place, descending=False)
    sql = TIMED.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
        condition=condition,
        order=order,
    )
    parameters = {"event": event_id, "limit": size + 1, **place_parameters(place), **reader_parameters(actor)}
    rows = cursor().execute(sql, parameters).fetchall()
    heads = object_heads(actor, [row[2] for row in rows if row[3]])
    parts = []
    for start, number, *part in rows:
        found = TimedPart(*part)
        if head := heads.get(found.id) if found.is_object else None:
            found = replace(found, kind=head.identity_type, value=head.identity)
        parts.append((start, number, found))
    page = page_of(parts, place, size, lambda row: (row[0], row[1]))
    return Page([part for _start, _number, part in page.rows], page.before, page.after)


# An object and an attribute may have one id: the last bit of the place tells them apart.
TIMED = """
SELECT * FROM (
    SELECT coalesce(o.first_seen, o.last_seen) AS start, o.id * 2 + 1 AS place, o.id, TRUE, o.name, '', '',
        NULL::bigint, o.first_seen, o.last_seen
    FROM object o JOIN event e ON e.id = o.event_id
    WHERE o.event_id = %(event)s AND NOT o.deleted AND coalesce(o.first_seen, o.last_seen) IS NOT NULL
        AND {event} AND {object}
    UNION ALL
    SELECT coalesce(a.first_seen, a.last_seen), a.id * 2, a.id, FALSE, a.type, a.type,
        concat_ws('|', a.value1, a.value2), a.object_id, a.first_seen, a.last_seen
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.event_id = %(event)s AND NOT a.deleted AND coalesce(a.first_seen, a.last_seen) IS NOT NULL
        AND {event} AND {attribute}
) AS timed WHERE {condition} ORDER BY {order} LIMIT %(limit)s
"""
