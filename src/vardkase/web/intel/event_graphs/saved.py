"""Saved graphs of an event: the positions of nodes. Their content is read with the rights of the user who opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core import json_limits
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.columns import EventRow
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.event_graphs.services import LARGEST, delete_graph, graphs_of, keep_graph
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.editing.common import attempt
from vardkase.web.intel.event_graphs import contexts
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.pages import PageRequest, page


@dataclass(frozen=True, slots=True)
class ShownGraph:
    graph: EventGraph
    author: str
    may_delete: bool

    @property
    def name(self) -> str:
        return str(self.graph)

    @property
    def saved(self) -> datetime:
        return moment(self.graph.timestamp)

    @property
    def is_ours(self) -> bool:
        """Whether it has positions that our pages know; those of MISP's pages are kept for its clients."""
        return bool(_positions(self.graph))


class SaveForm(forms.Form):
    network_name = forms.CharField(
        label=_("Name"), max_length=255, error_messages={"required": _("Give the graph a name.")}
    )
    network_json = forms.CharField(
        max_length=LARGEST, error_messages={"required": _("There is nothing drawn to save.")}
    )
    preview_img = forms.CharField(required=False, max_length=2 * LARGEST)


def may_save(actor: Actor) -> bool:
    return actor.may_write and actor.may(Permission.ADD)


def shown_graphs(actor: Actor, graphs: Sequence[EventGraph]) -> list[ShownGraph]:
    emails = dict(User.objects.filter(pk__in={graph.user_id for graph in graphs}).values_list("pk", "email"))
    return [
        ShownGraph(graph, emails.get(graph.user_id, ""), actor.may_write and _may_delete(actor, graph))
        for graph in graphs
    ]


@page(Permission.ADD, writes=True)
@require_POST
def save(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    form = SaveForm(request.POST)
    kept = attempt(form, lambda: keep_graph(request.actor, event.id, form.cleaned_data))
    if kept is None:
        for problems in form.errors.values():
            messages.error(request, " ".join(map(str, problems)))
        return redirect("event_graph", event.id)
    messages.success(request, gettext("Graph saved: %(name)s") % {"name": kept.network_name})
    return redirect(f"{reverse('event_graph', args=[event.id])}?saved={kept.pk}")


@page()
def drawing(request: PageRequest, reference: str, graph_id: int) -> HttpResponse:
    _event, graph = _found(request.actor, reference, graph_id)
    return JsonResponse(_positions(graph))


@page()
def picture(request: PageRequest, reference: str, graph_id: int) -> HttpResponse:
    _event, graph = _found(request.actor, reference, graph_id)
    if not graph.preview:
        raise Http404
    return HttpResponse(bytes(graph.preview), content_type="image/png")


@page(Permission.MODIFY, writes=True)
def delete(request: PageRequest, reference: str, graph_id: int) -> HttpResponse:
    event, graph = _found(request.actor, reference, graph_id)
    if request.method == "POST":
        delete_graph(request.actor, graph.pk)
        messages.success(request, gettext("Graph deleted: %(name)s") % {"name": graph})
        return redirect("event_graph", event.id)
    return confirm_page(
        request,
        gettext("Delete saved graph"),
        [
            (gettext("Events"), reverse("events")),
            (event.info, reverse("event", args=[event.id])),
            (gettext("Graph"), reverse("event_graph", args=[event.id])),
        ],
        gettext("The saved graph is deleted for everybody in your organisation. The event does not change."),
        things=[str(graph)],
    )


def _found(actor: Actor, reference: str, graph_id: int) -> tuple[EventRow, EventGraph]:
    event = find_event(actor, reference)
    (graph,) = graphs_of(actor, event.id, graph_id)
    return event, graph


def _may_delete(actor: Actor, graph: EventGraph) -> bool:
    own = graph.user_id == actor.user_id or actor.may(Permission.MODIFY_ORG) or actor.is_site_admin
    return actor.may(Permission.MODIFY) and own


def _positions(graph: EventGraph) -> dict[str, Any]:
    """As far as it is one of ours: clients of the API may keep any JSON."""
    drawing = json_limits.decoded(graph.network_json)
    nodes = drawing.get("nodes") if isinstance(drawing, dict) else None
    if not isinstance(nodes, list):
        return {}
    placed = [node for node in nodes if isinstance(node, dict) and _is_placed(node)]
    if not placed:
        return {}
    shown = drawing.get("shown")
    return {
        "nodes": [
            {name: node[name] for name in ("id", "x", "y")}
            | {name: bool(node.get(name)) for name in ("pinned", "open")}
            for node in placed
        ],
        "shown": [name for name in shown if name in contexts.CONTEXTS] if isinstance(shown, list) else [],
    }


def _is_placed(node: dict[str, Any]) -> bool:
    id = node.get("id")
    numbers = all(isinstance(node.get(axis), int | float) for axis in ("x", "y"))
    return numbers and isinstance(id, str) and len(id) < 100
