"""galaxy_clusters/*: the clusters of a galaxy."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Distribution, Hard, Mandatory, SharingGroup, Text, Uuid
from vardkase.api.inputs import Body, Params, field
from vardkase.api.paging import Paging
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
ABOUT_ADD = Description(
    "POST a GalaxyCluster object in JSON format to add it to a galaxy.",
    url="/galaxy_clusters/add/[galaxy_id]",
)
ABOUT_EDIT = Description(
    "POST a GalaxyCluster object in JSON format to change a cluster.",
    url="/galaxy_clusters/edit/[cluster_id]",
)


class ClusterList(Paging, kw_only=True):
    context: Text = "all"
    searchall: Text = ""


class ClusterFields(Body, kw_only=True):
    model = "GalaxyCluster"

    description: Anything = None
    source: Anything = None
    authors: Anything = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    extends_uuid: Uuid = None
    extends_version: Anything = None
    elements: Anything = field(name="GalaxyElement", default=None)
    relations: Anything = field(name="GalaxyClusterRelation", default=None)


class NewCluster(ClusterFields, kw_only=True):
    value: Mandatory[Anything] = None
    uuid: Uuid = None


class ClusterChanges(ClusterFields, kw_only=True):
    value: Anything = None


class ForkQuery(Params, kw_only=True):
    """The cluster that supplies the members missing in the body."""

    fork_uuid: Text = field(name="forkUUID", default="")
    # PyMISP writes it so.
    fork_uuid_in_camel_case: Text = field(name="forkUuid", default="")


class Deletion(Body, kw_only=True):
    model = "GalaxyCluster"

    hard: Hard = False


@endpoint("galaxy_clusters/index", answers="[GalaxyCluster]")
def index(call: Call, galaxy_id: str, *, params: ClusterList) -> Json:
    """List the clusters of a galaxy: all, packaged, custom, those of the caller's organisation, or deleted
    ones."""
    clusters = queries.clusters_of(
        call.actor,
        queries.find_galaxy(call.actor, galaxy_id),
        context=params.context if params.context in queries.CONTEXTS else "all",
        value=params.searchall,
    )
    chosen = params.of(list(clusters.values_list("pk", flat=True)), 2_000)  # of 2 kB
    rows = clusters.in_bulk(chosen)
    return Json([{"GalaxyCluster": cluster_dict(rows[number])} for number in chosen])


@endpoint("galaxy_clusters/view", answers="GalaxyCluster")
def view(call: Call, cluster_id: str) -> Json:
    """Return one cluster by id or uuid, deleted or not, with its galaxy, elements, relations and tag usage."""
    cluster = queries.find_cluster(call.actor, cluster_id, deleted=True)
    analyst_data, inbound = said_of(call.actor, str(cluster.uuid))
    document = _document(call, cluster) | analyst_data | {"RelationshipInbound": inbound}
    tag = tags_named(call.actor, [cluster.tag_name]).get(cluster.tag_name.lower())
    events, attributes = tag_counts(call.actor, [tag.pk]).get(tag.pk, (0, 0)) if tag else (0, 0)
    if tag and events + attributes:
        document |= {"tag_count": events + attributes, "tag_id": str(tag.pk)}
    return Json({"GalaxyCluster": document})


@endpoint(
    "galaxy_clusters/add",
    body=BodyLimits.DOCUMENT,
    requires=EDITOR,
    writes=True,
    describes=ABOUT_ADD,
    answers="GalaxyCluster",
)
def add(call: Call, galaxy_id: str, *, body: NewCluster, params: ForkQuery) -> Json:
    """Create a cluster in a galaxy; ``forkUUID`` names a cluster that supplies the members missing in the
    body."""
    galaxy = queries.find_galaxy(call.actor, galaxy_id)
    fork = params.fork_uuid or params.fork_uuid_in_camel_case
    cluster = services.add_cluster(call.actor, galaxy, body.sent, fork_of=fork)
    return Json({"GalaxyCluster": _document(call, cluster)})


@endpoint(
    "galaxy_clusters/edit",
    body=BodyLimits.DOCUMENT,
    requires=EDITOR,
    writes=True,
    describes=ABOUT_EDIT,
    answers="GalaxyCluster",
)
def edit(call: Call, cluster_id: str, *, body: ClusterChanges) -> Json:
    """Edit a cluster; only the members given in the body change, and its elements are replaced as a whole."""
    found = queries.find_cluster(call.actor, cluster_id, deleted=True)
    cluster = services.edit_cluster(call.actor, found.pk, body.sent)
    return Json({"GalaxyCluster": _document(call, cluster)})


@endpoint("galaxy_clusters/publish", requires=EDITOR, writes=True)
def publish(call: Call, cluster_id: str) -> Saved:
    """Publish a cluster to other instances."""
    return _saved_cluster(
        call,
        services.publish_cluster(call.actor, queries.find_cluster(call.actor, cluster_id).pk),
        "published",
    )


@endpoint("galaxy_clusters/unpublish", requires=EDITOR, writes=True)
def unpublish(call: Call, cluster_id: str) -> Saved:
    """Unpublish a cluster."""
    return _saved_cluster(
        call,
        services.unpublish_cluster(call.actor, queries.find_cluster(call.actor, cluster_id).pk),
        "unpublished",
    )


@endpoint("galaxy_clusters/delete", requires=EDITOR, writes=True)
def delete(call: Call, cluster_id: str, hard: str = "", *, body: Deletion) -> Saved:
    """Delete a cluster softly; ``hard`` (in the body, or 1 after the id) erases it and blocks its uuid."""
    is_hard = as_bool(hard) or body.hard
    found = queries.find_cluster(call.actor, cluster_id, deleted=True)
    cluster = services.delete_cluster(call.actor, found.pk, hard=is_hard)
    return saved(HARD if is_hard else SOFT, f"/galaxy_clusters/delete/{cluster.pk}", id=str(cluster.pk))


@endpoint("galaxy_clusters/restore", requires=EDITOR, writes=True)
def restore(call: Call, cluster_id: str) -> Saved:
    """Restore a deleted cluster."""
    found = queries.find_cluster(call.actor, cluster_id, deleted=True)
    return _saved_cluster(call, services.restore_cluster(call.actor, found.pk), "restored")


@endpoint("galaxy_clusters/update_cluster", requires=EDITOR, writes=True)
def update_cluster(call: Call, cluster_id: str) -> Saved:
    """Update a fork with the changes to its parent."""
    try:
        cluster = services.update_from_parent(call.actor, queries.find_cluster(call.actor, cluster_id).pk)
    except Conflict as error:
        raise MispError(405, error.wire) from None
    return _saved_cluster(call, cluster, "updated")


@endpoint("galaxy_clusters/export_for_misp_galaxy")
def export_for_misp_galaxy(call: Call, cluster_id: str) -> Json:
    """Export one cluster as a value of a misp-galaxy file."""
    return Json(galaxy_file_value(_document(call, queries.find_cluster(call.actor, cluster_id))))


def _saved_cluster(call: Call, cluster: GalaxyCluster, verb: str) -> Saved:
    url = f"/galaxy_clusters/{call.action}/{cluster.pk}"
    return saved(f"GalaxyCluster {verb}", url, id=str(cluster.pk))


def _document(call: Call, cluster: GalaxyCluster) -> dict[str, Any]:
    return next(cluster_documents(call.actor, [cluster.pk]))
