"""Graphs of clusters: forks and relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.queries import visible_clusters, visible_relations

type Node = dict[str, Any]

BRIEF = ("pk", "uuid", "value", "type", "tag_name", "galaxy_id", "version", "extends_uuid", "extends_version")


def fork_tree(actor: Actor, galaxy: Galaxy) -> list[Node]:
    """The readable forked clusters of a galaxy, each with its forks under ``children``.

    Forks of an unknown cluster are at the root.
    """
    living = visible_clusters(actor).filter(galaxy=galaxy, deleted=False)
    forks = list(living.filter(extends_uuid__isnull=False).order_by("pk").values(*BRIEF))
    parents = living.filter(uuid__in={fork["extends_uuid"] for fork in forks}).order_by("pk").values(*BRIEF)
    nodes = {row["uuid"]: _node(row) | {"children": []} for row in [*parents, *forks]}
    roots: list[Node] = []
    for row in {row["uuid"]: row for row in [*parents, *forks]}.values():
        parent = nodes.get(row["extends_uuid"])
        # Two clusters may name each other as their parent: a circle would hang the reader of the tree.
        siblings = parent["children"] if parent and not _is_ancestor_of_parent(row, nodes) else roots
        siblings.append(nodes[row["uuid"]])
    return roots


def relations_of(actor: Actor, cluster: GalaxyCluster) -> list[int]:
    readable = visible_relations(actor)
    out = readable.filter(galaxy_cluster=cluster).values_list("pk", flat=True)
    into = readable.filter(referenced_galaxy_cluster_uuid=cluster.uuid).values_list("pk", flat=True)
    return sorted({*out, *into})


def related_clusters(actor: Actor, cluster: GalaxyCluster) -> list[Node]:
    relations = _relations(actor, [cluster.uuid])
    uuids = {target for _, target, *_ in relations} | {source for source, *_ in relations}
    return list(_nodes(actor, uuids - {cluster.uuid}).values())


def relation_tree(actor: Actor, cluster: GalaxyCluster) -> Node:
    """The cluster with its relations by type: ``outbound`` from it, ``inbound`` to it."""
    relations = _relations(actor, [cluster.uuid])
    nodes = _nodes(
        actor, {uuid for source, target, *_ in relations for uuid in (source, target)} | {cluster.uuid}
    )
    outbound: dict[str, list[Node]] = defaultdict(list)
    inbound: dict[str, list[Node]] = defaultdict(list)
    for source, target, kind, tags in relations:
        if source == cluster.uuid and target in nodes:
            outbound[kind].append(nodes[target] | {"tags": tags})
        elif target == cluster.uuid and source in nodes:
            inbound[kind].append(nodes[source] | {"tags": tags})
    return nodes[cluster.uuid] | {"outbound": outbound, "inbound": inbound}


def relations_graph(actor: Actor, galaxy: Galaxy) -> Node:
    """The clusters of a galaxy with relations, and their targets: ``nodes`` and ``links``."""
    within = visible_clusters(actor).filter(galaxy=galaxy, deleted=False).values_list("uuid", flat=True)
    relations = _relations(actor, list(within))
    nodes = _nodes(actor, {uuid for source, target, *_ in relations for uuid in (source, target)})
    links = [
        {"source": str(source), "target": str(target), "type": kind, "tags": tags}
        for source, target, kind, tags in relations
        if source in nodes and target in nodes
    ]
    return {"nodes": list(nodes.values()), "links": links}


def _relations(actor: Actor, uuids: Sequence[UUID]) -> list[tuple[UUID, UUID, str, list[str]]]:
    readable = visible_relations(actor).order_by("pk")
    columns = (
        "galaxy_cluster__uuid",
        "referenced_galaxy_cluster_uuid",
        "referenced_galaxy_cluster_type",
        "tags",
    )
    out = readable.filter(galaxy_cluster__uuid__in=uuids).values_list("pk", *columns)
    into = readable.filter(referenced_galaxy_cluster_uuid__in=uuids).values_list("pk", *columns)
    # By id, because a relation between two of `uuids` is in both queries.
    rows = {number: row for number, *row in [*out, *into]}
    return [(source, target, kind, tags) for _, (source, target, kind, tags) in sorted(rows.items())]


def _nodes(actor: Actor, uuids: Iterable[UUID]) -> dict[UUID, Node]:
    rows = visible_clusters(actor).filter(uuid__in=set(uuids), deleted=False).order_by("-pk").values(*BRIEF)
    return {row["uuid"]: _node(row) for row in rows}


def _node(row: dict[str, Any]) -> Node:
    return {
        "id": str(row["pk"]),
        "uuid": str(row["uuid"]),
        "value": row["value"],
        "type": row["type"],
        "tag_name": row["tag_name"],
        "galaxy_id": str(row["galaxy_id"]),
        "version": str(row["version"]),
        "extends_version": None if row["extends_version"] is None else str(row["extends_version"]),
    }


def _is_ancestor_of_parent(row: dict[str, Any], nodes: dict[UUID, Node]) -> bool:
    pending, seen = [nodes[row["uuid"]]], set()
    while pending:
        node = pending.pop()
        if node["uuid"] == str(row["extends_uuid"]):
            return True
        if node["uuid"] not in seen:
            seen.add(node["uuid"])
            pending += node["children"]
    return False
