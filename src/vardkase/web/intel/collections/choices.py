"""Events and clusters that can be added to a collection, found by title, number or name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from vardkase.analysis.search.event_list import EventFilters, event_page
from vardkase.identity.access.actor import Actor
from vardkase.intel.collections.queries import readable_events
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.queries import search_clusters, visible_clusters
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.web.ui.forms.picker import SHOWN, PickerChoice, Searched


@dataclass(frozen=True, slots=True)
class Elements(Searched):
    """By uuid."""

    actor: Actor

    def find(self, text: str) -> list[PickerChoice]:
        found = event_page(self.actor, EventFilters(text=text.removeprefix("#")), None, SHOWN).rows
        events = [PickerChoice(row.uuid, row.info, f"#{row.id} · {row.date}") for row in found]
        return events + [_of_cluster(each) for each in search_clusters(self.actor, text, limit=SHOWN)]

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        uuids = [UUID(value) for value in values if UUID_FORM.fullmatch(value)]
        known = {
            uuid: PickerChoice(uuid, title, f"#{number}")
            for uuid, (number, title) in readable_events(self.actor, uuids).items()
        }
        for cluster in visible_clusters(self.actor).filter(uuid__in=uuids).select_related("galaxy"):
            known.setdefault(str(cluster.uuid), _of_cluster(cluster))
        return [known.get(value, PickerChoice(value, value)) for value in values]


def _of_cluster(cluster: GalaxyCluster) -> PickerChoice:
    return PickerChoice(str(cluster.uuid), cluster.value, cluster.galaxy.name)
