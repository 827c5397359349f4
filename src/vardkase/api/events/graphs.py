"""Event graph, timeline and distribution graph as data, and saved graphs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.index import FILTERS
from vardkase.api.answers import Answer, Json, Text, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.api.rest_search import by_name, export
from vardkase.api.stored import stored_reference
from vardkase.core.errors import Invalid
from vardkase.formats import event_graph
from vardkase.formats.event_graph.graphs import Graph
from vardkase.formats.event_graph.parts import GraphParts
from vardkase.formats.registry import format_for
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.event_graphs import services
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.queries.event_parts import extended_events
from vardkase.intel.queries.find import find_event, find_reference_with_target
from vardkase.misp.flags import as_bool

PAGE = 60


@endpoint("events/getEventGraphReferences")
def references(call: Call) -> Answer:
    """Return the graph of an event's parts, linked by references; ``extended`` includes the extending events."""
    return _graph_answer(call, event_graph.references_graph)


@endpoint("events/getReferences")
def older_references(call: Call) -> Answer:
    """Return the reference graph through the older route."""
    return _graph_answer(call, event_graph.references_graph)


@endpoint("events/getEventGraphTags")
def tags(call: Call) -> Answer:
    """Return the graph of an event's parts, linked by their tags."""
    return _graph_answer(call, event_graph.tags_graph)


@endpoint("events/getEventGraphGeneric")
def generic(call: Call) -> Answer:
    """Return the graph of an event's parts, linked by common values of the property in ``keyType``."""
    pivot = str(call.param("keyType") or "")
    if pivot and pivot not in event_graph.PIVOTS:
        raise MispError(400, f"keyType has to be one of: {', '.join(event_graph.PIVOTS)}.")
    return _graph_answer(call, lambda parts: event_graph.generic_graph(parts, pivot))


@endpoint("events/getReferenceData")
def reference_data(call: Call) -> Answer:
    """Return the reference with the given uuid, in a list."""
    return Json([{"ObjectReference": stored_reference(find_reference_with_target(call.actor, call.arg(0)))}])


@endpoint("events/getEventTimeline")
def timeline(call: Call) -> Answer:
    """Return when the parts of an event were first and last seen, and sighted."""
    event = find_event(call.actor, call.arg(0))
    parts = event_graph.event_parts(call.actor, [event.id])
    return Json(event_graph.timeline(call.actor, parts, event.id))


@endpoint("events/getDistributionGraph")
def distribution(call: Call) -> Answer:
    """Return the number of an event's parts at each distribution level."""
    return Json(event_graph.distribution_graph(call.actor, find_event(call.actor, call.arg(0)).id))


@endpoint("events/viewEventAttributes")
def attributes(call: Call) -> Answer:
    """List the attributes of an event, page by page, with the filters of attributes/restSearch."""
    event = find_event(call.actor, call.arg(0))
    output = format_for(Scope.ATTRIBUTES, "json")
    if output is None:
        raise MispError(404, "Invalid output format.")
    limit, _ = limit_and_offset(call, PAGE)
    parameters = {"page": 1} | by_name(call, Scope.ATTRIBUTES) | {"eventid": event.id, "limit": limit}
    return export(call, Scope.ATTRIBUTES, parameters, "json", output)


@endpoint("events/filterEventIndex")
def filters(_call: Call) -> Answer:
    """List the filters of events/index."""
    return Json(list(FILTERS))


@endpoint("eventGraph/view", describes=Description(url="/eventGraph/view/[event_id]/[graph_id]"))
def view(call: Call) -> Answer:
    """List the saved graphs of an event in the caller's organisation, or return the one with the given id."""
    graphs = services.graphs_of(call.actor, call.arg(0), call.arg(1) or None)
    emails = dict(User.objects.filter(pk__in={graph.user_id for graph in graphs}).values_list("pk", "email"))
    return Json([_document(graph, emails.get(graph.user_id, "")) for graph in graphs])


@endpoint(
    "eventGraph/viewPicture", describes=Description(url="/eventGraph/viewPicture/[event_id]/[graph_id]")
)
def view_picture(call: Call) -> Answer:
    """Return the picture of a saved graph: ``/eventGraph/viewPicture/<event>/<graph>``."""
    (graph,) = services.graphs_of(call.actor, call.arg(0), call.arg(1))
    if not graph.preview:
        raise MispError(404, "The event graph has no picture.")
    return Text(bytes(graph.preview), "image/png", headers={"X-Content-Type-Options": "nosniff"})


@endpoint(
    "eventGraph/add",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "POST an EventGraph object to this API to keep a graph of an event for your organisation.",
        ("network_json",),
        ("network_name", "preview_img"),
        "/eventGraph/add/[event_id]",
    ),
)
def add(call: Call) -> Answer:
    """Save a graph of a readable event."""
    data = call.data("EventGraph")
    try:
        graph = services.keep_graph(call.actor, call.arg(0) or str(data.get("event_id") or ""), data)
    except Invalid as invalid:
        raise SaveFailed("add EventGraph", "/eventGraph/add", invalid.errors) from invalid
    return saved("EventGraph added.", f"/eventGraph/add/{graph.event_id}", id=str(graph.pk))


@endpoint("eventGraph/delete", requires=(Permission.MODIFY,), writes=True)
def delete(call: Call) -> Answer:
    """Delete a saved graph."""
    number = str(services.delete_graph(call.actor, call.arg(0)))
    return saved("EventGraph deleted.", f"/eventGraph/delete/{number}", id=number)


def _graph_answer(call: Call, draw: Callable[[GraphParts], Graph]) -> Answer:
    event = find_event(call.actor, call.arg(0))
    ids = [event.id]
    if as_bool(call.param("extended")):
        ids += [extension.id for extension in extended_events(call.actor, event)[1]]
    return Json(draw(event_graph.event_parts(call.actor, ids)))


def _document(graph: EventGraph, email: str) -> dict[str, Any]:
    picture = services.DATA_URL + b64encode(bytes(graph.preview)).decode() if graph.preview else ""
    return {
        "EventGraph": {
            "id": str(graph.pk),
            "event_id": str(graph.event_id),
            "user_id": str(graph.user_id),
            "org_id": str(graph.org_id),
            "timestamp": str(graph.timestamp),
            "network_name": graph.network_name,
            "network_json": graph.network_json,
            "preview_img": picture,
        },
        "User": {"email": email},
    }
