"""The graph of an event: its page, and the parts of it that the script asks for."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from vardkase.analysis.correlation.queries import correlations_of_attributes
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.event_graphs import queries
from vardkase.intel.event_graphs.services import graphs_of
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event, find_object
from vardkase.intel.rules import may_modify_event
from vardkase.knowledge.galaxies.queries import custom_cluster_names
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.misp.flags import as_int
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag
from vardkase.web.intel.event_graphs import presenters
from vardkase.web.intel.event_graphs.saved import may_save, shown_graphs
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.ui.pages import PageRequest, page

AT_ONCE = 120
"""Parts drawn at first, and with each request for more."""
MOST_ASKED = 500
"""Parts of which one request asks for tags or correlations."""
MOST_INSIDE = 2_000
"""Attributes in these objects whose tags or correlations are looked up."""
MOST_EVENTS = 60
A_PAGE = 50
"""References on a page of the table."""


@page()
def graph(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    after = as_int(request.GET.get("after", "")) or 0
    found = queries.drawn_references(request.actor, shell.event.id, after=after, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    parts = queries.parts_named(
        request.actor,
        shell.event.id,
        [
            *(each.object_id for each in shown),
            *(each.target_id for each in shown if each.target_is_object),
        ],
        [each.target_id for each in shown if not each.target_is_object],
    )
    rows = [
        {
            "reference": each,
            "source": parts.get((True, each.object_id)),
            "target": parts.get((each.target_is_object, each.target_id)),
        }
        for each in shown
    ]
    context = {
        "rows": [row for row in rows if row["source"] and row["target"]],
        "groups": presenters.event_groups(),
        "is_first": not after,
        "next": f"?after={shown[-1].id}" if len(found) > A_PAGE else "",
        "graphs": shown_graphs(request.actor, graphs_of(request.actor, shell.event.id)),
        "opened": as_int(request.GET.get("saved", "")) or 0,
        "may_save": may_save(request.actor),
        "relationships": ObjectRelationship.objects.order_by("name") if shell.may_modify else (),
    }
    return render(request, "event_graphs/graph.html", {**shell_context(shell, "event_graph"), **context})


@page()
def parts(request: PageRequest, reference: str) -> HttpResponse:
    """The next parts of the event, those that are linked first, with their references."""
    event = find_event(request.actor, reference)
    references = queries.drawn_references(request.actor, event.id)
    place = queries.position_of(request.GET.get("after", ""))
    found, after = queries.next_parts(request.actor, event.id, references, place, AT_ONCE)
    drawn = presenters.drawing(event.id, found, references, editable=_is_editable(request, event))
    return JsonResponse({**drawn, "after": str(after or "")})


@page()
def inside(request: PageRequest, reference: str, object_id: int) -> HttpResponse:
    """The attributes of an object."""
    event = find_event(request.actor, reference)
    if find_object(request.actor, object_id).event_id != event.id:
        raise Http404
    found = queries.attributes_inside(request.actor, event.id, object_id)
    return JsonResponse(presenters.drawing(event.id, found, [], editable=_is_editable(request, event)))


@page()
def context(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    """Tags or correlations of the objects and attributes in `parts` (o1,a2)."""
    draw = {"tags": _tags, "correlations": _correlations}.get(kind)
    if draw is None:
        raise Http404
    event = find_event(request.actor, reference)
    asked = request.GET.get("parts", "").split(",")[:MOST_ASKED]
    objects = [number for text in asked if text[:1] == "o" and (number := as_int(text[1:]))]
    attributes = [number for text in asked if text[:1] == "a" and (number := as_int(text[1:]))]
    held = queries.ids_inside(request.actor, event.id, objects, MOST_INSIDE)
    alone = queries.parts_named(request.actor, event.id, (), attributes).values()
    within: dict[int, int | None] = {**{part.id: part.object_id for part in alone}, **held}
    return JsonResponse(draw(request.actor, event.id, within))


def _tags(actor: Actor, event_id: int, within: dict[int, int | None]) -> dict[str, Any]:
    tags = queries.tags_on(actor, event_id, list(within))
    clusters = custom_cluster_names(actor) if any(is_custom_galaxy_tag(tag.name) for tag in tags) else {}
    return {
        "nodes": list(
            {
                tag.tag_id: presenters.tag_node(tag, clusters.get(tag.name.lower(), "")) for tag in tags
            }.values()
        ),
        "edges": [
            presenters.context_edge(tag.attribute_id, tag.object_id, f"t{tag.tag_id}", "tag") for tag in tags
        ],
    }


def _correlations(actor: Actor, _event_id: int, within: dict[int, int | None]) -> dict[str, Any]:
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


def _is_editable(request: PageRequest, event: EventRow) -> bool:
    return request.actor.may_write and may_modify_event(request.actor, event)
