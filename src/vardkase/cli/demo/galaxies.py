"""What members of the demonstration know of their own: a galaxy, clusters, a fork, and relationships."""

from __future__ import annotations

from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.clusters import attach_cluster
from vardkase.intel.models import Event
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.services import add_cluster, add_galaxy, add_relation, publish_cluster

GALAXY = {
    "name": "Kampanjer mot offentlig sektor",
    "type": "kampanjer-offentlig-sektor",
    "namespace": "demonstrationsnavet",
    "description": "Kampanjer som medlemmarna själva har följt. Namnen är påhittade.",
    "distribution": "1",
    "kill_chain_order": {"kampanj": ["förberedelse", "intrång", "verkan"]},
}
CAMPAIGNS: tuple[tuple[str, str, dict[str, str | list[str]]], ...] = (
    (
        "Gråsparv",
        "Nätfiske i **lönesystemets** namn. Bankkontot byts dagen före utbetalning.",
        {
            "synonyms": ["Lönefisket", "Grey Sparrow"],
            "first_seen": "2025-11",
            "target-category": "Kommun",
            "kill_chain": ["kampanj:förberedelse", "kampanj:intrång"],
            "external_id": "K001",
        },
    ),
    (
        "Strömming",
        "Överbelastning av bokningssidor, oftast måndagar mellan 07.30 och 09.",
        {
            "synonyms": "Måndagsstormen",
            "target-category": "Hälso- och sjukvård",
            "kill_chain": "kampanj:verkan",
            "external_id": "K002",
        },
    ),
)
ACTOR, CLUSTER_OF = "NoName057(16)", "threat-actor"


def add_galaxies(author: Actor, reader: Actor) -> None:
    """`author`'s organisation makes the galaxy, `reader`'s a fork that only it sees, not published yet."""
    galaxy = add_galaxy(author, GALAXY)
    made = [
        add_cluster(author, galaxy, {"value": value, "description": text, "meta": meta, "distribution": "1"})
        for value, text, meta in CAMPAIGNS
    ]
    for cluster in made:
        publish_cluster(author, cluster.pk)
    actor = GalaxyCluster.objects.filter(value=ACTOR, type=CLUSTER_OF, default=True).first()
    if actor is not None:
        add_relation(author, _relation(made[1], actor, "attributed-to"))
        threat_actors = Galaxy.objects.get(pk=actor.galaxy_id)
        note = {"value": f"{ACTOR}, det vi själva har sett", "distribution": "0"}
        add_cluster(reader, threat_actors, note, fork_of=str(actor.pk))
    ours = Event.objects.filter(orgc=author.organisation_id).order_by("pk").first()
    if ours is not None:
        # A tag that went with the event would unpublish it.
        attach_cluster(author, ours.uuid, made[0], local=True)


def _relation(source: GalaxyCluster, target: GalaxyCluster, kind: str) -> dict[str, Any]:
    return {
        "galaxy_cluster_uuid": str(source.uuid),
        "referenced_galaxy_cluster_uuid": str(target.uuid),
        "referenced_galaxy_cluster_type": kind,
        "distribution": "1",
        "tags": ['admiralty-scale:information-credibility="2"'],
    }
