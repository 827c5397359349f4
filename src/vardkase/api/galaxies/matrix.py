"""The matrix of a galaxy with a kill chain, with the clusters of an event, attribute or cluster marked."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.galaxies.clusters import find_cluster
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


@endpoint(
    "events/view_galaxy_matrix",
    describes=Description(url="/events/viewGalaxyMatrix/[scope_id]/[galaxy_id]/[scope]"),
)
def of_event(call: Call) -> Answer:
    """Return the matrix of a galaxy with the scores of an event or attribute.

    ``/events/viewGalaxyMatrix/{id}/{galaxy}/{event|attribute}``.
    """
    kind = call.arg(2) or "event"
    matrix = _matrix(call, call.arg(1))
    try:
        if kind == "event":
            event = find_event(call.actor, call.arg(0)).id
            scores = cluster_scores(call.actor, matrix.tag_names, SqlQuery(ONE_EVENT, {"event": event}))
        elif kind == "attribute":
            scores = attribute_scores(find_attribute(call.actor, call.arg(0)).id, matrix.tag_names)
        else:
            raise MispError(405, "Invalid scope.")
    except NotFound:
        raise MispError(404, f"Invalid {kind}.") from None
    return _scored_matrix(matrix, scores)


@endpoint("galaxy_clusters/view_galaxy_matrix")
def of_cluster(call: Call) -> Answer:
    """Return the ATT&CK matrix with the patterns related to a cluster, in either direction."""
    related = related_clusters(call.actor, find_cluster(call))
    return _scored_matrix(_matrix(call, ""), dict.fromkeys([cluster["tag_name"] for cluster in related], 1))


def _matrix(call: Call, reference: str) -> Matrix:
    galaxy = queries.find_galaxy(call.actor, reference) if reference else matrix_galaxy(call.actor)
    return galaxy_matrix(call.actor, galaxy)


def _scored_matrix(matrix: Matrix, scores: dict[str, int]) -> Answer:
    known = set(matrix.tag_names)
    scores = {tag: score for tag, score in scores.items() if tag in known}
    return Json({"matrix": matrix.tabs, "scores": scores, "instance-uuid": instance_uuid()})
