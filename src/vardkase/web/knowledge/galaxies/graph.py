"""The graph of a cluster's relationships, and the same as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.queries import find_cluster
from vardkase.web.knowledge.galaxies.cluster_page import RelationLine, relation_lines, relations_of
from vardkase.web.knowledge.galaxies.clusters import head_context
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.pages import PageRequest, page

MOST_LINES = 30
"""Relations in either direction: more of them make a tangle that nobody can read."""


@page()
def graph(request: PageRequest, pk: int) -> HttpResponse:
    cluster = find_cluster(request.actor, str(pk), deleted=True)
    outbound, inbound = _lines(request.actor, cluster)
    total = sum(relations_of(request.actor, cluster, outbound=way).count() for way in (True, False))
    shown = len(outbound) + len(inbound)
    context = {
        **head_context(request.actor, cluster),
        "subpage": gettext("Graph"),
        "outbound": outbound,
        "inbound": inbound,
        "shown": shown,
        "total": total,
        "more": total > shown,
    }
    return render(request, "galaxies/cluster_graph.html", context)


@page()
def data(request: PageRequest, pk: int) -> HttpResponse:
    """The cluster, what it is related to, and the relations between them, for the graph."""
    cluster = find_cluster(request.actor, str(pk), deleted=True)
    lines = [line for some in _lines(request.actor, cluster) for line in some if line.other is not None]
    nodes = {cluster.pk: _node(cluster, main=True)}
    for line in lines:
        if line.other is not None:
            nodes.setdefault(line.other.pk, _node(line.other, main=False))
    return JsonResponse({"nodes": list(nodes.values()), "edges": [_edge(cluster, line) for line in lines]})


def _lines(actor: Actor, cluster: GalaxyCluster) -> tuple[list[RelationLine], list[RelationLine]]:
    outbound, inbound = (
        relation_lines(
            actor,
            relations_of(actor, cluster, outbound=way).order_by("pk")[:MOST_LINES],
            outbound=way,
        )
        for way in (True, False)
    )
    return outbound, inbound


def _node(cluster: GalaxyCluster, *, main: bool) -> dict[str, Any]:
    return {
        "id": str(cluster.pk),
        "label": cluster.value,
        "group": title_of(cluster.galaxy),
        "url": reverse("cluster", args=[cluster.pk]),
        "data": reverse("cluster_graph_data", args=[cluster.pk]),
        "main": main,
    }


def _edge(cluster: GalaxyCluster, line: RelationLine) -> dict[str, str]:
    here, there = str(cluster.pk), str(line.other.pk) if line.other else ""
    source, target = (here, there) if line.is_outbound else (there, here)
    return {"source": source, "target": target, "label": line.relation.referenced_galaxy_cluster_type}
