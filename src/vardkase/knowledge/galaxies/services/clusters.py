"""Services for custom clusters: add, fork, edit, publish, delete, restore."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.services import BlockReason, block
from vardkase.knowledge.galaxies.documents import (
    cluster_fields,
    elements_of,
    number_of,
    related_of,
    uuid_of,
)
from vardkase.knowledge.galaxies.hooks import cluster_published
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.knowledge.galaxies.queries import find_cluster, visible_clusters
from vardkase.knowledge.galaxies.services.contents import (
    add_elements,
    replace_elements,
    require_shareable_cluster,
    save_relations,
)
from vardkase.knowledge.galaxies.services.reach import reach_of, require_editor, require_owner
from vardkase.misp.galaxy_tags import tag_name

FORKED = ("value", "description", "source", "authors")


@transaction.atomic
def add_cluster(actor: Actor, galaxy: Galaxy, data: Mapping[str, Any], *, fork_of: str = "") -> GalaxyCluster:
    """Create a cluster of the actor's organisation, with the elements and relations in `data`.

    `fork_of` names a cluster that supplies missing fields. Raises Forbidden, NotFound (nothing to fork),
    Invalid.
    """
    actor.require_writing(Permission.GALAXY_EDITOR)
    parent = find_cluster(actor, fork_of) if fork_of else None
    inherited = {field: getattr(parent, field) for field in FORKED} if parent else {}
    fields = inherited | cluster_fields(data)
    if "value" not in fields:
        raise Invalid({"value": [CommonProblem.MISSING()]})
    uuid = uuid_of(data) or uuid4()
    # Also one that the actor may not see: two clusters of one uuid would become one elsewhere.
    if GalaxyCluster.objects.filter(uuid=uuid).exists():
        raise Invalid({"uuid": [GalaxyClusterProblem.UUID_TAKEN()]})
    distribution, group = reach_of(actor, data)
    cluster = GalaxyCluster.objects.create(
        uuid=uuid,
        galaxy=galaxy,
        type=galaxy.type,
        tag_name=tag_name(galaxy.type, str(uuid)),
        version=int(time.time()),
        distribution=distribution,
        sharing_group_id=group,
        org_id=actor.organisation_id,
        orgc_id=actor.organisation_id,
        **{"authors": None} | fields,
        **_ancestry(actor, data, parent),
    )
    elements = elements_of(data)
    if elements is None and parent is not None:
        elements = list(parent.elements.order_by("pk").values_list("key", "value"))
    add_elements(cluster, elements or [])
    save_relations(actor, cluster, related_of(data) or [])
    require_shareable_cluster(cluster)
    record(actor, KnowledgeAction.GALAXY_CLUSTER_CREATED, Target.of(cluster))
    return cluster


@transaction.atomic
def edit_cluster(actor: Actor, cluster_id: int, data: Mapping[str, Any]) -> GalaxyCluster:
    """Change the fields in `data`; its elements replace all existing ones. Unpublishes.

    Raises Forbidden, NotFound, Invalid.
    """
    cluster = _locked(actor, cluster_id)
    require_editor(actor, cluster)
    fields = cluster_fields(data)
    reach = reach_of(actor, data, (cluster.distribution, cluster.sharing_group_id))
    cluster.distribution, cluster.sharing_group_id = reach
    for key, value in fields.items():
        setattr(cluster, key, value)
    if uuid_of(data, "extends_uuid"):
        cluster.extends_uuid = uuid_of(data, "extends_uuid")
        cluster.extends_version = number_of(data, "extends_version")
    _renew(cluster, published=False)
    if (elements := elements_of(data)) is not None:
        replace_elements(cluster, elements)
    save_relations(actor, cluster, related_of(data) or [])
    require_shareable_cluster(cluster)
    record(actor, KnowledgeAction.GALAXY_CLUSTER_CHANGED, Target.of(cluster), {"fields": sorted(fields)})
    return cluster


@transaction.atomic
def publish_cluster(actor: Actor, cluster_id: int) -> GalaxyCluster:
    return _set_published(actor, cluster_id, published=True)


@transaction.atomic
def unpublish_cluster(actor: Actor, cluster_id: int) -> GalaxyCluster:
    return _set_published(actor, cluster_id, published=False)


@transaction.atomic
def delete_cluster(actor: Actor, cluster_id: int, *, hard: bool) -> GalaxyCluster:
    """Mark a cluster as deleted, or with `hard` erase it and blocklist its uuid.

    Only site administrators may delete packaged clusters. Raises Forbidden, NotFound.
    """
    actor.require_writing(Permission.GALAXY_EDITOR)
    cluster = _locked(actor, cluster_id)
    require_owner(actor, cluster)
    record(
        actor,
        KnowledgeAction.GALAXY_CLUSTER_ERASED if hard else KnowledgeAction.GALAXY_CLUSTER_DELETED,
        Target.of(cluster),
    )
    if not hard:
        cluster.deleted = True
        _renew(cluster, published=False)
        return cluster
    if not cluster.default:
        # Otherwise the next pull would bring it back.
        creator = Organisation.objects.filter(pk=cluster.orgc_id).values_list("name", flat=True).first() or ""
        block(Blocked.GALAXY_CLUSTER, UUID(str(cluster.uuid)), BlockReason(cluster.value, creator))
    number = cluster.pk
    cluster.delete()
    cluster.pk = number  # delete() cleared it, and the answer names it.
    return cluster


@transaction.atomic
def restore_cluster(actor: Actor, cluster_id: int) -> GalaxyCluster:
    actor.require_writing(Permission.GALAXY_EDITOR)
    cluster = _locked(actor, cluster_id)
    require_owner(actor, cluster)
    cluster.deleted = False
    _renew(cluster, published=False)
    record(actor, KnowledgeAction.GALAXY_CLUSTER_RESTORED, Target.of(cluster))
    return cluster


@transaction.atomic
def update_from_parent(actor: Actor, cluster_id: int) -> GalaxyCluster:
    """Add the parent's missing elements to a fork, and record the parent's version.

    Raises Forbidden, NotFound, Conflict if the cluster is not a fork of a readable one.
    """
    cluster = _locked(actor, cluster_id)
    require_editor(actor, cluster)
    parent = _parent(actor, cluster.extends_uuid)
    if parent is None:
        raise Conflict(GalaxyClusterProblem.NOT_A_FORK())
    own = list(cluster.elements.values_list("key", "value"))
    known = set(own)
    inherited = parent.elements.order_by("pk").values_list("key", "value")
    add_elements(cluster, [pair for pair in inherited if pair not in known], stored=len(own))
    cluster.extends_version = parent.version
    _renew(cluster, published=False)
    require_shareable_cluster(cluster)
    record(
        actor,
        KnowledgeAction.GALAXY_CLUSTER_UPDATED_FROM_PARENT,
        Target.of(cluster),
        {"version": parent.version},
    )
    return cluster


def _set_published(actor: Actor, cluster_id: int, *, published: bool) -> GalaxyCluster:
    cluster = _locked(actor, cluster_id)
    require_editor(actor, cluster)
    cluster.published = published
    cluster.save(update_fields=["published"])
    action = (
        KnowledgeAction.GALAXY_CLUSTER_PUBLISHED if published else KnowledgeAction.GALAXY_CLUSTER_UNPUBLISHED
    )
    record(actor, action, Target.of(cluster))
    if published:
        require_shareable_cluster(cluster)
        cluster_published.emit(cluster)
    return cluster


def _locked(actor: Actor, cluster_id: int) -> GalaxyCluster:
    # `of`: the galaxy is joined, and would be locked as well.
    clusters = visible_clusters(actor).select_for_update(of=("self",)).select_related("galaxy")
    return first_or_not_found(clusters.filter(pk=cluster_id), GalaxyClusterProblem.NOT_FOUND())


def _renew(cluster: GalaxyCluster, *, published: bool) -> None:
    # Versions are times; two changes in one second still need different ones.
    cluster.version = max(int(time.time()), cluster.version + 1)
    cluster.published = published
    cluster.save()


def _ancestry(actor: Actor, data: Mapping[str, Any], parent: GalaxyCluster | None) -> dict[str, Any]:
    uuid = parent.uuid if parent else uuid_of(data, "extends_uuid")
    if uuid is None:
        return {"extends_uuid": None, "extends_version": None}
    version = number_of(data, "extends_version")
    known = parent or _parent(actor, uuid)
    return {"extends_uuid": uuid, "extends_version": known.version if version is None and known else version}


def _parent(actor: Actor, uuid: UUID | None) -> GalaxyCluster | None:
    return visible_clusters(actor).filter(uuid=uuid).order_by("pk").first() if uuid else None
