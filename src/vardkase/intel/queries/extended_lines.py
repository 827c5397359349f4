"""The attributes of an event together with those of the events that extend it, as far as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.columns import EventRow


@dataclass(frozen=True, slots=True)
class ExtendedLine:
    """An attribute, with the event that it is in (`event_id`) and who created that. `timestamp` in Unix seconds."""

    id: int
    event_id: int
    event_info: str
    orgc_name: str
    type: str
    value: str
    comment: str
    to_ids: bool
    object_name: str
    timestamp: int


def extended_lines(
    actor: Actor, event: EventRow, place: PagePosition | None, size: int
) -> Page[ExtendedLine]:
    """A page of them, newest first."""
    place = sound(place, "bigint")
    parameters = {**reader_parameters(actor), **place_parameters(place), "limit": size + 1}
    condition, order = beyond("a.timestamp", "a.id", "bigint", place, descending=True)
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {condition}"
    sql = LINES.format(conditions=visible, order=order)
    values = {**parameters, "event": event.id, "uuid": event.uuid}
    lines = [ExtendedLine(*row) for row in cursor().execute(sql, values).fetchall()]
    return page_of(lines, place, size, lambda line: (line.timestamp, line.id))


LINES = """
SELECT a.id, e.id, e.info, orgc.name, a.type, concat_ws('|', a.value1, a.value2), a.comment, a.to_ids,
       coalesce(o.name, ''), a.timestamp
FROM event e JOIN attribute a ON a.event_id = e.id JOIN organisation orgc ON orgc.id = e.orgc_id
LEFT JOIN object o ON o.id = a.object_id
WHERE e.id IN (SELECT id FROM event WHERE id = %(event)s OR extends_uuid = %(uuid)s::uuid)
    AND NOT a.deleted AND {conditions}
ORDER BY {order} LIMIT %(limit)s
"""
