"""The pages of one cluster: what it is, what it is related to, and where it is used."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.cluster_uses import events_with_tags, organisations_using
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.queries import clusters_by_tag, find_cluster, naming_elements
from vardkase.knowledge.galaxies.services.reach import may_create, may_delete, may_edit
from vardkase.web.knowledge.galaxies.cluster_page import (
    EventLine,
    ancestry_of,
    changed_at,
    description_of,
    element_groups,
    relation_lines,
    relations_of,
)
from vardkase.web.knowledge.galaxies.presenters import reach_words, tags_of_clusters, title_of
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

SHOWN_EVENTS = 10
SHOWN_RELATIONS = 10
"""In either direction; a page of their own has all of them."""


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    cluster = find_cluster(request.actor, str(pk), deleted=True)
    tag_ids = _tag_ids(request, cluster)
    naming = naming_elements([cluster])[cluster.pk]
    found = events_with_tags(request.actor, tag_ids, None, SHOWN_EVENTS)
    outbound, inbound = (relations_of(request.actor, cluster, outbound=way) for way in (True, False))
    context = {
        **head_context(request.actor, cluster),
        "description": description_of(cluster),
        "code": ", ".join(naming.get("external_id", ())),
        "synonyms": naming.get("synonyms", []),
        "elements": element_groups(cluster),
        "changed": changed_at(cluster),
        "ancestry": ancestry_of(request.actor, cluster),
        "organisation": Organisation.objects.filter(pk=cluster.orgc_id).first(),
        "reach": reach_words(request.actor, [cluster]).get(cluster.pk),
        "outbound": relation_lines(request.actor, outbound.order_by("pk")[:SHOWN_RELATIONS], outbound=True),
        "inbound": relation_lines(request.actor, inbound.order_by("pk")[:SHOWN_RELATIONS], outbound=False),
        "relations": outbound.count() + inbound.count(),
        "events": [EventLine(row) for row in found.rows],
        "more_events": found.after is not None,
        "organisations": organisations_using(request.actor, tag_ids),
    }
    return render(request, "galaxies/cluster.html", context)


@page()
def events(request: PageRequest, pk: int) -> HttpResponse:
    cluster = find_cluster(request.actor, str(pk), deleted=True)
    found = events_with_tags(
        request.actor, _tag_ids(request, cluster), wanted_place(request), wanted_size(request)
    )
    lines = [EventLine(row) for row in found.rows]
    context = {**head_context(request.actor, cluster), "events": lines, **page_links(request, found)}
    return render(request, "galaxies/cluster_events.html", context)


@page()
def relations(request: PageRequest, pk: int) -> HttpResponse:
    cluster = find_cluster(request.actor, str(pk), deleted=True)
    ways = {way: relations_of(request.actor, cluster, outbound=way == "out") for way in ("out", "in")}
    counts = {way: rows.count() for way, rows in ways.items()}
    # Nothing asked for: the direction that has any.
    way = "in" if request.GET.get("way", "" if counts["out"] or not counts["in"] else "in") == "in" else "out"
    rows, is_outbound = ways[way], way == "out"
    shown = listed(request, rows, {"referenced_galaxy_cluster_type"}, "referenced_galaxy_cluster_type")
    context = {
        **head_context(request.actor, cluster),
        **shown,
        "lines": relation_lines(request.actor, shown["rows"], outbound=is_outbound),
        "is_outbound": is_outbound,
        "may_relate": may_delete(request.actor, cluster) and not cluster.deleted,
        "counts": counts,
    }
    return render(request, "galaxies/cluster_relations.html", context)


@page()
def of_tag(request: PageRequest) -> HttpResponse:
    """Where a tag's mark leads, which knows the tag's name alone."""
    name = request.GET.get("name", "").replace("\0", "")
    cluster = clusters_by_tag(request.actor, [name]).get(name.lower())
    if cluster is not None:
        return redirect("cluster", cluster.pk)
    return render(request, "galaxies/unknown_cluster.html", {"name": name[:500]}, status=404)


def head_context(actor: Actor, cluster: GalaxyCluster) -> dict[str, Any]:
    return {
        "cluster": cluster,
        "galaxy": cluster.galaxy,
        "title": title_of(cluster.galaxy),
        "may_create": may_create(actor),
        "may_edit": may_edit(actor, cluster),
        "may_delete": may_delete(actor, cluster),
        "is_ours": not cluster.default and cluster.orgc_id == actor.organisation_id,
    }


def _tag_ids(request: PageRequest, cluster: GalaxyCluster) -> list[int]:
    return [tag.pk for tag in tags_of_clusters(request.actor, [cluster]).values()]
