"""Attaching clusters to events, attributes and tag collections, and detaching them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from vardkase.api.answers import Redirect, Toggled, not_toggled, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Local, Reference, decoded
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.clusters import attach_cluster
from vardkase.intel.editing.tagging import detach_tag
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.knowledge.galaxies import queries
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.tag_collections import services as tag_collections

COLLECTION = "tag_collection"
NO_CLUSTER = "Invalid Galaxy cluster"
NOT_PERMITTED = "No permission to attach this cluster to given target."
NOT_PARSED = "Failed to parse request."


class ClusterChoice(Body, kw_only=True):
    model = "Galaxy"

    target_id: Reference = ""


class ClusterChoices(Body, kw_only=True):
    model = "Galaxy"

    target_ids: Anything = None


class AttachQuery(Params, kw_only=True):
    local: Local = False


@endpoint("galaxies/attach_cluster", requires=(Permission.TAGGER,), writes=True)
def attach(
    call: Call, target_id: str, target_type: str, *, body: ClusterChoice, params: AttachQuery
) -> Toggled:
    """Attach the cluster in the body to the event, attribute or tag collection in the path."""
    put = _attach_function(call.actor, target_id, target_type, local=params.local)
    changed = put(_cluster(call.actor, body.target_id))
    return toggled("Cluster attached." if changed else "Cluster already attached.", check_publish=True)


@endpoint("galaxies/attach_multiple_clusters", requires=(Permission.TAGGER,), writes=True)
def attach_several(
    call: Call, target_id: str, target_type: str, *, body: ClusterChoices, params: AttachQuery
) -> Toggled:
    """Attach all clusters in ``target_ids`` (a list, or JSON text) to the object or objects in the path."""
    sent = decoded(body.target_ids)
    references = [str(number) for number in sent] if isinstance(sent, list) else []
    if not references:
        return not_toggled(NOT_PARSED)
    put = _attach_function(call.actor, target_id, target_type, local=params.local)
    clusters = [_cluster(call.actor, number) for number in references]
    changed = sum(put(cluster) for cluster in clusters)
    if not changed:
        return toggled("Clusters already attached.", check_publish=True)
    return toggled(f"{changed} cluster(s) attached.", check_publish=True)


@endpoint("galaxy_clusters/detach", requires=(Permission.TAGGER,), writes=True)
def detach(call: Call, target_id: str, target_type: str, tag_id: str) -> Redirect:
    """Detach a cluster, given by its tag's id; MISP responds with a redirect."""
    try:
        if target_type == COLLECTION:
            tag_collections.remove_tag(call.actor, target_id, {"id": tag_id})
            return Redirect("/")
        find = find_event if target_type == "event" else find_attribute
        detach_tag(call.actor, find(call.actor, target_id).uuid, tag_id)
    except NotFound:
        raise MispError(404, f"Invalid {target_type}.") from None
    except (Conflict, Invalid) as error:
        raise MispError(405, error.wire) from None
    except Forbidden as error:
        raise MispError(403, error.wire) from None
    return Redirect("/")


def _attach_function(
    actor: Actor, target_id: str, target_type: str, *, local: bool
) -> Callable[[GalaxyCluster], bool]:
    if target_type == COLLECTION:
        return lambda cluster: _collect(actor, target_id, cluster)
    target = _target_uuid(actor, target_id, target_type)
    return lambda cluster: _attach(actor, target, cluster, local=local)


def _collect(actor: Actor, collection: str, cluster: GalaxyCluster) -> bool:
    try:
        return bool(tag_collections.add_tags(actor, collection, [{"name": cluster.tag_name}]))
    except NotFound:
        raise MispError(404, f"Invalid {COLLECTION}.") from None
    except (Forbidden, Invalid):
        raise MispError(403, NOT_PERMITTED) from None


def _attach(actor: Actor, target: UUID, cluster: GalaxyCluster, *, local: bool) -> bool:
    try:
        return attach_cluster(actor, target, cluster, local=local).changed
    except (Forbidden, Invalid):
        raise MispError(403, NOT_PERMITTED) from None


def _cluster(actor: Actor, reference: str) -> GalaxyCluster:
    try:
        return queries.find_cluster(actor, reference)
    except NotFound:
        raise MispError(404, NO_CLUSTER) from None


def _target_uuid(actor: Actor, reference: str, kind: str) -> UUID:
    """The uuid of the target; attributes are named by id only, as in MISP."""
    try:
        if kind == "event":
            return find_event(actor, reference).uuid
        if kind == "attribute" and reference.isdecimal():
            return find_attribute(actor, reference).uuid
    except NotFound:
        pass
    raise MispError(404, f"Invalid {kind or 'target'}.")
