"""What of one event another one holds already: attributes by value, objects by what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters

type Contents = tuple[str, tuple[tuple[str, str, str], ...]]
"""An object's name and what is in it: relation and both parts of each value."""


def attributes_held(event_id: int, attribute_ids: Sequence[int]) -> set[int]:
    """Those of the attributes, of another event, whose type, category and value `event_id` has outside objects."""
    rows = cursor().execute(HELD, {"event": event_id, "ids": list(attribute_ids)}).fetchall()
    return {row[0] for row in rows}


def objects_held(actor: Actor, event_id: int, object_ids: Sequence[int]) -> set[int]:
    """Those of the objects whose contents, as far as the actor may read them, an object of `event_id` has."""
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)}"
    parameters = {"ids": list(object_ids), **reader_parameters(actor)}
    inside = _grouped(cursor().execute(CONTENTS_OF.format(visible=visible), parameters).fetchall())
    known = contents_in(event_id, {name for name, _values in inside.values()})
    return {object_id for object_id, contents in inside.items() if contents in known}


def object_of_file(actor: Actor, event_id: int, sha256: Sequence[str]) -> int | None:
    """An object of the event, as far as the actor may read it, with a file of one of these checksums."""
    if not sha256:
        return None
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)}"
    parameters = {"event": event_id, "sums": list(sha256), **reader_parameters(actor)}
    row = cursor().execute(OF_FILE.format(visible=visible), parameters).fetchone()
    return row[0] if row else None


def contents_in(event_id: int, names: set[str]) -> set[Contents]:
    """The contents of the event's objects that have these names."""
    if not names:
        return set()
    rows = cursor().execute(CONTENTS, {"event": event_id, "names": list(names)}).fetchall()
    return set(_grouped(rows).values())


def _grouped(rows: Iterable[tuple[int, str, str, str, str]]) -> dict[int, Contents]:
    inside: dict[int, tuple[str, list[tuple[str, str, str]]]] = {}
    for object_id, name, *value in rows:
        inside.setdefault(object_id, (name, []))[1].append((value[0], value[1], value[2]))
    return {object_id: (name, tuple(sorted(values))) for object_id, (name, values) in inside.items()}


HELD = """
SELECT a.id FROM attribute a WHERE a.id = ANY(%(ids)s::bigint[]) AND EXISTS (
    SELECT 1 FROM attribute h
    WHERE h.event_id = %(event)s AND h.object_id IS NULL AND NOT h.deleted AND h.value1 = a.value1
      AND h.value2 IS NOT DISTINCT FROM a.value2 AND h.type = a.type AND h.category = a.category)
"""

MEMBERS = "o.id, o.name, coalesce(a.object_relation, ''), a.value1, coalesce(a.value2, '')"

CONTENTS = f"""
SELECT {MEMBERS} FROM object o JOIN attribute a ON a.object_id = o.id
WHERE o.event_id = %(event)s AND o.name = ANY(%(names)s) AND NOT o.deleted AND NOT a.deleted
"""

CONTENTS_OF = f"""
SELECT {MEMBERS} FROM object o JOIN attribute a ON a.object_id = o.id JOIN event e ON e.id = o.event_id
WHERE o.id = ANY(%(ids)s::bigint[]) AND NOT o.deleted AND NOT a.deleted AND {{visible}}
"""

OF_FILE = """
SELECT o.id FROM object o JOIN attribute a ON a.object_id = o.id JOIN event e ON e.id = o.event_id
WHERE o.event_id = %(event)s AND o.name = 'file' AND a.type = 'sha256' AND a.value1 = ANY(%(sums)s)
  AND NOT o.deleted AND NOT a.deleted AND {visible}
LIMIT 1
"""
