"""Queries for the objects on an event's page: headers above their attributes, and references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """An object above its attributes: the number of readable ones, and its references.

    `identity` is the value of type `identity_type` that tells it from others of its kind; empty if it has none.
    """

    id: int
    uuid: UUID
    name: str
    meta_category: str
    comment: str
    distribution: int
    sharing_group_name: str | None
    deleted: bool
    count: int
    identity_type: str
    identity: str
    references: list[ReferenceLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A reference from an object; `target` names an object, or is a value of type `kind`."""

    object_id: int
    source: str
    relationship_type: str
    comment: str
    target: str
    kind: str
    target_id: int


def object_heads(actor: Actor, object_ids: Sequence[int]) -> dict[int, ObjectHead]:
    if not object_ids:
        return {}
    parameters = {"ids": list(object_ids), **reader_parameters(actor)}
    sql = HEADS.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    identities: dict[int, tuple[str, str]] = {
        object_id: (kind, value)
        for object_id, kind, value in cursor().execute(
            IDENTITIES.format(event=event_predicate(actor), attribute=attribute_predicate(actor)), parameters
        )
    }
    heads = {
        row[0]: ObjectHead(*(*row, *identities.get(row[0], ("", ""))))
        for row in cursor().execute(sql, parameters).fetchall()
    }
    for line in _references(actor, "r.object_id = ANY(%(ids)s::bigint[])", ids=list(object_ids)):
        if line.object_id in heads:
            heads[line.object_id].references.append(line)
    return heads


def _references(actor: Actor, where: str, **parameters: object) -> list[ReferenceLine]:
    sql = REFERENCES.format(
        where=where,
        source=f"{event_predicate(actor, 'se')} AND {object_predicate(actor, 's', 'se')}",
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    rows = cursor().execute(sql, {**parameters, **reader_parameters(actor)}).fetchall()
    return [ReferenceLine(*row) for row in rows]


HEADS = """
SELECT o.id, o.uuid, o.name, o.meta_category, o.comment, o.distribution, g.name, o.deleted, (
    SELECT count(*) FROM attribute a WHERE a.object_id = o.id AND NOT a.deleted AND {attribute})
FROM object o JOIN event e ON e.id = o.event_id
LEFT JOIN sharing_group g ON g.id = o.sharing_group_id AND o.distribution = 4
WHERE o.id = ANY(%(ids)s::bigint[]) AND {event} AND {object}
"""

# The attribute that comes first among those one of which the template requires, then by its priority on forms. An
# object of an unknown template is named by its first attribute.
IDENTITIES = """
SELECT DISTINCT ON (o.id) o.id, a.type, concat_ws('|', a.value1, a.value2)
FROM object o JOIN event e ON e.id = o.event_id JOIN attribute a ON a.object_id = o.id AND NOT a.deleted
LEFT JOIN LATERAL (
    SELECT t.id, t.definition -> 'requiredOneOf' AS one_of FROM object_template t
    WHERE t.uuid::text = o.template_uuid ORDER BY t.version = o.template_version DESC, t.version DESC LIMIT 1
) t ON TRUE
LEFT JOIN object_template_element element
    ON element.object_template_id = t.id AND element.object_relation = a.object_relation
WHERE o.id = ANY(%(ids)s::bigint[]) AND {event} AND {attribute}
ORDER BY o.id, coalesce(t.one_of ? a.object_relation, FALSE) DESC, element.ui_priority DESC NULLS LAST, a.id
"""

REFERENCES = """
WITH found AS (
    SELECT r.id, r.object_id, s.name, r.relationship_type, r.comment, r.referenced_uuid, r.referenced_type
    FROM object_reference r JOIN object s ON s.id = r.object_id JOIN event se ON se.id = s.event_id
    WHERE {where} AND NOT r.deleted AND NOT s.deleted AND {source}
    ORDER BY r.id LIMIT 500
)
SELECT f.object_id, f.name, f.relationship_type, f.comment, o.name, '', o.id
FROM found f JOIN object o ON o.uuid = f.referenced_uuid JOIN event e ON e.id = o.event_id
WHERE f.referenced_type = 1 AND NOT o.deleted AND {event} AND {object}
UNION ALL
SELECT f.object_id, f.name, f.relationship_type, f.comment,
       a.value1 || coalesce('|' || a.value2, ''), a.type, a.id
FROM found f JOIN attribute a ON a.uuid = f.referenced_uuid JOIN event e ON e.id = a.event_id
WHERE f.referenced_type = 0 AND NOT a.deleted AND {event} AND {attribute}
"""
