"""Who may know of a change inside an event: everybody who reads the event, or its owner organisation alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import Enum
from typing import Any

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.intel.models import Event
from vardkase.misp.distribution import Distribution


class Audience(Enum):
    """Who reads a part that has changed."""

    READERS = "readers"
    OWNER = "owner"


type Reference = tuple[int, str]
"""The id of an object, and the uuid of what it refers to."""
type Audiences = frozenset[Audience]
"""Who reads the parts that a change concerns, as they were before it and as they are after it."""

READERS: Audiences = frozenset({Audience.READERS})


def is_private(event: Event, audiences: Audiences) -> bool:
    """Whether only the owner organisation may know of a change for `audiences`."""
    return audiences == {Audience.OWNER} and event.distribution != Distribution.ORGANISATION


def attribute_audiences(attribute_ids: Collection[int]) -> Audiences:
    """Who reads these attributes, each as far as its object lets it be read."""
    return _audiences(ATTRIBUTES, attribute_ids)


def object_audiences(object_ids: Collection[int]) -> Audiences:
    """Who reads these objects."""
    return _audiences(OBJECTS, object_ids)


def report_audiences(report_ids: Collection[int]) -> Audiences:
    """Who reads these event reports."""
    return _audiences(REPORTS, report_ids)


def reference_audiences(references: Sequence[Reference]) -> Audiences:
    """Who reads these references: whoever reads both the object and what it refers to."""
    rows = cursor().execute(REFERENCES, _pairs(references)).fetchall()
    return frozenset(Audience.OWNER if any(row) else Audience.READERS for row in rows)


def touch_objects(references: Sequence[Reference]) -> None:
    """Move the times of objects of which references have changed, except where readers of the object do not read
    the reference."""
    cursor().execute(TOUCH_OBJECTS, _pairs(references) | {"now": now_seconds()})


def _pairs(references: Sequence[Reference]) -> dict[str, Any]:
    return {"objects": [each[0] for each in references], "targets": [each[1] for each in references]}


def _audiences(sql: str, ids: Iterable[int]) -> Audiences:
    rows = cursor().execute(sql, {"ids": list(ids)}).fetchall()
    return frozenset(Audience.OWNER if row[0] else Audience.READERS for row in rows)


ATTRIBUTES = """
SELECT DISTINCT a.distribution = 0 OR coalesce(o.distribution = 0, FALSE)
FROM attribute a LEFT JOIN object o ON o.id = a.object_id WHERE a.id = ANY(%(ids)s::bigint[])
"""
OBJECTS = "SELECT DISTINCT distribution = 0 FROM object WHERE id = ANY(%(ids)s::bigint[])"
REPORTS = "SELECT DISTINCT distribution = 0 FROM event_report WHERE id = ANY(%(ids)s::bigint[])"

PAIRS = """unnest(%(objects)s::bigint[], %(targets)s::uuid[]) AS pair (object_id, target)
    JOIN object source ON source.id = pair.object_id"""
PRIVATE_TARGET = """(
    EXISTS (SELECT 1 FROM object o WHERE o.uuid = pair.target AND o.distribution = 0)
    OR EXISTS (SELECT 1 FROM attribute a LEFT JOIN object o ON o.id = a.object_id
        WHERE a.uuid = pair.target AND (a.distribution = 0 OR o.distribution = 0)))"""
REFERENCES = f"SELECT DISTINCT source.distribution = 0, {PRIVATE_TARGET} FROM {PAIRS}"
TOUCH_OBJECTS = f"""
UPDATE object SET timestamp = %(now)s WHERE id IN (
    SELECT source.id FROM {PAIRS} WHERE source.distribution = 0 OR NOT {PRIVATE_TARGET})
"""
