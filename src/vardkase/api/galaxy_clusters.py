"""galaxy_clusters/*: the named things in a galaxy."""

from __future__ import annotations

from typing import Any

import msgspec

from vardkase.api.answers import Answer, Json, Redirect
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import paged
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.formats.misp_json.clusters import clusters_by_tag
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.tag_counts import tag_counts
from vardkase.intel.services.tagging import detach_tag
from vardkase.knowledge.galaxies import queries
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.taxonomies.queries import tags_named

AROUND = ("GalaxyClusterRelation", "Org", "Orgc", "TargetingClusterRelation")


def galaxy_dict(galaxy: Galaxy) -> dict[str, Any]:
    """A galaxy's own members, in MISP's order; the kill chain only where there is one."""
    body = {
        "id": str(galaxy.pk),
        "uuid": str(galaxy.uuid),
        "name": galaxy.name,
        "type": galaxy.type,
        "description": galaxy.description,
        "version": galaxy.version,
        "icon": galaxy.icon,
        "namespace": galaxy.namespace,
        "enabled": galaxy.enabled,
        "local_only": galaxy.local_only,
    }
    return body | ({"kill_chain_order": galaxy.kill_chain_order} if galaxy.kill_chain_order else {})


def cluster_dict(cluster: GalaxyCluster) -> dict[str, Any]:
    """A cluster's own members, in MISP's order."""
    return {
        "id": str(cluster.pk),
        "uuid": str(cluster.uuid),
        "collection_uuid": cluster.collection_uuid,
        "type": cluster.type,
        "value": cluster.value,
        "tag_name": cluster.tag_name,
        "description": cluster.description,
        "galaxy_id": str(cluster.galaxy_id),
        "source": cluster.source,
        "authors": cluster.authors,
        "version": str(cluster.version),
        "distribution": str(cluster.distribution),
        "sharing_group_id": None if cluster.sharing_group_id is None else str(cluster.sharing_group_id),
        "org_id": str(cluster.org_id),
        "orgc_id": str(cluster.orgc_id),
        "default": cluster.default,
        "locked": cluster.locked,
        "extends_uuid": str(cluster.extends_uuid) if cluster.extends_uuid else "",
        "extends_version": str(cluster.extends_version),
        "published": cluster.published,
        "deleted": cluster.deleted,
    }


def element_dict(element: GalaxyElement) -> dict[str, Any]:
    """One key and value of a cluster."""
    return {
        "id": str(element.pk),
        "galaxy_cluster_id": str(element.galaxy_cluster_id),
        "key": element.key,
        "value": element.value,
    }


@endpoint("galaxy_clusters/index")
def index(call: Call) -> Answer:
    """The clusters of a galaxy: all, packaged, custom, the own organisation's, or deleted ones."""
    try:
        galaxy = queries.find_galaxy(call.arg(0))
    except NotFound as error:
        raise MispError(404, str(error)) from None
    context = str(call.param("context") or "all")
    if context not in queries.CONTEXTS:
        context = "all"
    clusters = queries.clusters_of(
        call.actor, galaxy, context=context, value=str(call.param("searchall") or "")
    )
    chosen = paged(call, list(clusters.values_list("pk", flat=True)))
    rows = clusters.in_bulk(chosen)
    return Json([{"GalaxyCluster": cluster_dict(rows[number])} for number in chosen])


@endpoint("galaxy_clusters/view")
def view(call: Call) -> Answer:
    """One cluster by id or uuid, with its galaxy, elements, relations and use."""
    try:
        cluster = queries.find_cluster(call.actor, call.arg(0))
    except NotFound as error:
        raise MispError(404, str(error)) from None
    body = cluster_dict(cluster) | {
        "Galaxy": galaxy_dict(cluster.galaxy),
        "GalaxyElement": [element_dict(element) for element in cluster.elements.order_by("pk")],
    }
    body |= _around(call, cluster) | {"RelationshipInbound": []} | _use(call, cluster)
    return Json({"GalaxyCluster": body})


@endpoint("galaxy_clusters/detach", requires=(Permission.TAGGER,), writes=True)
def detach(call: Call) -> Answer:
    """Take a cluster, named by its tag's id, off an event or attribute; MISP answers with the way back."""
    try:
        find = find_event if call.arg(1) == "event" else find_attribute
        detach_tag(call.actor, find(call.actor, call.arg(0)).uuid, call.arg(2))
    except NotFound:
        raise MispError(404, f"Invalid {call.arg(1)}.") from None
    except (Conflict, Invalid) as error:
        raise MispError(405, str(error)) from None
    except Forbidden as error:
        raise MispError(403, str(error)) from None
    return Redirect("/")


def _around(call: Call, cluster: GalaxyCluster) -> dict[str, Any]:
    """Its relations, and the organisations behind it, as in an event."""
    found = clusters_by_tag(call.actor, [cluster.tag_name.lower()]).get(cluster.tag_name.lower())
    document: dict[str, Any] = msgspec.json.decode(found.document) if found else {}
    return {member: document[member] for member in AROUND if member in document}


def _use(call: Call, cluster: GalaxyCluster) -> dict[str, Any]:
    tag = tags_named([cluster.tag_name]).get(cluster.tag_name.lower())
    events, attributes = tag_counts(call.actor, [tag.pk]).get(tag.pk, (0, 0)) if tag else (0, 0)
    return {"tag_count": events + attributes, "tag_id": str(tag.pk)} if tag and events + attributes else {}
