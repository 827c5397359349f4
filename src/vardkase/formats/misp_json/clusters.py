"""Galaxy clusters as they appear inside events, without what the tag adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.sql import cursor, from_jsonb
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import cluster_predicate, reader_parameters, relation_predicate


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: `document` is its JSON object in an event, `members` and `meta` its own data only."""

    galaxy_id: int
    document: bytes
    members: dict[str, Any]
    meta: dict[str, list[str]]


def clusters_by_tag(actor: Actor, tag_names: list[str]) -> dict[str, Cluster]:
    """Lower-case tag name → the cluster it refers to, for those that the actor may read."""
    sql = CLUSTERS.format(members=MEMBER_COLUMNS, visible=cluster_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"names": tag_names}).fetchall()
    found = {name: members_of(row) for name, *row in rows}
    facts = facts_of(actor, list(found.values()))
    return {name: _cluster(members, facts) for name, members in found.items()}


def members_of(row: Sequence[Any]) -> dict[str, Any]:
    members: dict[str, Any] = dict(zip(CLUSTER_MEMBERS, row, strict=True))
    return members | {"authors": from_jsonb(members["authors"])}


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The related data of clusters, from other tables."""

    elements: dict[str, list[dict[str, Any]]]
    relations: dict[str, list[dict[str, Any]]]
    targeting: dict[str, list[dict[str, Any]]]
    organisations: dict[str, dict[str, Any]]

    def around(self, members: dict[str, Any]) -> dict[str, Any]:
        around: dict[str, Any] = {
            "GalaxyClusterRelation": self.relations.get(members["uuid"], []),
            "Org": self.organisations.get(members["org_id"], HOUSE),
            "Orgc": self.organisations.get(members["orgc_id"], HOUSE),
        }
        targeting = self.targeting.get(members["uuid"])
        return around | ({"TargetingClusterRelation": targeting} if targeting else {})


def facts_of(actor: Actor, clusters: list[dict[str, Any]]) -> ClusterFacts:
    ids = [int(cluster["id"]) for cluster in clusters]
    uuids = [cluster["uuid"] for cluster in clusters]
    rows = cursor().execute(ELEMENTS, {"ids": ids}).fetchall()
    elements = [dict(zip(ELEMENT_MEMBERS, row, strict=True)) for row in rows]
    sources = _relations(actor, "r.galaxy_cluster_id = ANY(%(ids)s)", {"ids": ids})
    targets = _relations(actor, "r.referenced_galaxy_cluster_uuid = ANY(%(uuids)s::uuid[])", {"uuids": uuids})
    return ClusterFacts(
        elements=_grouped(elements, "galaxy_cluster_id"),
        relations=_grouped(sources, "galaxy_cluster_uuid"),
        targeting=_grouped(targets, "referenced_galaxy_cluster_uuid"),
        organisations=_organisations(actor, {c[role] for c in clusters for role in ("org_id", "orgc_id")}),
    )


def _cluster(members: dict[str, Any], facts: ClusterFacts) -> Cluster:
    whole = members | facts.around(members)
    meta: dict[str, list[str]] = {}
    for element in facts.elements.get(members["id"], ()):
        meta.setdefault(element["key"], []).append(element["value"])
    return Cluster(
        galaxy_id=int(members["galaxy_id"]),
        document=encoder.encode(whole | {"meta": meta}),
        members=members,
        meta=meta,
    )


def _relations(actor: Actor, condition: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    sql = RELATIONS.format(condition=condition, visible=relation_predicate(actor))
    found = []
    for *row, tags in cursor().execute(sql, reader_parameters(actor) | parameters).fetchall():
        relation: dict[str, Any] = dict(zip(RELATION_MEMBERS, row, strict=True))
        found.append(relation | {"Tag": [{"name": name} for name in tags]} if tags else relation)
    return found


def _grouped(rows: list[dict[str, Any]], member: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[member], []).append(row)
    return found


def _organisations(actor: Actor, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = [int(number) for number in ids if number != "0"]
    if not wanted:
        return {}
    found = {}
    for row in cursor().execute(ORGANISATIONS, {"ids": wanted, "makers": actor.is_site_admin}).fetchall():
        members = dict(zip(HOUSE, row, strict=True))
        found[row[0]] = members | {"restricted_to_domain": from_jsonb(members["restricted_to_domain"])}
    return found


HOUSE: dict[str, Any] = {
    "id": "0",
    "name": "MISP",
    "date_created": "",
    "date_modified": "",
    "description": "Automatically generated MISP organisation",
    "type": "",
    "nationality": "Not specified",
    "sector": "",
    "created_by": "0",
    "uuid": "0",
    "contacts": "",
    "local": True,
    "restricted_to_domain": [],
    "landingpage": None,
}
"""Who owns the packaged clusters: organisation 0, which MISP describes so."""

CLUSTER_MEMBERS = (
    "id", "uuid", "collection_uuid", "type", "value", "tag_name", "description", "galaxy_id", "source",
    "authors", "version", "distribution", "sharing_group_id", "org_id", "orgc_id", "default", "locked",
    "extends_uuid", "extends_version", "published", "deleted",
)  # fmt: skip

MEMBER_COLUMNS = """
c.id::text, c.uuid::text, c.collection_uuid, c.type, c.value, c.tag_name, c.description, c.galaxy_id::text,
c.source, c.authors, c.version::text, c.distribution::text, c.sharing_group_id::text, c.org_id::text,
c.orgc_id::text, c."default", c.locked, coalesce(c.extends_uuid::text, CASE WHEN c."default" THEN '' END),
c.extends_version::text, c.published, c.deleted
"""
"""What is packaged extends ""; what people made extends nothing, which MISP writes as null."""

# Of several clusters with one tag, the oldest.
CLUSTERS = """
SELECT DISTINCT ON (lower(c.tag_name)) lower(c.tag_name), {members}
FROM galaxy_cluster c
WHERE lower(c.tag_name) = ANY(%(names)s) AND NOT c.deleted AND {visible}
ORDER BY lower(c.tag_name), c.id
"""

ELEMENT_MEMBERS = ("id", "galaxy_cluster_id", "key", "value")

ELEMENTS = """
SELECT e.id::text, e.galaxy_cluster_id::text, e.key, e.value FROM galaxy_element e
WHERE e.galaxy_cluster_id = ANY(%(ids)s) ORDER BY e.galaxy_cluster_id, e.id
"""

RELATION_MEMBERS = (
    "id", "galaxy_cluster_id", "referenced_galaxy_cluster_id", "referenced_galaxy_cluster_uuid",
    "referenced_galaxy_cluster_type", "galaxy_cluster_uuid", "distribution", "sharing_group_id", "default",
)  # fmt: skip

# The target need not be on this hub: its number is 0 then.
RELATIONS = """
SELECT r.id::text, r.galaxy_cluster_id::text,
       coalesce((SELECT min(t.id) FROM galaxy_cluster t
                 WHERE t.uuid = r.referenced_galaxy_cluster_uuid), 0)::text,
       r.referenced_galaxy_cluster_uuid::text, r.referenced_galaxy_cluster_type, c.uuid::text,
       r.distribution::text, r.sharing_group_id::text, r."default", r.tags
FROM galaxy_cluster_relation r JOIN galaxy_cluster c ON c.id = r.galaxy_cluster_id
WHERE {condition} AND {visible} ORDER BY r.id
"""

ORGANISATIONS = """
SELECT id::text, name, to_char(date_created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       to_char(date_modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), description, type, nationality,
       sector, CASE WHEN %(makers)s THEN created_by ELSE 0 END::text, uuid::text, nullif(contacts, ''), local,
       restricted_to_domain, landingpage
FROM organisation WHERE id = ANY(%(ids)s)
"""
