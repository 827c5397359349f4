"""What the writer of a report can refer to, by a search in its event."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    galaxy_predicate,
    object_predicate,
    reader_parameters,
)
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.cluster_scores import galaxy_tags_of
from vardkase.intel.queries.event_parts import event_tags
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.misp.report_references import ReportReference

SHOWN = 12
"""Choices of each kind."""


class ReferenceChoice(NamedTuple):
    """`reference` is what is written into the report; `kind` is attribute, picture, object, tag or galaxymatrix."""

    kind: str
    reference: ReportReference
    type: str
    value: str


def reference_choices(actor: Actor, event: EventRow, text: str) -> list[ReferenceChoice]:
    """The parts of the event, tags and galaxies that have `text` in them; without a text the newest, and those
    tags and galaxies that the event has."""
    literal = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    parameters = {
        "event": event.id,
        "pattern": f"%{literal}%",
        "limit": SHOWN,
        **reader_parameters(actor),
    }
    return [
        *_attributes(actor, parameters),
        *_objects(actor, parameters),
        *_tags(actor, event, text),
        *_galaxies(actor, event, parameters, text),
    ]


def _attributes(actor: Actor, parameters: dict[str, Any]) -> list[ReferenceChoice]:
    sql = ATTRIBUTES.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    return [
        ReferenceChoice(
            "picture" if is_file else "attribute",
            ReportReference("attribute", str(uuid), picture=is_file),
            kind,
            value,
        )
        for uuid, kind, value, is_file in cursor().execute(sql, parameters).fetchall()
    ]


def _objects(actor: Actor, parameters: dict[str, Any]) -> list[ReferenceChoice]:
    sql = OBJECTS.format(
        event=event_predicate(actor),
        object=object_predicate(actor, "o"),
        attribute=attribute_predicate(actor),
    )
    rows: list[tuple[UUID, str, str]] = cursor().execute(sql, parameters).fetchall()
    return [
        ReferenceChoice("object", ReportReference("object", str(uuid)), name, first)
        for uuid, name, first in rows
    ]


def _tags(actor: Actor, event: EventRow, text: str) -> list[ReferenceChoice]:
    attached = [tag.name for tag in event_tags(event.id)] + galaxy_tags_of(actor, event.id)
    names = [name for name in attached if text.lower() in name.lower()][:SHOWN]
    if text:
        names += [choice.name for choice in tag_choices(actor, text)[:SHOWN]]
    return [ReferenceChoice("tag", ReportReference("tag", name), "", name) for name in dict.fromkeys(names)]


def _galaxies(actor: Actor, event: EventRow, parameters: dict[str, Any], text: str) -> list[ReferenceChoice]:
    sql = GALAXIES.format(
        galaxy=galaxy_predicate(actor),
        wanted="g.name ILIKE %(pattern)s" if text else "g.type = ANY(%(types)s)",
    )
    used = {tag.partition("=")[0].removeprefix("misp-galaxy:") for tag in galaxy_tags_of(actor, event.id)}
    rows = cursor().execute(sql, {**parameters, "types": sorted(used)}).fetchall()
    return [
        ReferenceChoice("galaxymatrix", ReportReference("galaxymatrix", str(uuid)), kind, name)
        for uuid, kind, name in rows
    ]


ATTRIBUTES = """
SELECT a.uuid, a.type, concat_ws('|', a.value1, a.value2), a.type = 'attachment' AND a.data_sha256 IS NOT NULL
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND NOT a.deleted AND {event} AND {attribute}
AND (a.value1 ILIKE %(pattern)s OR a.value2 ILIKE %(pattern)s OR a.type ILIKE %(pattern)s)
ORDER BY a.id DESC LIMIT %(limit)s
"""

OBJECTS = """
SELECT o.uuid, o.name, (
    SELECT concat_ws('|', a.value1, a.value2) FROM attribute a
    WHERE a.object_id = o.id AND NOT a.deleted AND {attribute} ORDER BY a.id LIMIT 1)
FROM object o JOIN event e ON e.id = o.event_id
WHERE o.event_id = %(event)s AND NOT o.deleted AND {event} AND {object} AND EXISTS (
    SELECT 1 FROM attribute a WHERE a.object_id = o.id AND NOT a.deleted AND {attribute}
    AND (o.name ILIKE %(pattern)s OR a.value1 ILIKE %(pattern)s OR a.value2 ILIKE %(pattern)s))
ORDER BY o.id DESC LIMIT %(limit)s
"""

GALAXIES = """
SELECT g.uuid, g.type, g.name FROM galaxy g
WHERE g.enabled AND jsonb_typeof(g.kill_chain_order) = 'object' AND {wanted} AND {galaxy}
ORDER BY g.name LIMIT %(limit)s
"""
