"""The graph of correlations, from an event or a value on: who else has a value, and what else they share."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.analysis.correlation.shared_values import SharedValue
from vardkase.analysis.search.neighbours import Neighbours, neighbours_of_event, neighbours_of_value
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import IndexRow, index_rows
from vardkase.intel.queries.find import find_event
from vardkase.misp.flags import as_int
from vardkase.misp.values.defang import defang
from vardkase.web.intel.event_graphs.presenters import Edge, Node, event_node, groups, shortened
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.pages import PageRequest, page

LONGEST = 20_000


@page()
def of_event(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    found = neighbours_of_event(request.actor, shell.event.id)
    rows = _rows(request.actor, found, leave_out=shell.event.id)
    context = {
        "data_url": _data_url(event=shell.event.id),
        "groups": groups(gettext("Event"), gettext("Value")),
        "rows": rows,
        "over": list(found.over_correlating.values()),
        "left": found.left,
    }
    template = "correlation/event_graph.html"
    return render(request, template, {**shell_context(shell, "event_correlations"), **context})


@page()
def of_value(request: PageRequest) -> HttpResponse:
    text = _value(request)
    if not text:
        return redirect("values")
    found = neighbours_of_value(request.actor, text)
    shown = next(iter([*found.values.values(), *found.over_correlating.values()]), SharedValue(text, "text"))
    context = {
        "value": shown,
        "value_url": value_url(text),
        "data_url": _data_url(v=text),
        "groups": groups(gettext("Event"), gettext("Value")),
        "rows": _rows(request.actor, found),
        "over": list(found.over_correlating.values()),
        "left": found.left,
    }
    return render(request, "correlation/value_graph.html", context)


@page()
def data(request: PageRequest) -> HttpResponse:
    """What surrounds the `event` or the value `v`, with the nodes that can be expanded in turn."""
    number, text = as_int(request.GET.get("event", "")), _value(request)
    if number:
        event = find_event(request.actor, number)
        found, middle = neighbours_of_event(request.actor, event.id), f"e{event.id}"
        events = [event.id, *found.events]
    elif text:
        found, middle = neighbours_of_value(request.actor, text), _value_id(text)
        events = found.events
    else:
        raise Http404
    nodes = [
        *(
            {**event_node(row.id, row.info, row.orgc.name), "data": _data_url(event=row.id)}
            for row in index_rows(request.actor, list(dict.fromkeys(events)))
        ),
        *(_shared(shared) for shared in found.values.values()),
        *(_over_correlating(shared) for shared in found.over_correlating.values()),
    ]
    drawn = {node["id"] for node in nodes}
    edges = [edge for value, event in found.links if (edge := _edge(value, event))["target"] in drawn]
    return JsonResponse({"nodes": [{**node, "main": node["id"] == middle} for node in nodes], "edges": edges})


def _rows(actor: Actor, found: Neighbours, leave_out: int = 0) -> list[tuple[SharedValue, IndexRow]]:
    """Each value with each event that it is in."""
    events = {row.id: row for row in index_rows(actor, found.events)}
    values = found.values | found.over_correlating
    return [
        (values[value], events[event])
        for value, event in found.links
        if event in events and event != leave_out
    ]


def _value(request: PageRequest) -> str:
    return request.GET.get("v", "").replace("\0", "").strip()[:LONGEST]


def _data_url(**asked: object) -> str:
    return f"{reverse('correlation_graph_data')}?{urlencode(asked)}"


def _value_id(value: str) -> str:
    return f"v{blake2b(value.encode('utf-8', 'replace'), digest_size=12).hexdigest()}"


def _shared(shared: SharedValue) -> Node:
    shown = defang(shared.value, shared.type)
    return {
        "id": _value_id(shared.value),
        "label": shortened(shown),
        "detail": shown[:500],
        "type": shared.type,
        "group": gettext("Value"),
        "url": value_url(shared.value),
        "data": _data_url(v=shared.value),
    }


def _over_correlating(shared: SharedValue) -> Node:
    node: dict[str, Any] = _shared(shared)
    words = gettext("in too many events to list")
    return {**node, "label": f"{node['label']}\n({words})", "many": True}


def _edge(value: str, event: int) -> Edge:
    source, target = _value_id(value), f"e{event}"
    return {
        "id": f"{source} {target}",
        "source": source,
        "target": target,
        "label": "",
        "kind": "correlation",
    }
