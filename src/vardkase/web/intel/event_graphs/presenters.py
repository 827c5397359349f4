"""Nodes and edges of graphs as the script draws them. Labels are text; nothing of them is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from vardkase.intel.event_graphs.queries import DrawnPart, DrawnReference, DrawnTag
from vardkase.intel.queries.event_parts import Neighbour
from vardkase.misp.values.defang import defang
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.chips import tag_words

type Node = dict[str, Any]
type Edge = dict[str, Any]

LONGEST_LABEL = 60
LONGEST_DETAIL = 500
MANY = "many"
"""The node that stands for the events of values that are in too many to list."""


def groups(*names: str) -> str:
    """The groups of a graph in the order of their shapes, so that each has the same one on every page."""
    return "|".join(names)


def event_groups() -> str:
    return groups(
        gettext("Object"),
        gettext("Attribute"),
        gettext("Event"),
        pgettext("graph", "Tag"),
        pgettext("graph", "Cluster"),
    )


def part_id(is_object: bool, number: int) -> str:
    return f"o{number}" if is_object else f"a{number}"


def shortened(text: str, longest: int = LONGEST_LABEL) -> str:
    line = " ".join(text[: longest * 2].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def part_node(event_id: int, part: DrawnPart, *, editable: bool) -> Node:
    shown = defang(part.value, part.kind)
    node: Node = {
        "id": part_id(part.is_object, part.id),
        "uuid": str(part.uuid),
        "type": part.relation or part.name,
        "detail": shown[:LONGEST_DETAIL],
    }
    if part.is_object:
        label = f"{part.name}\n{shortened(shown)}" if shown else part.name
        table = f"{reverse('event', args=[event_id])}?{urlencode({'text': part.value[:100]})}"
        return {
            **node,
            "label": label,
            "group": gettext("Object"),
            "url": table,
            "edit": reverse("object_edit", args=[event_id, part.id]) if editable else "",
            "data": reverse("event_graph_object", args=[event_id, part.id]),
            "from": editable,
        }
    return {
        **node,
        "label": shortened(shown),
        "group": gettext("Attribute"),
        "url": value_url(part.value),
        "edit": reverse("attribute_edit", args=[event_id, part.id]) if editable else "",
        "in": part_id(True, part.object_id) if part.object_id else "",
    }


def inside_edge(part: DrawnPart) -> Edge:
    """From an object to an attribute in it."""
    source, target = part_id(True, part.object_id or 0), part_id(False, part.id)
    return {
        "id": f"in-{target}",
        "source": source,
        "target": target,
        "label": part.relation,
        "kind": "inside",
    }


def reference_edge(reference: DrawnReference) -> Edge:
    inside = part_id(True, reference.target_object) if reference.target_object else ""
    return {
        "id": f"r{reference.id}",
        "number": reference.id,
        "source": part_id(True, reference.object_id),
        "target": part_id(reference.target_is_object, reference.target_id),
        "targetIn": inside,
        "label": reference.relationship_type,
        "comment": reference.comment[:LONGEST_DETAIL],
        "kind": "reference",
    }


def drawing(
    event_id: int, parts: Iterable[DrawnPart], references: Sequence[DrawnReference], *, editable: bool
) -> dict[str, Any]:
    """The parts, with the references that have an end among them."""
    shown = list(parts)
    ids = {part_id(part.is_object, part.id) for part in shown}
    edges = [reference_edge(each) for each in references]
    return {
        "nodes": [part_node(event_id, part, editable=editable) for part in shown],
        "edges": [
            *(edge for edge in edges if edge["source"] in ids or edge["target"] in ids),
            *(inside_edge(part) for part in shown if part.object_id),
        ],
    }


def context_edge(attribute_id: int, object_id: int | None, target: str, kind: str) -> Edge:
    """From an attribute, or its object where the attribute is not drawn, to what is not part of the event."""
    source = part_id(False, attribute_id)
    return {
        "id": f"{kind}-{source}-{target}",
        "source": source,
        "sourceIn": part_id(True, object_id) if object_id else "",
        "target": target,
        "label": "",
        "kind": kind,
    }


def event_edge(event_id: int, target: str, kind: str, label: str = "") -> Edge:
    """From an event as a whole."""
    source = f"e{event_id}"
    return {
        "id": f"{kind}-{source}-{target}",
        "source": source,
        "target": target,
        "label": label,
        "kind": kind,
    }


def roots(event_id: int, parts: Iterable[DrawnPart], references: Iterable[DrawnReference]) -> list[Edge]:
    """From an event to those of its parts that nothing drawn refers to."""
    shown = list(parts)
    ids = {part_id(part.is_object, part.id) for part in shown}
    targets = {
        part_id(each.target_is_object, each.target_id)
        for each in references
        if part_id(True, each.object_id) in ids
    }
    return [
        event_edge(event_id, part_id(part.is_object, part.id), "extension")
        for part in shown
        if part.object_id is None and part_id(part.is_object, part.id) not in targets
    ]


def tag_node(tag: DrawnTag, cluster_name: str) -> Node:
    return {
        "id": f"t{tag.tag_id}",
        "label": shortened(cluster_name or tag_words(tag.name)),
        "detail": tag.name,
        "type": "",
        "group": pgettext("graph", "Cluster") if tag.is_galaxy else pgettext("graph", "Tag"),
        "url": "",
    }


def event_node(event_id: int, info: str, organisation: str = "") -> Node:
    return {
        "id": f"e{event_id}",
        "label": shortened(info),
        "detail": info[:LONGEST_DETAIL],
        "type": organisation,
        "group": gettext("Event"),
        "url": reverse("event", args=[event_id]),
    }


def neighbour_node(event: Neighbour) -> Node:
    """An event that extends another, or that it extends; its parts can be drawn as well."""
    node = event_node(event.id, event.info, event.orgc_name)
    return {**node, "data": reverse("event_graph_neighbour", args=[event.id])}


def many_node() -> Node:
    return {
        "id": MANY,
        "label": gettext("In too many events to list"),
        "detail": gettext("These values are in so many events that they say little about any of them."),
        "type": gettext("Over-correlating values"),
        "group": gettext("Event"),
        "url": "",
        "many": True,
    }
