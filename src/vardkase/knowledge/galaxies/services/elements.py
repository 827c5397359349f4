"""Services for cluster elements: delete one, import many from JSON."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.galaxies.documents import flat_elements
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyElement
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.knowledge.galaxies.queries import find_cluster, visible_clusters
from vardkase.knowledge.galaxies.services.contents import add_elements, require_shareable_cluster
from vardkase.knowledge.galaxies.services.reach import require_editor


@transaction.atomic
def delete_element(actor: Actor, element_id: int) -> None:
    element = GalaxyElement.objects.filter(
        pk=element_id, galaxy_cluster__in=visible_clusters(actor).values("pk")
    ).first()
    if element is None:
        raise NotFound(GalaxyClusterProblem.ELEMENT_NOT_FOUND())
    cluster = _lock_and_renew(actor, element.galaxy_cluster_id)
    GalaxyElement.objects.filter(pk=element_id).delete()
    record(
        actor, KnowledgeAction.GALAXY_CLUSTER_CHANGED, Target.of(cluster), {"element_removed": element.key}
    )


@transaction.atomic
def add_flattened(actor: Actor, reference: str, value: Any) -> int:
    cluster_id = find_cluster(actor, reference).pk
    elements = flat_elements(value)
    if not elements:
        raise Invalid({"json": [GalaxyClusterProblem.NO_ELEMENTS()]})
    cluster = _lock_and_renew(actor, cluster_id)
    add_elements(cluster, elements, stored=cluster.elements.count())
    require_shareable_cluster(cluster)
    record(
        actor, KnowledgeAction.GALAXY_CLUSTER_CHANGED, Target.of(cluster), {"elements_added": len(elements)}
    )
    return len(elements)


def _lock_and_renew(actor: Actor, cluster_id: int) -> GalaxyCluster:
    cluster = GalaxyCluster.objects.select_for_update().get(pk=cluster_id)
    require_editor(actor, cluster)
    cluster.version = max(int(time.time()), cluster.version + 1)
    cluster.published = False
    cluster.save(update_fields=["version", "published"])
    return cluster
