"""Services for relations between clusters. A relation belongs to its source cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyClusterRelation
from vardkase.knowledge.galaxies.problems import GalaxyClusterRelationProblem
from vardkase.knowledge.galaxies.queries import find_cluster, find_relation, visible_clusters
from vardkase.knowledge.galaxies.services.contents import (
    TARGET,
    TYPE,
    apply_relation,
    relation_tags,
    relation_values,
)
from vardkase.knowledge.galaxies.services.reach import require_owner

SOURCE = "galaxy_cluster_uuid"


@transaction.atomic
def add_relation(actor: Actor, data: Mapping[str, Any]) -> GalaxyClusterRelation:
    actor.require_writing(Permission.GALAXY_EDITOR)
    # Locked: two writers could store the same relation twice, and no constraint forbids it.
    found = find_cluster(actor, str(data.get(SOURCE) or ""))
    source = GalaxyCluster.objects.select_for_update().get(pk=found.pk)
    require_owner(actor, source)
    relation = GalaxyClusterRelation(galaxy_cluster=source, default=False)
    return _store(actor, relation, data)


@transaction.atomic
def edit_relation(actor: Actor, reference: str, data: Mapping[str, Any]) -> GalaxyClusterRelation:
    relation = _locked(actor, reference)
    values = {
        TARGET: str(relation.referenced_galaxy_cluster_uuid),
        TYPE: relation.referenced_galaxy_cluster_type,
    }
    return _store(actor, relation, values | dict(data))


@transaction.atomic
def delete_relation(actor: Actor, reference: str) -> int:
    relation = _locked(actor, reference)
    number = relation.pk
    record(
        actor,
        KnowledgeAction.GALAXY_CLUSTER_UNRELATED,
        Target.of(relation.galaxy_cluster),
        _described(relation),
    )
    relation.delete()
    return number


def _store(actor: Actor, relation: GalaxyClusterRelation, data: Mapping[str, Any]) -> GalaxyClusterRelation:
    values = relation_values(data)
    source = relation.galaxy_cluster
    if values[TARGET] == source.uuid:
        raise Invalid({TARGET: [GalaxyClusterRelationProblem.TO_ITSELF()]})
    if not visible_clusters(actor).filter(uuid=values[TARGET]).exists():
        raise Invalid({TARGET: [GalaxyClusterRelationProblem.UNKNOWN_TARGET()]})
    if source.relations.filter(**values).exclude(pk=relation.pk).exists():
        raise Invalid({TYPE: [GalaxyClusterRelationProblem.TAKEN()]})
    for key, value in values.items():
        setattr(relation, key, value)
    apply_relation(actor, relation, data, relation_tags(actor, [data]))
    relation.save()
    record(actor, KnowledgeAction.GALAXY_CLUSTER_RELATED, Target.of(source), _described(relation))
    return relation


def _locked(actor: Actor, reference: str) -> GalaxyClusterRelation:
    actor.require_writing(Permission.GALAXY_EDITOR)
    # Found with the rights of the actor, then locked by its cluster, of which it is a part.
    found = find_relation(actor, reference)
    source = GalaxyCluster.objects.select_for_update().get(pk=found.galaxy_cluster_id)
    # Read anew, because another writer may have removed it while this one waited.
    relation = first_or_not_found(
        GalaxyClusterRelation.objects.filter(pk=found.pk), GalaxyClusterRelationProblem.NOT_FOUND()
    )
    if relation.default:
        raise Forbidden(GalaxyClusterRelationProblem.PACKAGED())
    require_owner(actor, source)
    relation.galaxy_cluster = source
    return relation


def _described(relation: GalaxyClusterRelation) -> dict[str, Any]:
    return {
        TARGET: str(relation.referenced_galaxy_cluster_uuid),
        TYPE: relation.referenced_galaxy_cluster_type,
    }
