"""Event graph, timeline and distribution graph as data, and saved graphs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

from vardkase.analysis.search.event_index import FILTERS
from vardkase.analysis.search.filters import Scope
from vardkase.api.answers import Json, Saved, Stream, Text, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyText, Anything, Base64, Flag, Mandatory, Reference
from vardkase.api.inputs import Body, Params, field
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.api.rest_search import export
from vardkase.api.saved_rows import stored_reference
from vardkase.api.search_fields import AttributeSearch
from vardkase.core.errors import Invalid
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.formats import event_graph
from vardkase.formats.event_graph.graphs import Graph
from vardkase.formats.event_graph.parts import GraphParts
from vardkase.formats.registry import format_for
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.event_graphs import services
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.queries.event_parts import extended_events
from vardkase.intel.queries.find import find_event, find_reference_with_target

PAGE = 60


class GraphParams(Params, kw_only=True):
    extended: Flag = False


class PivotParams(GraphParams, kw_only=True):
    key_type: Reference = field(name="keyType", default="")


class GraphBody(Body, kw_only=True):
    model = "EventGraph"

    event_id: Reference = ""
    network_json: Mandatory[Anything] = None
    network_name: AnyText = None
    preview_img: Base64 = None


@endpoint("events/getEventGraphReferences")
@endpoint("events/getReferences")
def references(call: Call, event_id: str, *, params: GraphParams) -> Json:
    """Return the graph of an event's parts, linked by references; ``extended`` includes the extending events."""
    return _graph_answer(call.actor, event_id, params, event_graph.references_graph)


@endpoint("events/getEventGraphTags")
def tags(call: Call, event_id: str, *, params: GraphParams) -> Json:
    """Return the graph of an event's parts, linked by their tags."""
    return _graph_answer(call.actor, event_id, params, event_graph.tags_graph)


@endpoint("events/getEventGraphGeneric")
def generic(call: Call, event_id: str, *, params: PivotParams) -> Json:
    """Return the graph of an event's parts, linked by common values of the property in ``keyType``."""
    pivot = params.key_type
    if pivot and pivot not in event_graph.PIVOTS:
        raise MispError(400, f"keyType has to be one of: {', '.join(event_graph.PIVOTS)}.")
    draw = partial(event_graph.generic_graph, pivot=pivot)
    return _graph_answer(call.actor, event_id, params, draw)


@endpoint("events/getReferenceData")
def reference_data(call: Call, uuid: str) -> Json:
    """Return the reference with the given uuid, in a list."""
    reference = find_reference_with_target(call.actor, uuid)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [reference.event_id])
    return Json([{"ObjectReference": stored_reference(reference)}])


@endpoint("events/getEventTimeline")
def timeline(call: Call, event_id: str) -> Json:
    """Return when the parts of an event were first and last seen, and sighted."""
    event = find_event(call.actor, event_id)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [event.id])
    parts = event_graph.event_parts(call.actor, [event.id])
    return Json(event_graph.timeline(call.actor, parts, event.id))


@endpoint("events/getDistributionGraph")
def distribution(call: Call, event_id: str) -> Json:
    """Return the number of an event's parts at each distribution level."""
    return Json(event_graph.distribution_graph(call.actor, find_event(call.actor, event_id).id))


@endpoint("events/viewEventAttributes")
def attributes(call: Call, event_id: str, *, filters: AttributeSearch, params: Paging) -> Stream:
    """List the attributes of an event, page by page, with the filters of attributes/restSearch."""
    event = find_event(call.actor, event_id)
    output = format_for(Scope.ATTRIBUTES, "json")
    if output is None:
        raise MispError(404, "Invalid output format.")
    limit, _ = params.limit_and_offset(PAGE)
    parameters = {"page": 1} | filters.sent | {"eventid": event.id, "limit": limit}
    return export(call, Scope.ATTRIBUTES, parameters, "json", output)


@endpoint("events/filterEventIndex")
def filters(_call: Call) -> Json:
    """List the filters of events/index."""
    return Json(list(FILTERS))


@endpoint("eventGraph/view")
def view(call: Call, event_id: str, graph_id: str = "") -> Json:
    """List the saved graphs of an event in the caller's organisation, or return the one with the given id."""
    graphs = services.graphs_of(call.actor, event_id, graph_id or None)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, {graph.event_id for graph in graphs})
    emails = dict(User.objects.filter(pk__in={graph.user_id for graph in graphs}).values_list("pk", "email"))
    return Json([_document(graph, emails.get(graph.user_id, "")) for graph in graphs])


@endpoint("eventGraph/viewPicture")
def view_picture(call: Call, event_id: str, graph_id: str) -> Text:
    """Return the picture of a saved graph."""
    (graph,) = services.graphs_of(call.actor, event_id, graph_id)
    if not graph.preview:
        raise MispError(404, "The event graph has no picture.")
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [graph.event_id])
    # A user has sent the picture: without the header, a browser may take it for a page with scripts.
    return Text(bytes(graph.preview), "image/png", headers={"X-Content-Type-Options": "nosniff"})


@endpoint(
    "eventGraph/add",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "POST an EventGraph object to this API to keep a graph of an event for your organisation.",
        url="/eventGraph/add/[event_id]",
    ),
)
def add(call: Call, event_id: str = "", *, body: GraphBody) -> Saved:
    """Save a graph of a readable event."""
    try:
        graph = services.keep_graph(call.actor, event_id or body.event_id, body.sent)
    except Invalid as invalid:
        raise SaveFailed("add EventGraph", "/eventGraph/add", invalid.errors) from invalid
    return saved("EventGraph added.", f"/eventGraph/add/{graph.event_id}", id=str(graph.pk))


@endpoint("eventGraph/delete", requires=(Permission.MODIFY,), writes=True)
def delete(call: Call, graph_id: str) -> Saved:
    """Delete a saved graph."""
    number = str(services.delete_graph(call.actor, graph_id))
    return saved("EventGraph deleted.", f"/eventGraph/delete/{number}", id=number)


def _graph_answer(
    actor: Actor, event_id: str, params: GraphParams, draw: Callable[[GraphParts], Graph]
) -> Json:
    event = find_event(actor, event_id)
    ids = [event.id]
    if params.extended:
        ids += [extension.id for extension in extended_events(actor, event)[1]]
    record_fetch(actor, FetchChannel.API, FetchedKind.EVENT, ids)
    return Json(draw(event_graph.event_parts(actor, ids)))


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
