"""Contents of an object for its edit form, and the most used templates."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)
from vardkase.intel.queries.event_parts import AttachedTag

LATEST = 5_000
"""The newest objects, among which the most used templates are counted."""

TARGETS = 40
"""Targets of each kind to choose from; a search narrows them."""


@dataclass(frozen=True, slots=True)
class HeldValue:
    id: int
    uuid: UUID
    object_relation: str
    type: str
    value: str
    has_file: bool


@dataclass(frozen=True, slots=True)
class HeldReference:
    """A reference from an object; `target` is a name or value, `kind` the type of a value or empty."""

    id: int
    relationship_type: str
    comment: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Target:
    """A possible target of a reference in the event; `kind` is empty for objects."""

    uuid: UUID
    text: str
    kind: str
    number: int


def values_of_object(actor: Actor, object_id: int) -> list[HeldValue]:
    sql = VALUES.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    rows = cursor().execute(sql, {"object": object_id, **reader_parameters(actor)}).fetchall()
    return [HeldValue(*row) for row in rows]


def references_of_object(actor: Actor, object_id: int) -> list[HeldReference]:
    sql = REFERENCES.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    rows = cursor().execute(sql, {"object": object_id, **reader_parameters(actor)}).fetchall()
    return [HeldReference(*row) for row in rows]


def targets_for(actor: Actor, event_id: int, object_id: int, pattern: str) -> list[Target]:
    sql = TARGET.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    parameters = {"event": event_id, "object": object_id, "pattern": pattern, "limit": TARGETS}
    rows = cursor().execute(sql, parameters | reader_parameters(actor)).fetchall()
    return [Target(*row) for row in rows]


def attribute_tags(attribute_id: int) -> list[AttachedTag]:
    return [AttachedTag(*row) for row in cursor().execute(TAGS, {"id": attribute_id}).fetchall()]


def types_in_use(actor: Actor, most: int) -> list[str]:
    """The types that are commonest among what the actor's organisation has added last."""
    rows = cursor().execute(TYPES, {"org": actor.organisation_id, "latest": LATEST_EVENTS, "most": most})
    return [name for (name,) in rows.fetchall()]


def template_use(actor: Actor) -> dict[str, int]:
    sql = USE.format(event=event_predicate(actor), object=object_predicate(actor, "o"))
    rows = cursor().execute(sql, {"latest": LATEST, **reader_parameters(actor)}).fetchall()
    return dict(rows)


LATEST_EVENTS = 20
TYPES = """
SELECT a.type FROM (
    SELECT id FROM event WHERE orgc_id = %(org)s AND org_id = %(org)s ORDER BY id DESC LIMIT %(latest)s
) e CROSS JOIN LATERAL (
    SELECT type FROM attribute WHERE event_id = e.id AND NOT deleted AND object_id IS NULL LIMIT 500
) a
GROUP BY a.type ORDER BY count(*) DESC, a.type LIMIT %(most)s
"""

VALUES = """
SELECT a.id, a.uuid, coalesce(a.object_relation, ''), a.type, a.value1 || coalesce('|' || a.value2, ''),
       a.data_sha256 IS NOT NULL
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.object_id = %(object)s AND NOT a.deleted AND {event} AND {attribute} ORDER BY a.id
"""

REFERENCES = """
SELECT r.id, r.relationship_type, r.comment, o.name, ''
FROM object_reference r JOIN object o ON o.uuid = r.referenced_uuid JOIN event e ON e.id = o.event_id
WHERE r.object_id = %(object)s AND r.referenced_type = 1 AND NOT r.deleted AND NOT o.deleted AND {event} AND {object}
UNION ALL
SELECT r.id, r.relationship_type, r.comment, a.value1 || coalesce('|' || a.value2, ''), a.type
FROM object_reference r JOIN attribute a ON a.uuid = r.referenced_uuid JOIN event e ON e.id = a.event_id
WHERE r.object_id = %(object)s AND r.referenced_type = 0 AND NOT r.deleted AND NOT a.deleted
  AND {event} AND {attribute}
ORDER BY 1
"""

TARGET = """
(SELECT o.uuid, o.name || coalesce(' ' || nullif(o.comment, ''), ''), '', o.id
 FROM object o JOIN event e ON e.id = o.event_id
 WHERE o.event_id = %(event)s AND o.id <> %(object)s AND NOT o.deleted AND {event} AND {object}
   AND (o.name ILIKE %(pattern)s OR o.comment ILIKE %(pattern)s OR EXISTS (
        SELECT 1 FROM attribute h WHERE h.object_id = o.id AND NOT h.deleted AND h.value1 ILIKE %(pattern)s))
 ORDER BY o.id LIMIT %(limit)s)
UNION ALL
(SELECT a.uuid, a.value1 || coalesce('|' || a.value2, ''), a.type, a.id
 FROM attribute a JOIN event e ON e.id = a.event_id
 WHERE a.event_id = %(event)s AND a.object_id IS NULL AND NOT a.deleted AND {event} AND {attribute}
   AND (a.value1 ILIKE %(pattern)s OR a.value2 ILIKE %(pattern)s OR a.type ILIKE %(pattern)s)
 ORDER BY a.id LIMIT %(limit)s)
"""

TAGS = """
SELECT at.id, at.tag_id, t.name, at.local, at.relationship_type
FROM attribute_tag at JOIN tag t ON t.id = at.tag_id
WHERE at.attribute_id = %(id)s ORDER BY t.is_galaxy, at.id
"""

USE = """
SELECT template_uuid, count(*) FROM (
    SELECT o.template_uuid FROM object o JOIN event e ON e.id = o.event_id
    WHERE NOT o.deleted AND {event} AND {object} ORDER BY o.id DESC LIMIT %(latest)s
) AS latest WHERE template_uuid IS NOT NULL GROUP BY template_uuid
"""
