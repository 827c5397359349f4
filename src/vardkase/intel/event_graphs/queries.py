"""What a graph of an event is drawn from: readable objects, attributes and references, a bounded number at a time.

What is linked comes first. A reference counts only with both ends readable, or the order would reveal the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from vardkase.intel.queries.object_lines import object_heads
from vardkase.knowledge.taxonomies.queries import carried_tags

MOST_REFERENCES = 2_000
MOST_INSIDE = 100
"""Attributes that an object shows when it is expanded."""
MOST_TAGS = 1_000


@dataclass(frozen=True, slots=True)
class DrawnReference:
    """A reference between readable parts; `target_object` is the object of an attribute that is referred to."""

    id: int
    object_id: int
    relationship_type: str
    comment: str
    target_is_object: bool
    target_id: int
    target_object: int | None


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """An object, with the value that identifies it, or an attribute. `kind` is the type of `value`."""

    id: int
    uuid: UUID
    is_object: bool
    name: str
    kind: str
    value: str
    object_id: int | None = None
    relation: str = ""


@dataclass(frozen=True, slots=True)
class DrawnTag:
    attribute_id: int
    object_id: int | None
    tag_id: int
    name: str
    is_galaxy: bool


@dataclass(frozen=True, slots=True)
class GraphPosition:
    """Beyond the part `id` of the group: linked objects, linked attributes, other objects, other attributes."""

    group: int
    id: int

    def __str__(self) -> str:
        return f"{self.group}-{self.id}"


START = GraphPosition(0, 0)
GROUPS = 4


def position_of(text: str) -> GraphPosition:
    """The position written in an address; the start if it is none."""
    group, _, number = text.partition("-")
    is_sound = group in {str(each) for each in range(GROUPS)} and number.isascii() and number.isdecimal()
    return GraphPosition(int(group), int(number)) if is_sound and len(number) <= 18 else START


def drawn_references(
    actor: Actor, event_id: int, *, after: int = 0, limit: int = MOST_REFERENCES
) -> list[DrawnReference]:
    """The references of an event by id."""
    sql = REFERENCES.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "s"),
        target=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    parameters = {"event": event_id, "after": after, "limit": limit, **reader_parameters(actor)}
    return [DrawnReference(*row) for row in cursor().execute(sql, parameters).fetchall()]


def next_parts(
    actor: Actor, event_id: int, references: Sequence[DrawnReference], place: GraphPosition, size: int
) -> tuple[list[DrawnPart], GraphPosition | None]:
    """The parts after a position, and the position of the next ones, if there are any."""
    objects = {each.object_id for each in references}
    objects |= {each.target_id for each in references if each.target_is_object}
    attributes = {each.target_id for each in references if not each.target_is_object}
    parts: list[DrawnPart] = []
    for group in range(place.group, GROUPS):
        # One more than asked for, to know whether there are more.
        room = size + 1 - len(parts)
        after = place.id if group == place.group else 0
        is_linked = group < 2
        if group % 2 == 0:
            where = f"(o.id = ANY(%(ids)s::bigint[])) = {is_linked} AND o.id > %(after)s"
            parts += _objects(actor, event_id, where, room, after=after, ids=sorted(objects))
        else:
            where = "a.id = ANY(%(ids)s::bigint[])"
            if not is_linked:
                where = f"a.object_id IS NULL AND NOT {where}"
            where += " AND a.id > %(after)s"
            parts += _attributes(actor, event_id, where, room, after=after, ids=sorted(attributes))
        if len(parts) > size:
            last = parts[size - 1]
            linked = attributes if not last.is_object else objects
            return parts[:size], GraphPosition(
                (0 if last.id in linked else 2) + (0 if last.is_object else 1), last.id
            )
    return parts, None


def attributes_inside(actor: Actor, event_id: int, object_id: int) -> list[DrawnPart]:
    return _attributes(actor, event_id, "a.object_id = %(object)s", MOST_INSIDE, object=object_id)


def parts_named(
    actor: Actor, event_id: int, object_ids: Iterable[int], attribute_ids: Iterable[int]
) -> dict[tuple[bool, int], DrawnPart]:
    """Parts by whether they are objects, and id."""
    objects, attributes = sorted(set(object_ids)), sorted(set(attribute_ids))
    found = [
        *_objects(actor, event_id, "o.id = ANY(%(ids)s::bigint[])", len(objects), ids=objects),
        *_attributes(actor, event_id, "a.id = ANY(%(ids)s::bigint[])", len(attributes), ids=attributes),
    ]
    return {(part.is_object, part.id): part for part in found}


def ids_inside(actor: Actor, event_id: int, object_ids: Sequence[int], limit: int) -> dict[int, int]:
    """Attribute id → object id, for attributes in these objects."""
    sql = INSIDE.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    parameters = {"event": event_id, "ids": list(object_ids), "limit": limit, **reader_parameters(actor)}
    return dict(cursor().execute(sql, parameters).fetchall())


def tags_on(actor: Actor, event_id: int, attribute_ids: Sequence[int]) -> list[DrawnTag]:
    sql = TAGS.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    parameters = {
        "event": event_id,
        "ids": list(attribute_ids),
        "limit": MOST_TAGS,
        **reader_parameters(actor),
    }
    rows = cursor().execute(sql, parameters).fetchall()
    return _carried(actor, [DrawnTag(*row) for row in rows])


def tags_of_event(actor: Actor, event_id: int) -> list[DrawnTag]:
    """The tags of the event itself, which has no attribute."""
    sql = EVENT_TAGS.format(event=event_predicate(actor))
    rows = cursor().execute(sql, {"event": event_id, "limit": MOST_TAGS, **reader_parameters(actor)})
    return _carried(actor, [DrawnTag(0, None, *row) for row in rows.fetchall()])


def has_tagged_parts(actor: Actor, event_id: int) -> bool:
    """Whether a visible attribute has a tag that `actor` is shown."""
    sql = TAGS_OF_PARTS.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    rows = cursor().execute(sql, {"event": event_id, **reader_parameters(actor)}).fetchall()
    return carried_tags(actor).filter(pk__in=[row[0] for row in rows]).exists()


def _carried(actor: Actor, tags: Sequence[DrawnTag]) -> list[DrawnTag]:
    carried = carried_tags(actor).filter(pk__in={tag.tag_id for tag in tags})
    shown = set(carried.values_list("pk", flat=True))
    return [tag for tag in tags if tag.tag_id in shown]


def _objects(
    actor: Actor, event_id: int, where: str, limit: int, **parameters: object
) -> Iterator[DrawnPart]:
    sql = OBJECTS.format(where=where, event=event_predicate(actor), object=object_predicate(actor, "o"))
    rows = cursor().execute(
        sql, {**parameters, "event": event_id, "limit": limit, **reader_parameters(actor)}
    )
    ids = [row[0] for row in rows.fetchall()]
    heads = object_heads(actor, ids)
    for head in (heads[number] for number in ids if number in heads):
        yield DrawnPart(head.id, head.uuid, True, head.name, head.identity_type, head.identity)


def _attributes(actor: Actor, event_id: int, where: str, limit: int, **parameters: object) -> list[DrawnPart]:
    sql = ATTRIBUTES.format(where=where, event=event_predicate(actor), attribute=attribute_predicate(actor))
    rows = cursor().execute(
        sql, {**parameters, "event": event_id, "limit": limit, **reader_parameters(actor)}
    )
    return [
        DrawnPart(number, uuid, False, kind, kind, value, object_id, relation or "")
        for number, uuid, kind, value, object_id, relation in rows.fetchall()
    ]


REFERENCES = """
SELECT * FROM (
    SELECT r.id, r.object_id, r.relationship_type, r.comment, TRUE, o.id AS target_id, NULL::bigint
    FROM object_reference r JOIN object s ON s.id = r.object_id JOIN event e ON e.id = r.event_id
    JOIN object o ON o.uuid = r.referenced_uuid AND o.event_id = r.event_id
    WHERE r.event_id = %(event)s AND r.id > %(after)s AND r.referenced_type = 1
        AND NOT r.deleted AND NOT s.deleted AND NOT o.deleted AND {event} AND {object} AND {target}
    UNION ALL
    SELECT r.id, r.object_id, r.relationship_type, r.comment, FALSE, a.id, a.object_id
    FROM object_reference r JOIN object s ON s.id = r.object_id JOIN event e ON e.id = r.event_id
    JOIN attribute a ON a.uuid = r.referenced_uuid AND a.event_id = r.event_id
    WHERE r.event_id = %(event)s AND r.id > %(after)s AND r.referenced_type = 0
        AND NOT r.deleted AND NOT s.deleted AND NOT a.deleted AND {event} AND {object} AND {attribute}
) AS found ORDER BY id LIMIT %(limit)s
"""

OBJECTS = """
SELECT o.id FROM object o JOIN event e ON e.id = o.event_id
WHERE o.event_id = %(event)s AND NOT o.deleted AND {where} AND {event} AND {object}
ORDER BY o.id LIMIT %(limit)s
"""

ATTRIBUTES = """
SELECT a.id, a.uuid, a.type, concat_ws('|', a.value1, a.value2), a.object_id, a.object_relation
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND NOT a.deleted AND {where} AND {event} AND {attribute}
ORDER BY a.id LIMIT %(limit)s
"""

INSIDE = """
SELECT a.id, a.object_id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.object_id = ANY(%(ids)s::bigint[]) AND NOT a.deleted AND {event} AND {attribute}
ORDER BY a.id LIMIT %(limit)s
"""

TAGS = """
SELECT a.id, a.object_id, t.id, t.name, t.is_galaxy
FROM attribute_tag l JOIN tag t ON t.id = l.tag_id JOIN attribute a ON a.id = l.attribute_id
JOIN event e ON e.id = a.event_id
WHERE l.event_id = %(event)s AND l.attribute_id = ANY(%(ids)s::bigint[]) AND NOT a.deleted AND {event} AND {attribute}
ORDER BY t.id, a.id LIMIT %(limit)s
"""

EVENT_TAGS = """
SELECT t.id, t.name, t.is_galaxy FROM event_tag l JOIN tag t ON t.id = l.tag_id JOIN event e ON e.id = l.event_id
WHERE l.event_id = %(event)s AND {event} ORDER BY t.is_galaxy, l.id LIMIT %(limit)s
"""

TAGS_OF_PARTS = """
SELECT DISTINCT l.tag_id
FROM attribute_tag l JOIN attribute a ON a.id = l.attribute_id JOIN event e ON e.id = a.event_id
WHERE l.event_id = %(event)s AND NOT a.deleted AND {event} AND {attribute}
"""
