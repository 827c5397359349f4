"""Timeline of an event: its parts and their sightings by time."""

from __future__ import annotations

from typing import Any

from vardkase.core.sql import cursor
from vardkase.formats.event_graph.parts import MOST_NODES, DrawnObject, GraphParts
from vardkase.formats.misp_json.structs import Attribute
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.queries import readable_sightings


def timeline(actor: Actor, parts: GraphParts, event_id: int) -> dict[str, Any]:
    items = [_attribute(each) for each in parts.outside]
    items += [_object(each, parts.inside[each.id]) for each in parts.objects]
    return {"items": items + _sightings(actor, event_id)}


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {
        "id": attribute.uuid,
        "uuid": attribute.uuid,
        "content": attribute.value,
        "event_id": attribute.event_id,
        "group": "attribute",
        "timestamp": attribute.timestamp,
        "first_seen": attribute.first_seen,
        "last_seen": attribute.last_seen,
        "attribute_type": attribute.type,
    }


def _object(found: DrawnObject, inside: list[Attribute]) -> dict[str, Any]:
    return {
        "id": found.uuid,
        "uuid": found.uuid,
        "content": found.name,
        "group": "object",
        "meta-category": found.meta_category,
        "template_uuid": found.template_uuid,
        "event_id": found.event_id,
        "timestamp": found.timestamp,
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
        "Attribute": [
            {
                "content": each.value,
                "contentType": each.object_relation,
                "id": each.uuid,
                "event_id": each.event_id,
                "timestamp": each.timestamp,
                "attribute_type": each.type,
                "first_seen": each.first_seen,
                "last_seen": each.last_seen,
            }
            for each in inside
        ],
    }


def _sightings(actor: Actor, event_id: int) -> list[dict[str, Any]]:
    readable = readable_sightings(actor)
    sql = (
        f"SELECT s.uuid::text, a.uuid::text, s.date_sighting, s.type {readable.source} "
        f"WHERE {readable.condition} AND s.event_id = %(event)s AND NOT a.deleted "
        "ORDER BY s.date_sighting, s.id LIMIT %(most)s"
    )
    chosen = {**readable.parameters, "event": event_id, "most": MOST_NODES}
    return [
        {
            "id": uuid,
            "attribute_id": attribute,
            "event_id": str(event_id),
            "group": "sighting",
            "date_sighting": str(moment),
            "type": str(kind),
        }
        for uuid, attribute, moment, kind in cursor().execute(sql, chosen).fetchall()
    ]
