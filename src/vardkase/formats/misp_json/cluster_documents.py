"""Standalone clusters as in galaxy_clusters/view, restSearch and exports, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.clusters import MEMBER_COLUMNS, facts_of, members_of
from vardkase.formats.misp_json.knowledge import galaxy_dict, tag_dict
from vardkase.formats.misp_json.sharing_groups import SharingGroupLoader
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import cluster_predicate, reader_parameters
from vardkase.knowledge.galaxies.models import Galaxy
from vardkase.knowledge.taxonomies.queries import tags_named

CHUNK = 500
NOT_EXPORTED = ("id", "galaxy_id")


def cluster_documents(actor: Actor, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The readable clusters among `ids`, in that order, each with its related data.

    Members of each: the cluster's own, ``Galaxy``, ``GalaxyElement``, ``GalaxyClusterRelation`` (with
    ``Tag``), ``Org``, ``Orgc``, ``TargetingClusterRelation`` and ``SharingGroup`` if there is one.
    """
    for chunk in batched(ids, CHUNK):
        yield from _chunk(actor, list(chunk))


def exported(document: dict[str, Any]) -> dict[str, Any]:
    body = {key: value for key, value in document.items() if key not in NOT_EXPORTED}
    body.pop("TargetingClusterRelation", None)
    body["GalaxyElement"] = [
        {"key": element["key"], "value": element["value"]} for element in document["GalaxyElement"]
    ]
    body["GalaxyClusterRelation"] = [
        {key: value for key, value in relation.items() if key not in RELATION_IDS}
        for relation in document["GalaxyClusterRelation"]
    ]
    return body


RELATION_IDS = ("id", "galaxy_cluster_id", "referenced_galaxy_cluster_id")


def galaxy_file_value(document: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for element in document["GalaxyElement"]:
        meta.setdefault(element["key"], []).append(element["value"])
    single = {
        key: values[0] if len(values) == 1 and key in SINGLE else values for key, values in meta.items()
    }
    related = [
        {
            "dest-uuid": relation["referenced_galaxy_cluster_uuid"],
            "tags": [tag["name"] for tag in relation.get("Tag", ())],
            "type": relation["referenced_galaxy_cluster_type"],
        }
        for relation in document["GalaxyClusterRelation"]
    ]
    body = {"description": document["description"], "meta": single, "related": related}
    return body | {"uuid": document["uuid"], "value": document["value"]}


SINGLE = frozenset(
    {"external_id", "country", "cfr-suspected-state-sponsor", "attribution-confidence", "date"}
)
"""Keys that the packaged files write as one text when there is one value."""


def _chunk(actor: Actor, ids: list[int]) -> Iterator[dict[str, Any]]:
    sql = BY_ID.format(members=MEMBER_COLUMNS, visible=cluster_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"ids": ids}).fetchall()
    clusters = [members_of(row) for row in rows]
    facts = facts_of(actor, clusters)
    _name_tags(
        actor,
        [
            relation
            for found in (facts.relations, facts.targeting)
            for group in found.values()
            for relation in group
        ],
    )
    galaxies = Galaxy.objects.in_bulk({int(cluster["galaxy_id"]) for cluster in clusters})
    groups = SharingGroupLoader(actor)
    groups.learn(cluster["sharing_group_id"] or "0" for cluster in clusters)
    for cluster in clusters:
        yield {
            **cluster,
            "Galaxy": galaxy_dict(galaxies[int(cluster["galaxy_id"])]),
            "GalaxyElement": facts.elements.get(cluster["id"], []),
            **facts.around(cluster),
            **({"SharingGroup": groups.block(number)} if (number := cluster["sharing_group_id"]) else {}),
        }


def _name_tags(actor: Actor, relations: Sequence[dict[str, Any]]) -> None:
    """Replace tag names in relations by whole tags; unknown names stay names."""
    tags = tags_named(actor, {tag["name"] for relation in relations for tag in relation.get("Tag", ())})
    for relation in relations:
        if "Tag" in relation:
            relation["Tag"] = [
                tag_dict(found) if (found := tags.get(tag["name"].lower())) else tag
                for tag in relation["Tag"]
            ]


BY_ID = """
SELECT {members}
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted(id, place)
JOIN galaxy_cluster c ON c.id = wanted.id
WHERE {visible}
ORDER BY wanted.place
"""
