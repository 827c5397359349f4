"""Loads galaxies and clusters from the misp-galaxy files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db.models import Max

from vardkase.core.sql import cursor
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.sources.bulk import as_json, copy_rows
from vardkase.knowledge.sources.files import files, read
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, load_changed, quiet
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.misp.galaxy_tags import tag_name

NAME = "galaxies"


class GalaxyFile(msgspec.Struct):
    uuid: str
    name: str
    type: str
    description: str = ""
    version: int | str = 1
    icon: str = ""
    namespace: str = "misp"
    kill_chain_order: dict[str, list[str]] | None = None


class RelatedFile(msgspec.Struct):
    target: str = msgspec.field(name="dest-uuid")
    type: str
    tags: list[str] = []


class ClusterFile(msgspec.Struct):
    value: str
    uuid: str
    description: str = ""
    meta: dict[str, str | list[str]] | None = None
    related: list[RelatedFile] | None = None


class ClustersFile(msgspec.Struct):
    uuid: str
    type: str
    version: int
    values: list[ClusterFile]
    source: str = ""
    authors: list[str] = []


@dataclass(frozen=True, slots=True)
class Collection:
    galaxy: GalaxyFile
    clusters: ClustersFile

    def by_uuid(self) -> Mapping[str, ClusterFile]:
        """Its clusters; the later of two with the same uuid wins."""
        return {cluster.uuid.lower(): cluster for cluster in self.clusters.values}


def load(progress: Progress = quiet) -> LoadResult:
    """Store every galaxy with clusters that are new or newer than the stored ones.

    Custom clusters are left alone; a packaged one that is no longer in its file is removed.
    """
    galaxies = files("misp-galaxy", "galaxies/*.json")
    clusters = files("misp-galaxy", "clusters/*.json")

    def newer() -> int:
        rows = GalaxyCluster.objects.filter(default=True).values_list("galaxy__uuid").annotate(Max("version"))
        stored = {str(uuid): version for uuid, version in rows}
        updated = 0
        for done, collection in enumerate(_collections(galaxies, clusters), start=1):
            if collection.clusters.version > stored.get(collection.galaxy.uuid.lower(), -1):
                store(collection)
                updated += 1
            progress(NAME, done, len(clusters))
        return updated

    return load_changed(NAME, [*galaxies, *clusters], newer, count=len(clusters))


def store(collection: Collection) -> None:
    galaxy_id = _upsert_galaxy(collection.galaxy)
    cursor().execute(INCOMING)
    # Several collections are stored in one transaction, which keeps the temporary table.
    cursor().execute("TRUNCATE incoming_cluster")
    copy_rows("incoming_cluster", CLUSTER_COLUMNS, _cluster_rows(collection))
    cursor().execute(REMOVE_GONE, {"galaxy": galaxy_id})
    rows = cursor().execute(UPSERT, {"galaxy": galaxy_id}).fetchall()
    ids = {str(uuid): number for uuid, number in rows}
    cluster_ids = list(ids.values())
    # Elements and relations have no identity of their own, so they are replaced and not compared.
    for table in ("galaxy_element", "galaxy_cluster_relation"):
        cursor().execute(f"DELETE FROM {table} WHERE galaxy_cluster_id = ANY(%s)", (cluster_ids,))
    clusters = [(ids[uuid], cluster) for uuid, cluster in collection.by_uuid().items()]
    copy_rows("galaxy_element", ("galaxy_cluster_id", "key", "value"), _elements(clusters))
    copy_rows("galaxy_cluster_relation", RELATION_COLUMNS, _relations(clusters))


CLUSTER_COLUMNS = (
    "uuid",
    "collection_uuid",
    "type",
    "value",
    "tag_name",
    "description",
    "source",
    "authors",
    "version",
)
RELATION_COLUMNS = (
    "galaxy_cluster_id",
    "referenced_galaxy_cluster_uuid",
    "referenced_galaxy_cluster_type",
    "distribution",
    "default",
    "tags",
)


def _collections(galaxies: Sequence[Path], clusters: Sequence[Path]) -> Iterator[Collection]:
    by_name = {path.name: path for path in galaxies}
    for path in clusters:
        if galaxy := by_name.get(path.name):
            yield Collection(read(galaxy, GalaxyFile), read(path, ClustersFile))


def _upsert_galaxy(file: GalaxyFile) -> int:
    galaxy, _ = Galaxy.objects.update_or_create(
        uuid=file.uuid,
        defaults={
            "name": file.name,
            "type": file.type,
            "description": file.description,
            "version": str(file.version),
            "icon": file.icon,
            "namespace": file.namespace,
            "kill_chain_order": file.kill_chain_order,
        },
    )
    return galaxy.pk


INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_cluster (
    uuid uuid, collection_uuid text, type text, value text, tag_name text, description text, source text,
    authors jsonb, version bigint
) ON COMMIT DROP
"""

# A uuid may be in several galaxies. Packaged clusters belong to no organisation (0) and go to all
# communities (3).
UPSERT = """
INSERT INTO galaxy_cluster AS stored
    (uuid, collection_uuid, type, value, tag_name, description, galaxy_id, source, authors, version,
     distribution, org_id, orgc_id, "default", locked, extends_version, published, deleted)
SELECT uuid, collection_uuid, type, value, tag_name, description, %(galaxy)s, source, authors, version,
       3, 0, 0, TRUE, FALSE, 0, FALSE, FALSE
FROM incoming_cluster
ON CONFLICT (uuid, galaxy_id) DO UPDATE SET
    collection_uuid = excluded.collection_uuid, type = excluded.type, value = excluded.value,
    tag_name = excluded.tag_name, description = excluded.description, source = excluded.source,
    authors = excluded.authors, version = excluded.version
RETURNING uuid, id
"""

# All parts of the statement see the same rows, in any order; foreign keys are checked at the end.
REMOVE_GONE = """
WITH gone AS (
    SELECT c.id FROM galaxy_cluster c
    WHERE c.galaxy_id = %(galaxy)s AND c."default"
      AND NOT EXISTS (SELECT 1 FROM incoming_cluster i WHERE i.uuid = c.uuid)
), elements AS (
    DELETE FROM galaxy_element WHERE galaxy_cluster_id IN (SELECT id FROM gone)
), relations AS (
    DELETE FROM galaxy_cluster_relation WHERE galaxy_cluster_id IN (SELECT id FROM gone)
)
DELETE FROM galaxy_cluster WHERE id IN (SELECT id FROM gone)
"""


def _cluster_rows(collection: Collection) -> Iterator[tuple[Any, ...]]:
    file = collection.clusters
    authors = as_json(file.authors)
    for uuid, cluster in collection.by_uuid().items():
        name = tag_name(file.type, cluster.value)
        yield (
            uuid,
            file.uuid,
            file.type,
            cluster.value,
            name,
            cluster.description,
            file.source[:255],
            authors,
            file.version,
        )


def _elements(clusters: Iterable[tuple[int, ClusterFile]]) -> Iterator[tuple[int, str, str]]:
    for number, cluster in clusters:
        for key, value in (cluster.meta or {}).items():
            for text in [value] if isinstance(value, str) else value:
                yield number, key, text


def _relations(clusters: Iterable[tuple[int, ClusterFile]]) -> Iterator[tuple[Any, ...]]:
    for number, cluster in clusters:
        for related in cluster.related or ():
            # Some published relations have another text in place of a uuid.
            if UUID_FORM.fullmatch(related.target):
                yield number, related.target, related.type, 3, True, related.tags
