"""Tags and clusters that a field of an event template offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.queries import clusters_by_tag, search_clusters
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.knowledge.taxonomies.models import Taxonomy
from vardkase.knowledge.taxonomies.queries import Entry, entries_of
from vardkase.knowledge.taxonomies.tlp import OBSOLETE
from vardkase.web.ui.forms.picker import SHOWN, PickerChoice, Searched

OF_CLUSTERS = "misp-galaxy:"


def entries_in(namespaces: Sequence[str]) -> list[Entry]:
    """The tags of these taxonomies, as far as they are enabled."""
    taxonomies = Taxonomy.objects.filter(namespace__in=namespaces, enabled=True).order_by("namespace")
    return [
        entry for entries in entries_of(taxonomies).values() for entry in entries if entry.tag not in OBSOLETE
    ]


@dataclass(frozen=True, slots=True)
class Tags(Searched):
    """Tags of some taxonomies (`namespaces`), or all that the actor may choose."""

    actor: Actor
    namespaces: Sequence[str]

    def find(self, text: str) -> list[PickerChoice]:
        if not self.namespaces:
            found = [choice.name for choice in tag_choices(self.actor, text)]
            return self.named([name for name in found if not name.startswith(OF_CLUSTERS)][:SHOWN])
        wanted = text.lower()
        entries = entries_in(self.namespaces)
        return self.named(
            [entry.tag for entry in entries if wanted in f"{entry.tag} {entry.expanded}".lower()][:SHOWN]
        )

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        return [PickerChoice(value, value) for value in values]


@dataclass(frozen=True, slots=True)
class Clusters(Searched):
    """Clusters of galaxies of these `types`, or of all, by the names of their tags."""

    actor: Actor
    types: Sequence[str]

    def find(self, text: str) -> list[PickerChoice]:
        return [_choice(each) for each in search_clusters(self.actor, text, limit=SHOWN, types=self.types)]

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        known = clusters_by_tag(self.actor, values)
        return [
            _choice(cluster) if (cluster := known.get(value.lower())) else PickerChoice(value, value)
            for value in values
        ]


def _choice(cluster: GalaxyCluster) -> PickerChoice:
    return PickerChoice(cluster.tag_name, f"{cluster.value} ({cluster.galaxy.name})")
