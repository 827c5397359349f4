"""Relations between clusters as graph data."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.galaxies.cluster_relations import relation_bodies
from vardkase.api.request import Call
from vardkase.knowledge.galaxies.graphs import fork_tree, relation_tree, relations_graph, relations_of
from vardkase.knowledge.galaxies.queries import find_cluster, find_galaxy


@endpoint("galaxies/fork_tree")
def forks(call: Call, galaxy_id: str) -> Json:
    """Return the forked clusters of a galaxy, with their forks as children."""
    return Json(fork_tree(call.actor, find_galaxy(call.actor, galaxy_id)))


@endpoint("galaxies/relations_graph")
def graph(call: Call, galaxy_id: str) -> Json:
    """Return the relations between the clusters of a galaxy as a graph of nodes and links."""
    return Json(relations_graph(call.actor, find_galaxy(call.actor, galaxy_id)))


@endpoint("galaxy_clusters/view_relations")
def relations(call: Call, cluster_id: str) -> Json:
    """List the relations from and to a cluster."""
    return Json(
        list(relation_bodies(call.actor, relations_of(call.actor, find_cluster(call.actor, cluster_id))))
    )


@endpoint("galaxy_clusters/view_relation_tree")
def tree(call: Call, cluster_id: str) -> Json:
    """Return a cluster and its related clusters as a tree, by relation type."""
    return Json(relation_tree(call.actor, find_cluster(call.actor, cluster_id)))
