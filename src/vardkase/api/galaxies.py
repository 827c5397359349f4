"""galaxies/*: families of clusters, and putting a cluster on a thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec.json import encode

from vardkase.api.answers import Answer, Json, Stream, saved, toggled
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.errors import MispError
from vardkase.api.galaxy_clusters import cluster_dict, element_dict, galaxy_dict
from vardkase.api.paging import paged
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.services.clusters import attach_cluster
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.misp.flags import as_bool

NO_CLUSTER = "Invalid Galaxy cluster"


@endpoint("galaxies/index")
def index(call: Call) -> Answer:
    """Every galaxy, or those that mention ``value``."""
    galaxies = queries.search_galaxies(str(call.param("value") or call.param("searchall") or ""))
    chosen = paged(call, list(galaxies.values_list("pk", flat=True)))
    rows = galaxies.in_bulk(chosen)
    return Json([{"Galaxy": galaxy_dict(rows[number])} for number in chosen])


@endpoint("galaxies/view")
def view(call: Call) -> Answer:
    """One galaxy by id or uuid, with all its clusters."""
    try:
        galaxy = queries.find_galaxy(call.arg(0))
    except NotFound as error:
        raise MispError(404, str(error)) from None
    return Stream(_document(call.actor, galaxy))


def _document(actor: Actor, galaxy: Galaxy) -> Iterator[bytes]:
    """The galaxy piece by piece: some have thousands of clusters."""
    yield b'{"Galaxy":' + encode(galaxy_dict(galaxy)) + b',"GalaxyCluster":['
    separator = b""
    for chunk in queries.with_elements_in_chunks(queries.clusters_of(actor, galaxy)):
        yield separator + encode([_whole(cluster) for cluster in chunk])[1:-1]
        separator = b","
    yield b"]}"


def _whole(cluster: GalaxyCluster) -> dict[str, Any]:
    return cluster_dict(cluster) | {"GalaxyElement": list(map(element_dict, cluster.elements.all()))}


@endpoint("galaxies/update", site_admin=True, writes=True)
def update(call: Call) -> Answer:
    """Load new versions from the files."""
    services.update_galaxies(call.actor)
    return saved("Galaxies updated.", call.path)


@endpoint("galaxies/attach_cluster", requires=(Permission.TAGGER,), writes=True)
def attach(call: Call) -> Answer:
    """Put the cluster named in the body on the event or attribute named in the path."""
    target = _target(call)
    try:
        cluster = queries.find_cluster(call.actor, str(call.data("Galaxy").get("target_id") or ""))
        done = attach_cluster(call.actor, target, cluster, local=as_bool(call.param("local")))
    except NotFound:
        raise MispError(404, NO_CLUSTER) from None
    except (Forbidden, Invalid):
        raise MispError(403, "No permission to attach this cluster to given target.") from None
    text = "Cluster attached." if done.changed else "Cluster already attached."
    return toggled(text, check_publish=True)


def _target(call: Call) -> UUID:
    """The uuid of the thing in the path; attributes go by their number only, as in MISP."""
    reference, kind = call.arg(0), call.arg(1)
    try:
        if kind == "event":
            return find_event(call.actor, reference).uuid
        if kind == "attribute" and reference.isdecimal():
            return find_attribute(call.actor, reference).uuid
    except NotFound:
        pass
    raise MispError(404, f"Invalid {kind or 'target'}.")
