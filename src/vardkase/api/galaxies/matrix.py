"""The matrix of a galaxy with a kill chain, with the clusters of an event, attribute or cluster marked."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.core.instance import instance_uuid
from vardkase.core.sql import SqlQuery
from vardkase.intel.queries.cluster_scores import attribute_scores, cluster_scores
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.knowledge.galaxies import queries
from vardkase.knowledge.galaxies.graphs import related_clusters
from vardkase.knowledge.galaxies.matrix import Matrix, galaxy_matrix, matrix_galaxy

ONE_EVENT = "SELECT %(event)s::bigint AS id"


@endpoint("events/view_galaxy_matrix")
def of_event(call: Call, scope_id: str, galaxy_id: str = "", scope: str = "event") -> Json:
    """Return the matrix of a galaxy with the scores of an event or attribute."""
    galaxy = queries.find_galaxy(call.actor, galaxy_id) if galaxy_id else matrix_galaxy(call.actor)
    matrix = galaxy_matrix(call.actor, galaxy)
    try:
        if scope == "event":
            event = find_event(call.actor, scope_id).id
            scores = cluster_scores(call.actor, matrix.tag_names, SqlQuery(ONE_EVENT, {"event": event}))
        elif scope == "attribute":
            scores = attribute_scores(find_attribute(call.actor, scope_id).id, matrix.tag_names)
        else:
            raise MispError(405, "Invalid scope.")
    except NotFound:
        raise MispError(404, f"Invalid {scope}.") from None
    return _scored_matrix(matrix, scores)


@endpoint("galaxy_clusters/view_galaxy_matrix")
def of_cluster(call: Call, cluster_id: str) -> Json:
    """Return the ATT&CK matrix with the patterns related to a cluster, in either direction."""
    related = related_clusters(call.actor, queries.find_cluster(call.actor, cluster_id))
    matrix = galaxy_matrix(call.actor, matrix_galaxy(call.actor))
    return _scored_matrix(matrix, dict.fromkeys([cluster["tag_name"] for cluster in related], 1))


def _scored_matrix(matrix: Matrix, scores: dict[str, int]) -> Json:
    known = set(matrix.tag_names)
    scores = {tag: score for tag, score in scores.items() if tag in known}
    return Json({"matrix": matrix.tabs, "scores": scores, "instance-uuid": instance_uuid()})
