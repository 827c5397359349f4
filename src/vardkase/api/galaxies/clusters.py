"""galaxy_clusters/*: the clusters of a galaxy."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.galaxies.reading import find_galaxy
from vardkase.api.paging import paged
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict
from vardkase.formats.misp_json.analyst_data import said_of
from vardkase.formats.misp_json.cluster_documents import cluster_documents, galaxy_file_value
from vardkase.formats.misp_json.knowledge import cluster_dict
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.tag_counts import tag_counts
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.taxonomies.queries import tags_named
from vardkase.misp.flags import as_bool

EDITOR = (Permission.GALAXY_EDITOR,)
SOFT = "Galaxy cluster successfuly soft deleted."
HARD = "Galaxy cluster successfuly hard deleted and added to the block list."
OPTIONAL_FIELDS = [
    "description",
    "source",
    "authors",
    "distribution",
    "sharing_group_id",
    "extends_uuid",
    "extends_version",
    "GalaxyElement",
    "GalaxyClusterRelation",
]
ABOUT_ADD = Description(
    "POST a GalaxyCluster object in JSON format to add it to a galaxy.",
    ["value"],
    ["uuid", *OPTIONAL_FIELDS],
    "/galaxy_clusters/add/[galaxy_id]",
)
ABOUT_EDIT = Description(
    "POST a GalaxyCluster object in JSON format to change a cluster.",
    [],
    ["value", *OPTIONAL_FIELDS],
    "/galaxy_clusters/edit/[cluster_id]",
)


@endpoint("galaxy_clusters/index")
def index(call: Call) -> Answer:
    """List the clusters of a galaxy: all, packaged, custom, those of the caller's organisation, or deleted
    ones."""
    context = str(call.param("context") or "all")
    clusters = queries.clusters_of(
        call.actor,
        find_galaxy(call),
        context=context if context in queries.CONTEXTS else "all",
        value=str(call.param("searchall") or ""),
    )
    chosen = paged(call, list(clusters.values_list("pk", flat=True)), 2_000)  # of 2 kB
    rows = clusters.in_bulk(chosen)
    return Json([{"GalaxyCluster": cluster_dict(rows[number])} for number in chosen])


@endpoint("galaxy_clusters/view")
def view(call: Call) -> Answer:
    """Return one cluster by id or uuid, deleted or not, with its galaxy, elements, relations and tag usage."""
    cluster = find_cluster(call, deleted=True)
    analyst_data, inbound = said_of(call.actor, str(cluster.uuid))
    document = _document(call, cluster) | analyst_data | {"RelationshipInbound": inbound}
    tag = tags_named(call.actor, [cluster.tag_name]).get(cluster.tag_name.lower())
    events, attributes = tag_counts(call.actor, [tag.pk]).get(tag.pk, (0, 0)) if tag else (0, 0)
    if tag and events + attributes:
        document |= {"tag_count": events + attributes, "tag_id": str(tag.pk)}
    return Json({"GalaxyCluster": document})


@endpoint("galaxy_clusters/add", body=BodyLimits.DOCUMENT, requires=EDITOR, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Create a cluster in a galaxy; ``forkUUID`` names a cluster that supplies the members missing in the
    body."""
    fork = str(call.param("forkUUID") or call.param("forkUuid") or "")
    cluster = services.add_cluster(call.actor, find_galaxy(call), call.data("GalaxyCluster"), fork_of=fork)
    return Json({"GalaxyCluster": _document(call, cluster)})


@endpoint(
    "galaxy_clusters/edit", body=BodyLimits.DOCUMENT, requires=EDITOR, writes=True, describes=ABOUT_EDIT
)
def edit(call: Call) -> Answer:
    """Edit a cluster; only the members given in the body change, and its elements are replaced as a whole."""
    found = find_cluster(call, deleted=True)
    cluster = services.edit_cluster(call.actor, found.pk, call.data("GalaxyCluster"))
    return Json({"GalaxyCluster": _document(call, cluster)})


@endpoint("galaxy_clusters/publish", requires=EDITOR, writes=True)
def publish(call: Call) -> Answer:
    """Publish a cluster to other instances."""
    return _saved_cluster(call, services.publish_cluster(call.actor, find_cluster(call).pk), "published")


@endpoint("galaxy_clusters/unpublish", requires=EDITOR, writes=True)
def unpublish(call: Call) -> Answer:
    """Unpublish a cluster."""
    return _saved_cluster(call, services.unpublish_cluster(call.actor, find_cluster(call).pk), "unpublished")


@endpoint("galaxy_clusters/delete", requires=EDITOR, writes=True)
def delete(call: Call) -> Answer:
    """Delete a cluster softly; ``hard`` (in the body, or 1 after the id) erases it and blocks its uuid."""
    hard = as_bool(call.arg(1)) or as_bool(call.data("GalaxyCluster").get("hard"))
    cluster = services.delete_cluster(call.actor, find_cluster(call, deleted=True).pk, hard=hard)
    return saved(HARD if hard else SOFT, f"/galaxy_clusters/delete/{cluster.pk}", id=str(cluster.pk))


@endpoint("galaxy_clusters/restore", requires=EDITOR, writes=True)
def restore(call: Call) -> Answer:
    """Restore a deleted cluster."""
    return _saved_cluster(
        call, services.restore_cluster(call.actor, find_cluster(call, deleted=True).pk), "restored"
    )


@endpoint("galaxy_clusters/update_cluster", requires=EDITOR, writes=True)
def update_cluster(call: Call) -> Answer:
    """Update a fork with the changes to its parent."""
    try:
        cluster = services.update_from_parent(call.actor, find_cluster(call).pk)
    except Conflict as error:
        raise MispError(405, error.wire) from None
    return _saved_cluster(call, cluster, "updated")


@endpoint("galaxy_clusters/export_for_misp_galaxy")
def export_for_misp_galaxy(call: Call) -> Answer:
    """Export one cluster as a value of a misp-galaxy file."""
    return Json(galaxy_file_value(_document(call, find_cluster(call))))


def find_cluster(call: Call, *, deleted: bool = False) -> GalaxyCluster:
    return queries.find_cluster(call.actor, call.arg(0), deleted=deleted)


def _saved_cluster(call: Call, cluster: GalaxyCluster, verb: str) -> Answer:
    url = f"/galaxy_clusters/{call.action}/{cluster.pk}"
    return saved(f"GalaxyCluster {verb}", url, id=str(cluster.pk))


def _document(call: Call, cluster: GalaxyCluster) -> dict[str, Any]:
    return next(cluster_documents(call.actor, [cluster.pk]))
