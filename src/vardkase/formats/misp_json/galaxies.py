"""Galaxy blocks: clusters of galaxy tags, grouped by galaxy, rendered once per document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Raw

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.clusters import Cluster, clusters_by_tag
from vardkase.formats.misp_json.structs import encoder
from vardkase.formats.misp_json.tags import Attachment, TagLoader
from vardkase.identity.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Tagged:
    cluster: Cluster
    attachment: Attachment


class GalaxyLoader:
    """The clusters and galaxies loaded so far for a document."""

    def __init__(self, actor: Actor, tags: TagLoader) -> None:
        self._actor = actor
        self._tags = tags
        self._clusters: dict[int, Cluster | None] = {}
        self._galaxies: dict[int, bytes] = {}

    def learn(self, attachments: Iterable[Sequence[Attachment]]) -> None:
        missing: dict[str, int] = {}
        for group in attachments:
            for attachment in group:
                facts = self._tags.facts(attachment)
                if facts.is_galaxy and attachment.tag_id not in self._clusters:
                    missing[facts.name.lower()] = attachment.tag_id
        if missing:
            found = clusters_by_tag(self._actor, list(missing))
            self._clusters.update((tag_id, found.get(name)) for name, tag_id in missing.items())
            self._learn_galaxies({cluster.galaxy_id for cluster in found.values()})

    def tagged(self, attachments: Sequence[Attachment]) -> list[Tagged]:
        pairs = ((self._clusters.get(attachment.tag_id), attachment) for attachment in attachments)
        return [Tagged(cluster, attachment) for cluster, attachment in pairs if cluster]

    def blocks(self, attachments: Sequence[Attachment], association: str) -> list[Raw]:
        grouped: dict[int, list[bytes]] = {}
        for tagged in self.tagged(attachments):
            attachment = tagged.attachment
            members = {
                "tag_id": attachment.tag_id,
                association: str(attachment.id),
                "local": attachment.local,
                # MISP writes false here, where a tag has null.
                "relationship_type": attachment.relationship_type or False,
            }
            # Spliced, so that a cluster is encoded once, however many parts of the document are tagged with it.
            rendered = tagged.cluster.document[:-1] + b"," + encoder.encode(members)[1:]
            grouped.setdefault(tagged.cluster.galaxy_id, []).append(rendered)
        return [
            Raw(self._galaxies[galaxy_id][:-1] + b',"GalaxyCluster":[' + b",".join(clusters) + b"]}")
            for galaxy_id, clusters in grouped.items()
        ]

    def galaxy(self, galaxy_id: int) -> Raw:
        return Raw(self._galaxies[galaxy_id])

    def _learn_galaxies(self, galaxy_ids: set[int]) -> None:
        missing = sorted(galaxy_ids - self._galaxies.keys())
        for galaxy_id, *row in cursor().execute(GALAXIES, {"ids": missing}).fetchall() if missing else ():
            galaxy = dict(zip(GALAXY_MEMBERS, row, strict=False))
            if row[-1] is not None:
                galaxy["kill_chain_order"] = Raw(row[-1].encode())
            self._galaxies[galaxy_id] = encoder.encode(galaxy)


GALAXY_MEMBERS = (
    "id", "uuid", "name", "type", "description", "version", "icon", "namespace", "enabled", "local_only",
)  # fmt: skip

GALAXIES = """
SELECT id, id::text, uuid::text, name, type, description, version, icon, namespace, enabled, local_only,
       kill_chain_order::text
FROM galaxy WHERE id = ANY(%(ids)s)
"""
