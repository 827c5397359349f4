"""The three graphs of MISP's event page: by references, by tags, and by shared attribute properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vardkase.formats.event_graph.parts import DrawnObject, GraphParts
from vardkase.formats.misp_json.structs import Attribute

type Graph = dict[str, Any]
type Node = dict[str, Any]

PIVOTS: Mapping[str, Callable[[Attribute], str]] = {
    "type": lambda attribute: attribute.type,
    "category": lambda attribute: attribute.category,
    "value": lambda attribute: attribute.value,
    "comment": lambda attribute: attribute.comment,
    "to_ids": lambda attribute: str(int(attribute.to_ids)),
    "distribution": lambda attribute: attribute.distribution,
    "object_relation": lambda attribute: attribute.object_relation or "",
    "first_seen": lambda attribute: attribute.first_seen or "",
    "last_seen": lambda attribute: attribute.last_seen or "",
    "timestamp": lambda attribute: attribute.timestamp,
}
"""What attributes can be joined by."""


def references_graph(parts: GraphParts) -> Graph:
    relations = [
        {
            "id": each.id,
            "uuid": each.uuid,
            "from": f"o-{each.object_id}",
            "to": f"o-{each.referenced_id}" if each.referenced_type == "1" else each.referenced_id,
            "type": each.relationship_type,
            "comment": each.comment,
            "event_id": each.event_id,
        }
        for each in parts.references
    ]
    return _graph(parts, [*_nodes(parts)], relations)


def tags_graph(parts: GraphParts) -> Graph:
    tags: dict[str, Node] = {}
    relations: dict[tuple[str, str], dict[str, Any]] = {}
    for attribute in parts.attributes:
        for attachment in parts.tags.get(int(attribute.id), ()):
            facts = parts.book.facts(attachment)
            shown = {"id": str(facts.id), "name": facts.name, "colour": facts.colour}
            tags[facts.name] = {
                "id": facts.name,
                "uuid": 0,
                "type": "tag",
                "label": facts.name,
                "node_type": "tag",
            }
            tags[facts.name] |= {"event_id": attribute.event_id, "Tag": shown}
            edge = (_holder(attribute), facts.name)
            relations[edge] = _edge(attribute, *edge, f"{attachment.id}")
    return _graph(parts, [*_nodes(parts), *tags.values()], list(relations.values()))


def generic_graph(parts: GraphParts, pivot: str) -> Graph:
    read = PIVOTS.get(pivot)
    keys: dict[str, Node] = {}
    relations: dict[tuple[str, str], dict[str, Any]] = {}
    for attribute in parts.attributes if read else ():
        value = read(attribute) if read else ""
        if value:
            name = f"keyType_{value}"
            keys[name] = {"id": name, "type": "keyType", "label": value, "node_type": "keyType"}
            keys[name] |= {"event_id": attribute.event_id}
            edge = (_holder(attribute), name)
            relations[edge] = _edge(attribute, *edge, f"{len(relations)}")
    graph = _graph(parts, [*_nodes(parts), *keys.values()], list(relations.values()))
    return {**graph, "available_pivot_key": list(PIVOTS)}


def _graph(parts: GraphParts, items: list[Node], relations: list[dict[str, Any]]) -> Graph:
    tags = {parts.book.facts(each).name for attached in parts.tags.values() for each in attached}
    by_relation: dict[str, dict[str, None]] = {}
    for attribute in parts.attributes:
        if attribute.object_relation:
            by_relation.setdefault(attribute.object_relation, {})[attribute.value] = None
    return {
        "items": items,
        "relations": relations,
        "existing_tags": sorted(tags),
        "existing_object_relation": {relation: list(values) for relation, values in by_relation.items()},
    }


def _nodes(parts: GraphParts) -> Iterator[Node]:
    for found in parts.objects:
        yield _object(found, parts.inside[found.id])
    for attribute in parts.outside:
        yield {
            "id": attribute.id,
            "uuid": attribute.uuid,
            "type": attribute.type,
            "label": attribute.value,
            "event_id": attribute.event_id,
            "node_type": "attribute",
            "comment": attribute.comment,
            "first_seen": attribute.first_seen,
            "last_seen": attribute.last_seen,
        }


def _object(found: DrawnObject, inside: list[Attribute]) -> Node:
    return {
        "id": f"o-{found.id}",
        "uuid": found.uuid,
        "type": found.name,
        "label": "",
        "Attribute": [_short(attribute) for attribute in inside],
        "node_type": "object",
        "meta-category": found.meta_category,
        "template_uuid": found.template_uuid,
        "event_id": found.event_id,
        "comment": found.comment,
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
    }


def _short(attribute: Attribute) -> dict[str, Any]:
    return {
        "id": attribute.id,
        "uuid": attribute.uuid,
        "type": attribute.type,
        "category": attribute.category,
        "object_relation": attribute.object_relation,
        "value": attribute.value,
    }


def _holder(attribute: Attribute) -> str:
    return attribute.id if attribute.object_id == "0" else f"o-{attribute.object_id}"


def _edge(attribute: Attribute, start: str, end: str, number: str) -> dict[str, Any]:
    return {"id": number, "from": start, "to": end, "type": "", "comment": "", "event_id": attribute.event_id}
