"""Timeline of an event: its parts and their sightings by time."""

from __future__ import annotations

from typing import Any

from vardkase.core.sql import cursor
from vardkase.formats.event_graph.parts import MOST_NODES, DrawnObject, GraphParts
from vardkase.formats.misp_json.structs import Attribute
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.queries import readable_sightings


def timeline(actor: Actor, parts: GraphParts, event_id: int) -> dict[str, Any]:
    items = [_attribute_item(attribute) for attribute in parts.outside]
    items += [_object_item(item, parts.inside[item.id]) for item in parts.objects]
    return {"items": items + _sightings(actor, event_id)}


def _attribute_item(attribute: Attribute) -> dict[str, Any]:
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


def _object_item(item: DrawnObject, inside: list[Attribute]) -> dict[str, Any]:
    return {
        "id": item.uuid,
        "uuid": item.uuid,
        "content": item.name,
        "group": "object",
        "meta-category": item.meta_category,
        "template_uuid": item.template_uuid,
        "event_id": item.event_id,
        "timestamp": item.timestamp,
        "first_seen": item.first_seen,
        "last_seen": item.last_seen,
        "Attribute": [
            {
                "content": attribute.value,
                "contentType": attribute.object_relation,
                "id": attribute.uuid,
                "event_id": attribute.event_id,
                "timestamp": attribute.timestamp,
                "attribute_type": attribute.type,
                "first_seen": attribute.first_seen,
                "last_seen": attribute.last_seen,
            }
            for attribute in inside
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
