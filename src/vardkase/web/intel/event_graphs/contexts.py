"""What surrounds the parts of an event in its graph: tags, correlations, and extending and extended events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext, pgettext

from vardkase.analysis.correlation.queries import correlations_of_attributes
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.event_graphs import queries
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.event_parts import extended_events
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.queries import custom_cluster_names
from vardkase.misp.flags import as_int
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag
from vardkase.web.intel.event_graphs import presenters
from vardkase.web.intel.events.shell import EventLayout
from vardkase.web.ui.pages import PageRequest, page

MOST_ASKED = 500
"""Parts of which one request asks for tags or correlations."""
MOST_INSIDE = 2_000
"""Attributes in these objects whose tags or correlations are looked up."""
MOST_EVENTS = 60

type Drawing = dict[str, Any]
type Within = dict[int, int | None]
"""Attribute id → id of the object that it is in."""


@dataclass(frozen=True, slots=True)
class OfferedContext:
    """`lacking`: why there is nothing to draw."""

    name: str
    label: str
    lacking: str = ""


def offered(shell: EventLayout) -> list[OfferedContext]:
    actor, event = shell.actor, shell.event
    # Not looked up for a large event, so they are offered.
    correlates = shell.related is None or bool(shell.related)
    tagged = bool(shell.tags) or queries.has_tagged_parts(actor, event.id)
    extends = any(extended_events(actor, event))
    return [
        OfferedContext(
            "correlations",
            gettext("Correlations"),
            "" if correlates else gettext("No event that you can see has values in common with this one."),
        ),
        OfferedContext(
            "tags",
            gettext("Tags and clusters"),
            "" if tagged else gettext("Neither the event nor any part of it has tags."),
        ),
        OfferedContext(
            "extensions",
            pgettext("of an event", "Extensions"),
            ""
            if extends
            else gettext("This event does not extend any event that you can see, and no event extends it."),
        ),
    ]


@page()
def context(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    """What surrounds the event and the objects and attributes in `parts` (o1,a2)."""
    draw = CONTEXTS.get(kind)
    if draw is None:
        raise Http404
    event = find_event(request.actor, reference)
    asked = request.GET.get("parts", "").split(",")[:MOST_ASKED]
    objects = [number for text in asked if text[:1] == "o" and (number := as_int(text[1:]))]
    attributes = [number for text in asked if text[:1] == "a" and (number := as_int(text[1:]))]
    held = queries.ids_inside(request.actor, event.id, objects, MOST_INSIDE)
    alone = queries.parts_named(request.actor, event.id, (), attributes).values()
    within: Within = {**{part.id: part.object_id for part in alone}, **held}
    return JsonResponse(draw(request.actor, event, within))


def tag_context(actor: Actor, event: EventRow, within: Within) -> Drawing:
    own = queries.tags_of_event(actor, event.id)
    tags = queries.tags_on(actor, event.id, list(within))
    names = {tag.tag_id: tag for tag in (*own, *tags)}
    clusters = (
        custom_cluster_names(actor) if any(is_custom_galaxy_tag(tag.name) for tag in names.values()) else {}
    )
    nodes = [presenters.tag_node(tag, clusters.get(tag.name.lower(), "")) for tag in names.values()]
    edges = [
        presenters.context_edge(tag.attribute_id, tag.object_id, f"t{tag.tag_id}", "tag") for tag in tags
    ]
    if own:
        nodes.append(_own_node(actor, event))
        edges += [presenters.event_edge(event.id, f"t{tag.tag_id}", "tag") for tag in own]
    return {"nodes": nodes, "edges": edges}


def correlation_context(actor: Actor, _event: EventRow, within: Within) -> Drawing:
    found = correlations_of_attributes(actor, list(within))
    pairs = {(pair.attribute_id, pair.related_event_id) for pair in found.pairs}
    common = Counter(event for _attribute, event in pairs)
    shown = [event for event, _count in islice(common.most_common(), MOST_EVENTS)]
    nodes = [presenters.event_node(row.id, row.info, row.orgc.name) for row in index_rows(actor, shown)]
    drawn = {node["id"] for node in nodes}
    edges = [
        presenters.context_edge(attribute, within.get(attribute), f"e{event}", "correlation")
        for attribute, event in sorted(pairs)
        if f"e{event}" in drawn
    ]
    over = sorted(found.over_correlating & within.keys())
    edges += [presenters.context_edge(one, within[one], presenters.MANY, "correlation") for one in over]
    return {
        "nodes": [*nodes, *([presenters.many_node()] if over else [])],
        "edges": edges,
        "left": max(0, len(common) - len(shown)),
    }


def extension_context(actor: Actor, event: EventRow, _within: Within) -> Drawing:
    extended, extending = extended_events(actor, event)
    words = pgettext("graph", "extends")
    own = f"e{event.id}"
    return {
        "nodes": [
            *([_own_node(actor, event)] if extended or extending else []),
            *(presenters.neighbour_node(other) for other in (*extended, *extending)),
        ],
        "edges": [
            *(presenters.event_edge(event.id, f"e{other.id}", "extension", words) for other in extended),
            *(presenters.event_edge(other.id, own, "extension", words) for other in extending),
        ],
    }


def _own_node(actor: Actor, event: EventRow) -> presenters.Node:
    (row,) = index_rows(actor, [event.id])
    return {**presenters.event_node(event.id, event.info, row.orgc.name), "main": True}


CONTEXTS: dict[str, Callable[[Actor, EventRow, Within], Drawing]] = {
    "tags": tag_context,
    "correlations": correlation_context,
    "extensions": extension_context,
}
