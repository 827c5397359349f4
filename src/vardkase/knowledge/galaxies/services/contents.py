"""Writes elements and relations of a cluster, in one statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.knowledge.galaxies.documents import LONGEST, Elements, mentions_of, text_of, uuid_of
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyClusterRelation, GalaxyElement
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem, GalaxyClusterRelationProblem
from vardkase.knowledge.galaxies.services.reach import reach_of
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.misp.distribution import Distribution

MOST_ELEMENTS = 5_000
"""Of a cluster. The packaged ones have up to 803, and each may put the cluster into one more cell of a matrix."""

TYPE = "referenced_galaxy_cluster_type"
TARGET = "referenced_galaxy_cluster_uuid"


def replace_elements(cluster: GalaxyCluster, elements: Elements) -> None:
    GalaxyElement.objects.filter(galaxy_cluster=cluster).delete()
    add_elements(cluster, elements)


def add_elements(cluster: GalaxyCluster, elements: Elements, *, stored: int = 0) -> None:
    """`stored` is how many the cluster has already."""
    if stored + len(elements) > MOST_ELEMENTS:
        raise Invalid({"GalaxyElement": [GalaxyClusterProblem.TOO_MANY_ELEMENTS(most=MOST_ELEMENTS)]})
    rows = [GalaxyElement(galaxy_cluster=cluster, key=key, value=value) for key, value in elements]
    GalaxyElement.objects.bulk_create(rows)


def save_relations(actor: Actor, cluster: GalaxyCluster, wanted: Sequence[Mapping[str, Any]]) -> None:
    stored = {
        (str(relation.referenced_galaxy_cluster_uuid), relation.referenced_galaxy_cluster_type): relation
        for relation in cluster.relations.all()
    }
    names = relation_tags(actor, wanted)
    for data in wanted:
        values = relation_values(data)
        known = stored.get((str(values[TARGET]), values[TYPE]))
        relation = known or GalaxyClusterRelation(galaxy_cluster=cluster, default=False, **values)
        apply_relation(actor, relation, data, names)
        relation.save()
        # A document may name the same target and type twice; the later one wins.
        stored[str(values[TARGET]), values[TYPE]] = relation


def require_shareable_cluster(cluster: GalaxyCluster) -> None:
    elements = cluster.elements.values_list("key", "value")
    written = (cluster.value, cluster.description, cluster.source, *(cluster.authors or ()))
    require_shareable(cluster.distribution, map(str, (*written, *chain.from_iterable(elements))))


def relation_values(data: Mapping[str, Any]) -> dict[str, Any]:
    target = uuid_of(data, TARGET)
    kind = text_of(data, TYPE).strip() if TYPE in data else ""
    if target is None:
        raise Invalid({TARGET: [CommonProblem.MISSING()]})
    if not kind or len(kind) > LONGEST:
        raise Invalid({TYPE: [GalaxyClusterRelationProblem.BAD_TYPE(most=LONGEST)]})
    return {TARGET: target, TYPE: kind}


def apply_relation(
    actor: Actor, relation: GalaxyClusterRelation, data: Mapping[str, Any], names: Mapping[str, str]
) -> None:
    stored = (relation.distribution, relation.sharing_group_id)
    before = stored if relation.pk else (Distribution.ALL, None)
    relation.distribution, relation.sharing_group_id = reach_of(actor, data, before)
    if (mentions := mentions_of(data)) is not None:
        tag_names = (str(mention.get("name") or "").strip().lower() for mention in mentions)
        relation.tags = list(dict.fromkeys(names[name] for name in tag_names if name in names))


def relation_tags(actor: Actor, relations: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names of the tags on `relations` that the actor may use, by lower-case name; created if new and
    permitted."""
    wanted = [mention for data in relations for mention in mentions_of(data) or ()]
    if not wanted:
        return {}
    tags = resolve_tags(actor, wanted, may_create=actor.may(Permission.TAG_EDITOR))
    return {name: tag.name for name, tag in tags.items()}
