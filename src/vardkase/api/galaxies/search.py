"""Search, export and import of clusters in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from msgspec.json import encode

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Flag, Reference, Text, Texts
from vardkase.api.inputs import Body, with_fields
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.formats.misp_json.cluster_documents import cluster_documents, exported, galaxy_file_value
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.cluster_scores import galaxy_tags_of
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.queries import find_galaxy
from vardkase.knowledge.galaxies.search import FILTERS, search
from vardkase.knowledge.galaxies.services import Captured, capture_clusters
from vardkase.misp.flags import as_int

PIECE = 200
MOST = 1_000
"""Whole clusters at a time: 6 kB on average."""


class ClusterQuery(Paging, kw_only=True):
    eventid: Reference = ""
    minimal: Flag = False


class ExportChoice(Body, kw_only=True):
    model = "Galaxy"

    default: Flag = True
    custom: Flag = True
    distribution: Texts = []
    format: Text = "misp"


class ClusterDocuments(Body, kw_only=True):
    """Clusters: a list, a single one, ``{"Galaxy": {"json": text}}``, or a misp-galaxy file."""

    model = "Galaxy"

    json: Anything = None
    values: Anything = None


@endpoint("galaxy_clusters/rest_search", inputs={"params": with_fields(ClusterQuery, FILTERS)})
def rest_search(call: Call, *, params: ClusterQuery) -> Json | Stream:
    """Search clusters; ``minimal`` returns only uuid and version, as other instances request before they
    pull."""
    clusters = _search(call.actor, params)
    chosen = params.of(list(clusters.values_list("pk", flat=True)), STREAMED if params.minimal else MOST)
    headers = {
        "X-Result-Count": str(len(chosen)),
        "X-Export-Module-Used": "json",
        "X-Response-Format": "json",
        "X-Skipped-Elements-Count": "0",
    }
    if params.minimal:
        rows = {
            number: {"uuid": str(uuid), "version": str(version)}
            for number, uuid, version in clusters.values_list("pk", "uuid", "version")
        }
        body = [{"GalaxyCluster": rows[number]} for number in chosen]
        return Json({"response": body}, headers=headers)
    return Stream(_stream(call.actor, chosen), headers=headers)


@endpoint("galaxies/export")
def export(call: Call, galaxy_id: str, *, body: ExportChoice) -> Json:
    """Export the clusters of a galaxy for another MISP or as a misp-galaxy file, filtered by kind and
    distribution."""
    galaxy = find_galaxy(call.actor, galaxy_id)
    clusters = search(call.actor, {"galaxy_id": galaxy.pk})
    if not body.default:
        clusters = clusters.filter(default=False)
    if not body.custom:
        clusters = clusters.filter(default=True)
    if body.distribution:
        clusters = clusters.filter(distribution__in=[as_int(number, -1) for number in body.distribution])
    documents = list(cluster_documents(call.actor, list(clusters.values_list("pk", flat=True))))
    if body.format == "misp-galaxy":
        return Json(_galaxy_file(galaxy, documents))
    return Json([{"GalaxyCluster": exported(document)} for document in documents])


@endpoint("galaxies/import", body=BodyLimits.DOCUMENT, requires=(Permission.GALAXY_EDITOR,), writes=True)
def bring_in(call: Call, *, body: ClusterDocuments) -> Saved:
    """Import clusters from a list of documents or a misp-galaxy cluster file."""
    return _import_answer(capture_clusters(call.actor, _documents(call, body)), "/galaxies/import")


@endpoint("galaxies/push_cluster", body=BodyLimits.DOCUMENT, requires=(Permission.SYNC,), writes=True)
def push(call: Call, *, body: ClusterDocuments) -> Saved:
    """Store clusters that another instance sends."""
    if not call.actor.may(Permission.GALAXY_EDITOR):
        raise MispError(405, "You do not have the permission to push clusters.")
    return _import_answer(capture_clusters(call.actor, _documents(call, body)), "/galaxies/pushCluster")


def _import_answer(outcomes: Counter[Captured], url: str) -> Saved:
    counts = ", ".join(f"{outcomes[kind]} {kind.value}" for kind in Captured)
    return saved(f"Galaxy clusters imported. {counts}. ", url)


def _search(actor: Actor, params: ClusterQuery) -> QuerySet[GalaxyCluster]:
    filters = {name: value for name in FILTERS if (value := getattr(params, name)) is not None}
    try:
        clusters = search(actor, filters)
        if params.eventid:
            names = galaxy_tags_of(actor, find_event(actor, params.eventid).id)
            clusters = clusters.filter(tag_name__in=names)
    except Invalid as error:
        raise MispError(400, error.wire) from None
    except NotFound:
        return GalaxyCluster.objects.none()
    return clusters


def _stream(actor: Actor, ids: Sequence[int]) -> Iterator[bytes]:
    yield b'{"response":['
    for start in range(0, len(ids), PIECE):
        documents = cluster_documents(actor, ids[start : start + PIECE])
        pieces = [encode({"GalaxyCluster": document}) for document in documents]
        yield (b"," if start and pieces else b"") + b",".join(pieces)
    yield b"]}"


def _galaxy_file(galaxy: Galaxy, documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    authors = {name for document in documents for name in document["authors"] or ()}
    return {
        "authors": sorted(authors),
        "category": galaxy.type,
        "description": galaxy.description,
        "name": galaxy.name,
        "source": next((document["source"] for document in documents if document["source"]), ""),
        "type": galaxy.type,
        "uuid": str(galaxy.uuid),
        "values": [galaxy_file_value(document) for document in documents],
        "version": max((int(document["version"]) for document in documents), default=0),
    }


def _documents(call: Call, body: ClusterDocuments) -> list[Any]:
    document = call.body
    if isinstance(body.json, str):
        try:
            document = json_limits.decoded(body.json)
        except ValueError:
            raise MispError(405, "Error while decoding JSON") from None
    if isinstance(document, dict) and isinstance(document.get("values"), list):
        return [_of_file(document, value) for value in document["values"]]
    return document if isinstance(document, list) else [document] if document else []


def _of_file(file: dict[str, Any], value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    related = value.get("related")
    relations = [
        {
            "referenced_galaxy_cluster_uuid": entry.get("dest-uuid"),
            "referenced_galaxy_cluster_type": entry.get("type"),
            "tags": entry.get("tags"),
        }
        for entry in (related if isinstance(related, list) else [])
        if isinstance(entry, dict)
    ]
    galaxy = {key: file[key] for key in ("uuid", "type", "name", "description") if key in file}
    shared = {key: file[key] for key in ("source", "authors", "version") if key in file}
    return shared | value | {"Galaxy": galaxy, "type": file.get("type"), "GalaxyClusterRelation": relations}
