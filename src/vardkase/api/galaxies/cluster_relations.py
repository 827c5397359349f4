"""galaxy_cluster_relations/*: typed relations between clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from msgspec.json import encode

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Distribution, Mandatory, SharingGroup, Tags, Text, Uuid
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.formats.misp_json.knowledge import cluster_dict, tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import GalaxyClusterRelation
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import tags_named

EDITOR = (Permission.GALAXY_EDITOR,)
ABOUT_ADD = Description("POST a relation between two galaxy clusters to add it.")
ABOUT_EDIT = Description(
    "POST a relation between two galaxy clusters to change it.",
    url="/galaxy_cluster_relations/edit/[relation_id]",
)

MOST = 1_000
"""Relations per page: each contains both its clusters, 3 kB on average."""


class RelationList(Paging, kw_only=True):
    context: Text = "all"


class RelationFields(Body, kw_only=True):
    model = "GalaxyClusterRelation"

    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    tags: Tags = None


class NewRelation(RelationFields, kw_only=True):
    galaxy_cluster_uuid: Mandatory[Uuid] = None
    referenced_galaxy_cluster_uuid: Mandatory[Uuid] = None
    referenced_galaxy_cluster_type: Mandatory[Anything] = None


class RelationChanges(RelationFields, kw_only=True):
    referenced_galaxy_cluster_uuid: Uuid = None
    referenced_galaxy_cluster_type: Anything = None


@endpoint("galaxy_cluster_relations/index")
def index(call: Call, *, params: RelationList) -> Stream:
    """List the readable relations with both clusters; packaged (``default``), ``custom`` or those of the
    caller's ``org``."""
    relations = queries.visible_relations(call.actor).order_by("pk")
    if params.context in ("default", "custom", "original"):
        relations = relations.filter(default=params.context != "custom")
    if params.context == "org":
        relations = relations.filter(default=False, galaxy_cluster__org_id=call.actor.organisation_id)
    ids = list(relations.values_list("pk", flat=True))
    return Stream(_stream(call.actor, params.of(ids, MOST)), headers={"X-Result-Count": str(len(ids))})


@endpoint("galaxy_cluster_relations/view")
def view(call: Call, relation_id: str) -> Json:
    """Return one relation."""
    relation = queries.find_relation(call.actor, relation_id)
    return Json(next(relation_bodies(call.actor, [relation.pk])))


@endpoint("galaxy_cluster_relations/add", requires=EDITOR, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewRelation) -> Saved:
    """Add a relation between two clusters."""
    relation = services.add_relation(call.actor, body.sent)
    return saved("GalaxyClusterRelation added", "/galaxy_cluster_relations/add", id=str(relation.pk))


@endpoint("galaxy_cluster_relations/edit", requires=EDITOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, relation_id: str, *, body: RelationChanges) -> Saved:
    """Edit a relation; only the members given in the body change."""
    relation = services.edit_relation(call.actor, relation_id, body.sent)
    url = f"/galaxy_cluster_relations/edit/{relation.pk}"
    return saved("GalaxyClusterRelation edited", url, id=str(relation.pk))


@endpoint("galaxy_cluster_relations/delete", requires=EDITOR, writes=True)
def delete(call: Call, relation_id: str) -> Saved:
    """Delete a relation."""
    number = services.delete_relation(call.actor, relation_id)
    url = f"/galaxy_cluster_relations/delete/{number}"
    return saved("GalaxyClusterRelation deleted", url, id=str(number))


def _stream(actor: Actor, ids: Sequence[int]) -> Iterator[bytes]:
    yield b"["
    separator = b""
    for chunk in batched(ids, queries.CHUNK):
        yield separator + encode(list(relation_bodies(actor, chunk)))[1:-1]
        separator = b","
    yield b"]"


def relation_bodies(actor: Actor, ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    rows = GalaxyClusterRelation.objects.select_related("galaxy_cluster").in_bulk(list(ids))
    uuids = {relation.referenced_galaxy_cluster_uuid for relation in rows.values()}
    clusters = queries.visible_clusters(actor).filter(uuid__in=uuids).order_by("-pk")
    targets = {str(cluster.uuid): cluster for cluster in clusters}
    tags = tags_named(actor, {name for relation in rows.values() for name in relation.tags})
    for number in ids:
        relation = rows[number]
        target = targets.get(str(relation.referenced_galaxy_cluster_uuid))
        group = relation.sharing_group_id
        yield {
            "GalaxyClusterRelation": {
                "id": str(relation.pk),
                "galaxy_cluster_id": str(relation.galaxy_cluster_id),
                "referenced_galaxy_cluster_id": str(target.pk) if target else "0",
                "referenced_galaxy_cluster_uuid": str(relation.referenced_galaxy_cluster_uuid),
                "referenced_galaxy_cluster_type": relation.referenced_galaxy_cluster_type,
                "galaxy_cluster_uuid": str(relation.galaxy_cluster.uuid),
                "distribution": str(relation.distribution),
                "sharing_group_id": None if group is None else str(group),
                "default": relation.default,
            },
            "SourceCluster": cluster_dict(relation.galaxy_cluster),
            "TargetCluster": cluster_dict(target) if target else None,
            "GalaxyClusterRelationTag": [_tagged(relation, name, tags) for name in relation.tags],
        }


def _tagged(relation: GalaxyClusterRelation, name: str, tags: dict[str, Tag]) -> dict[str, Any]:
    tag = tags.get(name.lower())
    return {
        "galaxy_cluster_relation_id": str(relation.pk),
        "tag_id": str(tag.pk) if tag else "0",
        "Tag": tag_dict(tag) if tag else {"name": name},
    }
