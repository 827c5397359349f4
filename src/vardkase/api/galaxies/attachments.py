"""Attaching clusters to events, attributes and tag collections, and detaching them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from vardkase.api.answers import Answer, Redirect, not_toggled, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import decoded
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.clusters import attach_cluster
from vardkase.intel.editing.tagging import detach_tag
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.knowledge.galaxies import queries
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.tag_collections import services as tag_collections
from vardkase.misp.flags import as_bool

COLLECTION = "tag_collection"
NO_CLUSTER = "Invalid Galaxy cluster"
NOT_PERMITTED = "No permission to attach this cluster to given target."
NOT_PARSED = "Failed to parse request."


@endpoint(
    "galaxies/attach_cluster",
    requires=(Permission.TAGGER,),
    writes=True,
    describes=Description(url="/galaxies/attachCluster/[target_id]/[target_type]"),
)
def attach(call: Call) -> Answer:
    """Attach the cluster in the body to the event, attribute or tag collection in the path."""
    cluster_id = str(call.data("Galaxy").get("target_id") or "")
    put = _attach_function(call)
    changed = put(_cluster(call, cluster_id))
    return toggled("Cluster attached." if changed else "Cluster already attached.", check_publish=True)


@endpoint(
    "galaxies/attach_multiple_clusters",
    requires=(Permission.TAGGER,),
    writes=True,
    describes=Description(url="/galaxies/attachMultipleClusters/[target_id]/[target_type]"),
)
def attach_several(call: Call) -> Answer:
    """Attach all clusters in ``target_ids`` (a list, or JSON text) to the object or objects in the path."""
    sent = decoded(call.data("Galaxy").get("target_ids"))
    references = [str(number) for number in sent] if isinstance(sent, list) else []
    if not references:
        return not_toggled(NOT_PARSED)
    put = _attach_function(call)
    clusters = [_cluster(call, number) for number in references]
    changed = sum(put(cluster) for cluster in clusters)
    if not changed:
        return toggled("Clusters already attached.", check_publish=True)
    return toggled(f"{changed} cluster(s) attached.", check_publish=True)


@endpoint(
    "galaxy_clusters/detach",
    requires=(Permission.TAGGER,),
    writes=True,
    describes=Description(url="/galaxyClusters/detach/[target_id]/[target_type]/[tag_id]"),
)
def detach(call: Call) -> Answer:
    """Detach a cluster, given by its tag's id; MISP responds with a redirect."""
    try:
        if call.arg(1) == COLLECTION:
            tag_collections.remove_tag(call.actor, call.arg(0), {"id": call.arg(2)})
            return Redirect("/")
        find = find_event if call.arg(1) == "event" else find_attribute
        detach_tag(call.actor, find(call.actor, call.arg(0)).uuid, call.arg(2))
    except NotFound:
        raise MispError(404, f"Invalid {call.arg(1)}.") from None
    except (Conflict, Invalid) as error:
        raise MispError(405, error.wire) from None
    except Forbidden as error:
        raise MispError(403, error.wire) from None
    return Redirect("/")


def _attach_function(call: Call) -> Callable[[GalaxyCluster], bool]:
    if call.arg(1) == COLLECTION:
        return lambda cluster: _collect(call, cluster)
    target = _target_uuid(call)
    return lambda cluster: _attach(call, target, cluster)


def _collect(call: Call, cluster: GalaxyCluster) -> bool:
    try:
        return bool(tag_collections.add_tags(call.actor, call.arg(0), [{"name": cluster.tag_name}]))
    except NotFound:
        raise MispError(404, f"Invalid {COLLECTION}.") from None
    except (Forbidden, Invalid):
        raise MispError(403, NOT_PERMITTED) from None


def _attach(call: Call, target: UUID, cluster: GalaxyCluster) -> bool:
    try:
        return attach_cluster(call.actor, target, cluster, local=as_bool(call.param("local"))).changed
    except (Forbidden, Invalid):
        raise MispError(403, NOT_PERMITTED) from None


def _cluster(call: Call, reference: str) -> GalaxyCluster:
    try:
        return queries.find_cluster(call.actor, reference)
    except NotFound:
        raise MispError(404, NO_CLUSTER) from None


def _target_uuid(call: Call) -> UUID:
    """The uuid of the object in the path; attributes are named by id only, as in MISP."""
    reference, kind = call.arg(0), call.arg(1)
    try:
        if kind == "event":
            return find_event(call.actor, reference).uuid
        if kind == "attribute" and reference.isdecimal():
            return find_attribute(call.actor, reference).uuid
    except NotFound:
        pass
    raise MispError(404, f"Invalid {kind or 'target'}.")
