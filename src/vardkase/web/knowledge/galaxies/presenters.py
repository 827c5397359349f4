"""View data of galaxies and clusters: a query per kind for a page of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db.models.functions import Lower
from django.utils.safestring import SafeString

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import visible_groups
from vardkase.intel.queries.tag_counts import tag_counts
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.queries import naming_elements
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import carried_tags
from vardkase.web.ui.chips import reach
from vardkase.web.ui.galaxy_names import galaxy_name

SHOWN_SYNONYMS = 6


@dataclass(frozen=True, slots=True)
class GalaxyRow:
    galaxy: Galaxy
    title: str
    clusters: int
    uses: int


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """A cluster in a list. `organisation` made it, if people did; `events` have it, as far as the reader sees."""

    cluster: GalaxyCluster
    galaxy_title: str
    code: str
    synonyms: Sequence[str]
    organisation: str
    is_ours: bool
    events: int
    reach: SafeString | None = None

    @property
    def shown_synonyms(self) -> str:
        return ", ".join(self.synonyms[:SHOWN_SYNONYMS])

    @property
    def more_synonyms(self) -> int:
        return max(0, len(self.synonyms) - SHOWN_SYNONYMS)

    @property
    def is_fork(self) -> bool:
        return self.cluster.extends_uuid is not None

    @property
    def is_draft(self) -> bool:
        """Made here and not published: other hubs do not get it."""
        return not (self.cluster.default or self.cluster.published)


def title_of(galaxy: Galaxy) -> str:
    # The table is for packaged ones: what an organisation calls its own is its business.
    return galaxy_name(galaxy.type, galaxy.name) if galaxy.default else galaxy.name


def galaxy_rows(
    galaxies: Iterable[Galaxy], clusters: Mapping[int, int], uses: Mapping[str, int], sort: str
) -> list[GalaxyRow]:
    rows = [
        GalaxyRow(galaxy, title_of(galaxy), clusters.get(galaxy.pk, 0), uses.get(galaxy.type, 0))
        for galaxy in galaxies
    ]
    rows.sort(key=lambda row: row.title.lower())
    if (field := sort.removeprefix("-")) in ("clusters", "uses"):
        rows.sort(key=attrgetter(field), reverse=sort.startswith("-"))
    elif sort == "-title":
        rows.reverse()
    return rows


def cluster_rows(actor: Actor, clusters: Sequence[GalaxyCluster]) -> list[ClusterRow]:
    naming = naming_elements(clusters)
    made = {cluster.orgc_id for cluster in clusters if not cluster.default}
    names = dict(Organisation.objects.filter(pk__in=made).values_list("pk", "name"))
    tags = tags_of_clusters(actor, clusters)
    counts = tag_counts(actor, [tag.pk for tag in tags.values()], most=0)
    reaches = reach_words(actor, clusters)
    rows = []
    for cluster in clusters:
        tag = tags.get(cluster.tag_name.lower())
        rows.append(
            ClusterRow(
                cluster,
                title_of(cluster.galaxy),
                next(iter(naming[cluster.pk].get("external_id", ())), ""),
                naming[cluster.pk].get("synonyms", []),
                names.get(cluster.orgc_id, ""),
                not cluster.default and cluster.orgc_id == actor.organisation_id,
                counts.get(tag.pk, (0, 0))[0] if tag else 0,
                reaches.get(cluster.pk),
            )
        )
    return rows


def tags_of_clusters(actor: Actor, clusters: Iterable[GalaxyCluster]) -> dict[str, Tag]:
    """Name in lower case → the tag, where something has carried it."""
    names = {cluster.tag_name.lower() for cluster in clusters}
    rows = carried_tags(actor).annotate(lower_name=Lower("name")).filter(lower_name__in=names)
    return {tag.name.lower(): tag for tag in rows}


def reach_words(actor: Actor, things: Iterable[Galaxy | GalaxyCluster]) -> dict[int, SafeString]:
    """Id → who may see it, of those that people made. A group the reader is not in has no name here."""
    made = [thing for thing in things if not thing.default]
    wanted = {thing.sharing_group_id for thing in made if thing.sharing_group_id}
    groups = dict(visible_groups(actor).filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return {thing.pk: reach(thing.distribution, groups.get(thing.sharing_group_id or 0)) for thing in made}
