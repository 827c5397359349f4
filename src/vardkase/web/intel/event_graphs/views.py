"""The graph of an event: its page, and the parts of it that the script asks for."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from vardkase.intel.columns import EventRow
from vardkase.intel.event_graphs import queries
from vardkase.intel.event_graphs.services import graphs_of
from vardkase.intel.queries.find import find_event, find_object
from vardkase.intel.rules import may_modify_event
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.misp.flags import as_int
from vardkase.web.intel.event_graphs import contexts, presenters
from vardkase.web.intel.event_graphs.saved import may_save, shown_graphs
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.ui.pages import PageRequest, page

AT_ONCE = 120
"""Parts drawn at first, and with each request for more."""
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
        "contexts": contexts.offered(shell),
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
def neighbour(request: PageRequest, reference: str) -> HttpResponse:
    """The first parts of an event that extends the drawn one, or that it extends; linked to the event's own node."""
    event = find_event(request.actor, reference)
    references = queries.drawn_references(request.actor, event.id)
    found, _more = queries.next_parts(request.actor, event.id, references, queries.START, AT_ONCE)
    drawn = presenters.drawing(event.id, found, references, editable=False)
    return JsonResponse({**drawn, "edges": [*drawn["edges"], *presenters.roots(event.id, found, references)]})


@page()
def inside(request: PageRequest, reference: str, object_id: int) -> HttpResponse:
    """The attributes of an object."""
    event = find_event(request.actor, reference)
    if find_object(request.actor, object_id).event_id != event.id:
        raise Http404
    found = queries.attributes_inside(request.actor, event.id, object_id)
    return JsonResponse(presenters.drawing(event.id, found, [], editable=_is_editable(request, event)))


def _is_editable(request: PageRequest, event: EventRow) -> bool:
    return request.actor.may_write and may_modify_event(request.actor, event)
