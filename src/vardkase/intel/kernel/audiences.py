"""Audience of a change inside an event: all its readers, certain sharing groups, or the owner organisation only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.intel.models import Event
from vardkase.misp.distribution import Distribution

type Audience = tuple[int, ...]
"""The sharing groups whose members may read a part, if they are in all of them, in ascending order; empty for all
readers of the event. The event's own group is left out, because its readers are in it."""
type Audiences = frozenset[Audience]
"""Who reads the parts that a change concerns, both as they were before it and as they are after it."""
type Limit = tuple[int | None, int | None]
"""Distribution and sharing group of a part; None where there is no such part."""
type Reference = tuple[int, str]
"""The id of an object, and the uuid of what it refers to."""

EVERYBODY: Audience = ()
OWNER: Audience = (0,)
"""The owner organisation alone: no group has this number."""
READERS: Audiences = frozenset({EVERYBODY})


def is_known_to_readers(event: Event, audiences: Audiences) -> bool:
    """Whether everybody who reads the event may know of a change for `audiences`, which may be none at all."""
    return not audiences or EVERYBODY in audiences or event.distribution == Distribution.ORGANISATION


def groups_among(audiences: Audiences) -> Audiences:
    """Those of the audiences that are sharing groups."""
    return audiences - {EVERYBODY, OWNER}


def audience_of(event_group: int | None, *limits: Limit) -> Audience:
    """Who reads a part that is subject to all of `limits`, in an event of the sharing group `event_group`, if any."""
    if any(distribution == Distribution.ORGANISATION for distribution, _ in limits):
        return OWNER
    groups = {group for distribution, group in limits if distribution == Distribution.SHARING_GROUP and group}
    return tuple(sorted(groups - {event_group}))


def group_of(event: Event) -> int | None:
    """The sharing group that the event goes to."""
    return event.sharing_group_id if event.distribution == Distribution.SHARING_GROUP else None


def attribute_audiences(attribute_ids: Collection[int]) -> Audiences:
    return frozenset[Audience]().union(*audiences_inside(attribute_ids).values())


def audiences_inside(attribute_ids: Collection[int]) -> dict[int | None, Audiences]:
    """Object id → who reads those of the attributes that are in it; None for those in no object."""
    audiences: dict[int | None, Audiences] = {}
    for object_id, event_group, *limits in (
        cursor().execute(ATTRIBUTES, {"ids": list(attribute_ids)}).fetchall()
    ):
        audience = audience_of(event_group, *limits_in(limits))
        audiences[object_id] = audiences.get(object_id, frozenset()) | {audience}
    return audiences


def object_audiences(object_ids: Collection[int]) -> Audiences:
    return _audiences(OBJECTS, {"ids": list(object_ids)})


def report_audiences(report_ids: Collection[int]) -> Audiences:
    return _audiences(REPORTS, {"ids": list(report_ids)})


def reference_audiences(references: Sequence[Reference]) -> Audiences:
    rows = cursor().execute(REFERENCES, _pairs(references)).fetchall()
    return frozenset(audience_of(event_group, *limits_in(limits)) for _, event_group, *limits in rows)


def touch_objects(references: Sequence[Reference]) -> None:
    # Only where all readers of the object also read the target: the time would reveal the reference to the others.
    moved = set()
    for object_id, event_group, *columns in cursor().execute(REFERENCES, _pairs(references)).fetchall():
        source, *targets = limits_in(columns)
        if audience_of(event_group, source, *targets) == audience_of(event_group, source):
            moved.add(object_id)
    cursor().execute(TOUCH_OBJECTS, {"ids": list(moved), "now": now_seconds()})


def _pairs(references: Sequence[Reference]) -> dict[str, Any]:
    return {
        "objects": [reference[0] for reference in references],
        "targets": [reference[1] for reference in references],
    }


def _audiences(sql: str, parameters: dict[str, Any]) -> Audiences:
    rows = cursor().execute(sql, parameters).fetchall()
    return frozenset(audience_of(event_group, *limits_in(limits)) for event_group, *limits in rows)


def limits_in(columns: Iterable[int | None]) -> list[Limit]:
    """Pairs of columns as limits."""
    # One iterator, named twice: each pair takes the next two columns.
    return list(zip(*[iter(columns)] * 2, strict=True))


EVENT_GROUP = f"CASE WHEN e.distribution = {Distribution.SHARING_GROUP:d} THEN e.sharing_group_id END"
ATTRIBUTES = f"""
SELECT DISTINCT a.object_id, {EVENT_GROUP}, a.distribution, a.sharing_group_id, o.distribution, o.sharing_group_id
FROM attribute a JOIN event e ON e.id = a.event_id LEFT JOIN object o ON o.id = a.object_id
WHERE a.id = ANY(%(ids)s::bigint[])
"""
OBJECTS = f"""
SELECT DISTINCT {EVENT_GROUP}, o.distribution, o.sharing_group_id
FROM object o JOIN event e ON e.id = o.event_id WHERE o.id = ANY(%(ids)s::bigint[])
"""
REPORTS = f"""
SELECT DISTINCT {EVENT_GROUP}, r.distribution, r.sharing_group_id
FROM event_report r JOIN event e ON e.id = r.event_id WHERE r.id = ANY(%(ids)s::bigint[])
"""
REFERENCES = f"""
SELECT DISTINCT source.id, {EVENT_GROUP}, source.distribution, source.sharing_group_id,
    o.distribution, o.sharing_group_id, a.distribution, a.sharing_group_id, within.distribution, within.sharing_group_id
FROM unnest(%(objects)s::bigint[], %(targets)s::uuid[]) AS pair (object_id, target)
JOIN object source ON source.id = pair.object_id JOIN event e ON e.id = source.event_id
LEFT JOIN object o ON o.uuid = pair.target
LEFT JOIN attribute a ON a.uuid = pair.target LEFT JOIN object within ON within.id = a.object_id
"""
TOUCH_OBJECTS = "UPDATE object SET timestamp = %(now)s WHERE id = ANY(%(ids)s::bigint[])"
