"""What a cluster's page shows beside its rows: elements, relations, versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import IndexRow
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyClusterRelation
from vardkase.knowledge.galaxies.queries import visible_clusters, visible_relations
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.markdown import rendered, rendered_by_owner, without_citations

APART = ("synonyms", "external_id")
"""Elements that have a place of their own on the page."""


@dataclass(frozen=True, slots=True)
class ElementLine:
    """A value of an element. Only addresses of packaged clusters are links: they have been reviewed."""

    value: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    row: IndexRow

    @property
    def day(self) -> date:
        return date.fromisoformat(self.row.date)


@dataclass(frozen=True, slots=True)
class RelationLine:
    """A relation seen from one of its ends; `other` is None for a cluster that the reader does not have."""

    relation: GalaxyClusterRelation
    other: GalaxyCluster | None
    other_uuid: str
    is_outbound: bool

    @property
    def galaxy_title(self) -> str:
        return title_of(self.other.galaxy) if self.other else ""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Where a fork comes from, whether its parent has changed since, and what was forked from the cluster."""

    parent: GalaxyCluster | None
    is_behind: bool
    forks: Sequence[GalaxyCluster]


def element_groups(cluster: GalaxyCluster) -> dict[str, list[ElementLine]]:
    groups: dict[str, list[ElementLine]] = {}
    for key, value in cluster.elements.order_by("pk").values_list("key", "value"):
        if key not in APART:
            is_link = cluster.default and value.startswith(("https://", "http://")) and " " not in value
            groups.setdefault(key, []).append(ElementLine(value, is_link))
    return groups


def description_of(cluster: GalaxyCluster) -> SafeString:
    """As HTML. Only packaged text may link: it has been reviewed, and is written in MITRE's Markdown with some HTML."""
    if not cluster.default:
        return rendered(cluster.description)
    return rendered_by_owner(without_citations(cluster.description))


def changed_at(cluster: GalaxyCluster) -> datetime | None:
    """When a cluster that people made was changed: its version is that time. Packaged ones count from 1."""
    is_time = not cluster.default and 10**9 < cluster.version < 10**11
    return datetime.fromtimestamp(cluster.version, UTC) if is_time else None


def relations_of(actor: Actor, cluster: GalaxyCluster, *, outbound: bool) -> QuerySet[GalaxyClusterRelation]:
    readable = visible_relations(actor).select_related("galaxy_cluster__galaxy")
    if outbound:
        return readable.filter(galaxy_cluster=cluster)
    return readable.filter(referenced_galaxy_cluster_uuid=cluster.uuid, galaxy_cluster__deleted=False)


def relation_lines(
    actor: Actor, relations: Iterable[GalaxyClusterRelation], *, outbound: bool
) -> list[RelationLine]:
    rows = list(relations)
    if not outbound:
        return [
            RelationLine(row, row.galaxy_cluster, str(row.galaxy_cluster.uuid), is_outbound=False)
            for row in rows
        ]
    uuids = {row.referenced_galaxy_cluster_uuid for row in rows}
    # The oldest of several with one uuid wins, as everywhere.
    targets = {
        target.uuid: target
        for target in visible_clusters(actor)
        .filter(uuid__in=uuids, deleted=False)
        .select_related("galaxy")
        .order_by("-pk")
    }
    return [
        RelationLine(
            row,
            targets.get(row.referenced_galaxy_cluster_uuid),
            str(row.referenced_galaxy_cluster_uuid),
            is_outbound=True,
        )
        for row in rows
    ]


def ancestry_of(actor: Actor, cluster: GalaxyCluster) -> Ancestry:
    readable = visible_clusters(actor).filter(deleted=False).select_related("galaxy").order_by("pk")
    parent = readable.filter(uuid=cluster.extends_uuid).first() if cluster.extends_uuid else None
    is_behind = parent is not None and parent.version > (cluster.extends_version or 0)
    return Ancestry(parent, is_behind, list(readable.filter(extends_uuid=cluster.uuid)[:MOST_FORKS]))


MOST_FORKS = 20
