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
"""Properties by which attributes can be grouped."""
OBJECT_ATTRIBUTE_MEMBERS = ("id", "uuid", "type", "category", "object_relation", "value")


def references_graph(parts: GraphParts) -> Graph:
    relations = [
        {
            "id": reference.id,
            "uuid": reference.uuid,
            "from": f"o-{reference.object_id}",
            # Type 1 is an object; attributes have the bare number, because both are nodes of one graph.
            "to": f"o-{reference.referenced_id}"
            if reference.referenced_type == "1"
            else reference.referenced_id,
            "type": reference.relationship_type,
            "comment": reference.comment,
            "event_id": reference.event_id,
        }
        for reference in parts.references
    ]
    return _graph(parts, [*_nodes(parts)], relations)


def tags_graph(parts: GraphParts) -> Graph:
    tags: dict[str, Node] = {}
    relations: dict[tuple[str, str], dict[str, Any]] = {}
    for attribute in parts.attributes:
        for attachment in parts.tags.get(int(attribute.id), ()):
            facts = parts.book.facts(attachment)
            tag = {"id": str(facts.id), "name": facts.name, "colour": facts.colour}
            tags[facts.name] = {
                "id": facts.name,
                "uuid": 0,
                "type": "tag",
                "label": facts.name,
                "node_type": "tag",
            }
            tags[facts.name] |= {"event_id": attribute.event_id, "Tag": tag}
            # One edge for each pair, however many attributes of an object have the tag.
            edge = (_node_id(attribute), facts.name)
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
            edge = (_node_id(attribute), name)
            relations[edge] = _edge(attribute, *edge, f"{len(relations)}")
    graph = _graph(parts, [*_nodes(parts), *keys.values()], list(relations.values()))
    return {**graph, "available_pivot_key": list(PIVOTS)}


def _graph(parts: GraphParts, items: list[Node], relations: list[dict[str, Any]]) -> Graph:
    tags = {
        parts.book.facts(attachment).name for attachments in parts.tags.values() for attachment in attachments
    }
    values_by_relation: dict[str, dict[str, None]] = {}
    for attribute in parts.attributes:
        if attribute.object_relation:
            values_by_relation.setdefault(attribute.object_relation, {})[attribute.value] = None
    return {
        "items": items,
        "relations": relations,
        "existing_tags": sorted(tags),
        "existing_object_relation": {
            relation: list(values) for relation, values in values_by_relation.items()
        },
    }


def _nodes(parts: GraphParts) -> Iterator[Node]:
    for item in parts.objects:
        yield _object_node(item, parts.inside[item.id])
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


def _object_node(item: DrawnObject, inside: list[Attribute]) -> Node:
    return {
        "id": f"o-{item.id}",
        "uuid": item.uuid,
        "type": item.name,
        "label": "",
        "Attribute": [
            {name: getattr(attribute, name) for name in OBJECT_ATTRIBUTE_MEMBERS} for attribute in inside
        ],
        "node_type": "object",
        "meta-category": item.meta_category,
        "template_uuid": item.template_uuid,
        "event_id": item.event_id,
        "comment": item.comment,
        "first_seen": item.first_seen,
        "last_seen": item.last_seen,
    }


def _node_id(attribute: Attribute) -> str:
    return attribute.id if attribute.object_id == "0" else f"o-{attribute.object_id}"


def _edge(attribute: Attribute, start: str, end: str, number: str) -> dict[str, Any]:
    return {"id": number, "from": start, "to": end, "type": "", "comment": "", "event_id": attribute.event_id}
