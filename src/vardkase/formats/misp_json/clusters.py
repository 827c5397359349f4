"""Galaxy clusters as they stand inside events, without what the tag adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from msgspec import Raw

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import part_predicate, reader_parameters


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: `document` is its JSON object in an event, `members` and `meta` its own facts alone."""

    galaxy_id: int
    document: bytes
    members: dict[str, Any]
    meta: dict[str, list[str]]


def clusters_by_tag(actor: Actor, tag_names: list[str]) -> dict[str, Cluster]:
    """Lower-case tag name → the cluster it stands for, for those that the actor may read."""
    visible = part_predicate(actor, "c", event="c")
    parameters = reader_parameters(actor) | {"names": tag_names}
    rows = cursor().execute(CLUSTERS.format(visible=visible), parameters).fetchall()
    found = {name: dict(zip(CLUSTER_MEMBERS, members, strict=True)) for name, *members in rows}
    facts = _facts(actor, list(found.values()))
    return {name: _cluster(members, facts) for name, members in found.items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tables around the clusters say of them."""

    meta: dict[str, dict[str, list[str]]]
    relations: dict[str, list[dict[str, Any]]]
    targeting: dict[str, list[dict[str, Any]]]
    organisations: dict[str, dict[str, Any]]


def _facts(actor: Actor, clusters: list[dict[str, Any]]) -> Facts:
    ids = [int(cluster["id"]) for cluster in clusters]
    uuids = [cluster["uuid"] for cluster in clusters]
    sources = _relations(actor, "r.galaxy_cluster_id = ANY(%(ids)s)", {"ids": ids})
    targets = _relations(actor, "r.referenced_galaxy_cluster_uuid = ANY(%(uuids)s::uuid[])", {"uuids": uuids})
    return Facts(
        meta=_meta(ids),
        relations=_grouped(sources, "galaxy_cluster_uuid"),
        targeting=_grouped(targets, "referenced_galaxy_cluster_uuid"),
        organisations=_organisations({c[role] for c in clusters for role in ("org_id", "orgc_id")}),
    )


def _cluster(members: dict[str, Any], facts: Facts) -> Cluster:
    members["authors"] = Raw(members["authors"].encode())
    whole = {
        **members,
        "GalaxyClusterRelation": facts.relations.get(members["uuid"], []),
        "Org": facts.organisations.get(members["org_id"], HOUSE),
        "Orgc": facts.organisations.get(members["orgc_id"], HOUSE),
    }
    if targeting := facts.targeting.get(members["uuid"]):
        whole["TargetingClusterRelation"] = targeting
    meta = facts.meta.get(members["id"], {})
    return Cluster(
        galaxy_id=int(members["galaxy_id"]),
        document=encoder.encode(whole | {"meta": meta}),
        members=members,
        meta=meta,
    )


def _meta(cluster_ids: list[int]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for cluster, key, value in cursor().execute(ELEMENTS, {"ids": cluster_ids}).fetchall():
        found.setdefault(cluster, {}).setdefault(key, []).append(value)
    return found


def _relations(actor: Actor, condition: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The relations that the actor may read."""
    sql = RELATIONS.format(condition=condition, visible=part_predicate(actor, "r", event="c"))
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


def _organisations(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = [int(number) for number in ids if number != "0"]
    if not wanted:
        return {}
    found = {}
    for *row, domains, landingpage in cursor().execute(ORGANISATIONS, {"ids": wanted}).fetchall():
        found[row[0]] = dict(zip(HOUSE, [*row, Raw(domains.encode()), landingpage], strict=True))
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

CLUSTERS = """
SELECT DISTINCT ON (lower(c.tag_name)) lower(c.tag_name), c.id::text, c.uuid::text, c.collection_uuid,
       c.type, c.value, c.tag_name, c.description, c.galaxy_id::text, c.source, c.authors::text,
       c.version::text, c.distribution::text, c.sharing_group_id::text, c.org_id::text, c.orgc_id::text,
       c."default", c.locked, coalesce(c.extends_uuid::text, ''), c.extends_version::text, c.published,
       c.deleted
FROM galaxy_cluster c
WHERE lower(c.tag_name) = ANY(%(names)s) AND NOT c.deleted AND {visible}
ORDER BY lower(c.tag_name), c.id
"""

ELEMENTS = """
SELECT galaxy_cluster_id::text, key, value FROM galaxy_element
WHERE galaxy_cluster_id = ANY(%(ids)s) ORDER BY galaxy_cluster_id, id
"""

RELATION_MEMBERS = (
    "id", "galaxy_cluster_id", "referenced_galaxy_cluster_id", "referenced_galaxy_cluster_uuid",
    "referenced_galaxy_cluster_type", "galaxy_cluster_uuid", "distribution", "sharing_group_id", "default",
)  # fmt: skip

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
       sector, created_by::text, uuid::text, contacts, local, restricted_to_domain::text, landingpage
FROM organisation WHERE id = ANY(%(ids)s)
"""
