"""What is said of events, and clusters, on their way in (sync-protocol §3.1, 3.6 to 3.9).

Each kind is asked for only as far as something is new there; what is refused is left out and stops nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, count
from typing import Any
from urllib.parse import quote

from vardkase.core.clock import now_seconds
from vardkase.core.errors import VardkaseError
from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.sync.arriving import Document, Passage, parts
from vardkase.exchange.sync.index import Known, Offered
from vardkase.exchange.sync.rules import creators
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data import services as analyst_data
from vardkase.intel.analyst_data.models import Kind
from vardkase.intel.collections.services import receive_collection, wanted_collections
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import read_proposals
from vardkase.intel.proposals.receiving import receive_proposals
from vardkase.intel.sightings.documents import read_sightings
from vardkase.intel.sightings.services import receive_sightings
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.services.capture import Captured, capture_clusters
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

LOOK_BACK = 90 * 24 * 3600
"""Seconds that a proposal may be old."""
PROPOSALS = 1000
SIGHTED = 20
"""Events whose sightings are asked for together, as MISP does."""
NAMED = 100
"""Uuids that are asked for together."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where things come from, as whom they are stored, and how they pass."""

    actor: Actor
    peer: Peer
    passage: Passage

    def clusters(self, known_only: bool, tags: Sequence[str] = ()) -> int:
        """Custom clusters that are new there; only those we have a copy, or a tag, of. Returns how many came."""
        asked: dict[str, Any] = {"published": 1, "minimal": 1, "custom": 1}
        if tags:
            asked["tag_name"] = list(tags)
        offered = _listed(self.peer.document("POST", "galaxy_clusters/restSearch", asked), "GalaxyCluster")
        versions = {str(each.get("uuid")).lower(): as_int(each.get("version")) or 0 for each in offered}
        here = _cluster_versions(versions)
        wanted = [uuid for uuid, version in versions.items() if here.get(uuid, -1) < version]
        if known_only:
            wanted = [uuid for uuid in wanted if uuid in here]
        done = capture_clusters(self.actor, (self._cluster(uuid) for uuid in wanted))
        return done[Captured.IMPORTED]

    def proposals(self) -> int:
        """Proposals of the last months about events that are here; returns how many are new."""
        since = now_seconds() - LOOK_BACK
        taken = 0
        for page in count(1):
            path = f"shadow_attributes/index/all:1/timestamp:{since}/limit:{PROPOSALS}/page:{page}"
            found = self.peer.document("GET", f"{path}/deleted[]:0/deleted[]:1.json")
            rows = found if isinstance(found, list) else []
            taken += self._by_event(rows, "ShadowAttribute", self._take_proposals)
            if len(rows) < PROPOSALS:
                return taken
        return taken

    def sightings(self, offered: Iterable[Offered], known: Mapping[str, Known]) -> int:
        """Sightings of events that were seen anew since our copy; returns how many are new."""
        sighted = {
            each.uuid: each.sighting_timestamp
            for each in offered
            if each.uuid in known and each.sighting_timestamp > known[each.uuid].sighting_timestamp
        }
        taken = 0
        for some in batched(sighted, SIGHTED):
            asked = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": list(some)}
            found = self.peer.document("POST", "sightings/restSearch/event", asked)
            taken += self._by_event(_listed(found, ""), "Sighting", self._take_sightings)
            cursor().execute(SIGHTED_AT, {"uuids": list(some), "times": [sighted[uuid] for uuid in some]})
        return taken

    def analyst_data(self) -> int:
        """Notes, opinions and relationships that are new there; returns how many came."""
        rules = {"orgc_name": creators(self.peer.server.pull_rules)}
        found = self.peer.document("POST", "analyst_data/indexMinimal", rules)
        wanted = analyst_data.wanted(_versions(found))
        taken = 0
        for kind, uuids in wanted.items():
            for some in batched(uuids, NAMED):
                taken += self._take_analyst_data(kind, self._named(f"analyst_data/index/{kind}", some))
        return taken

    def collections(self) -> int:
        """Collections that are new there; returns how many came."""
        rules = {"orgc_name": creators(self.peer.server.pull_rules)}
        found = self.peer.document("POST", "collections/indexMinimal", rules)
        taken = 0
        for some in batched(wanted_collections(_moments(found)), NAMED):
            for part in self._named("collections/index", some):
                inner = self.passage.part(_inner(part, "Collection"))
                taken += bool(_harmless(lambda inner=inner: receive_collection(self.actor, inner)))
        return taken

    def _cluster(self, uuid: str) -> Document:
        try:
            found = self.peer.document("GET", f"galaxy_clusters/view/{uuid}")
        except RemoteRefused:
            return {}
        cluster = self.passage.part(_inner(found, "GalaxyCluster"))
        relations = [self.passage.part(each) for each in parts(cluster, "GalaxyClusterRelation")]
        return {"GalaxyCluster": {**cluster, "GalaxyClusterRelation": relations, "default": False}}

    def _named(self, path: str, uuids: Sequence[str]) -> list[Document]:
        """The things with these uuids, asked for in the address as every version of MISP understands it."""
        named = "".join(f"/uuid[]:{quote(uuid)}" for uuid in uuids)
        found = self.peer.document("GET", f"{path}{named}.json")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def _by_event(self, rows: Iterable[Any], member: str, take: Any) -> int:
        """Give what is said of each event that is here to `take`, together; returns how many were new."""
        said: dict[str, list[Document]] = defaultdict(list)
        for row in rows:
            part = _inner(row, member)
            said[str(part.get("event_uuid")).lower()].append(part)
        here = Event.objects.filter(uuid__in=[uuid for uuid in said if UUID.fullmatch(uuid)])
        taken = 0
        for number, uuid in here.values_list("pk", "uuid"):
            some = said[str(uuid)]
            taken += _harmless(lambda number=number, some=some: take(number, some)) or 0
        return taken

    def _take_proposals(self, event_id: int, rows: Sequence[Document]) -> int:
        return receive_proposals(self.actor, event_id, read_proposals(self.actor, rows))

    def _take_sightings(self, event_id: int, rows: Sequence[Document]) -> int:
        return receive_sightings(self.actor, event_id, read_sightings(self.actor, rows))

    def _take_analyst_data(self, kind: str, found: Sequence[Document]) -> int:
        said = [self.passage.part(_inner(part, kind)) for part in found]
        done = _harmless(lambda: analyst_data.receive_analyst_data(self.actor, {kind: said}))
        return done[analyst_data.Captured.IMPORTED] if done else 0


SIGHTED_AT = """
UPDATE event e SET sighting_timestamp = told.at
FROM unnest(%(uuids)s::uuid[], %(times)s::bigint[]) AS told(uuid, at) WHERE e.uuid = told.uuid
"""


def _harmless[Result](work: Any) -> Any:
    """What `work` returns; None when the document is refused: one that is wrong stops no other."""
    try:
        return work()
    except OutgoingFailed:
        raise
    except VardkaseError:
        return None


def _inner(row: Any, member: str) -> Document:
    found = row.get(member, row) if isinstance(row, dict) else {}
    return found if isinstance(found, dict) else {}


def _listed(found: Any, member: str) -> list[Document]:
    """The rows of a search, bare."""
    rows = found.get("response", found) if isinstance(found, dict) else found
    return [_inner(row, member) for row in rows] if isinstance(rows, list) else []


def _versions(found: Any) -> dict[str, dict[str, str]]:
    """Uuid → moment of change by type; MISP writes an empty map as a list, at either level."""
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise OutgoingFailed("The other instance did not say which analyst data it has.")
    return {kind.label: _moments(found.get(kind.label)) for kind in Kind}


def _moments(given: Any) -> dict[str, str]:
    """Uuid → moment of change, of what makes sense."""
    found = given.items() if isinstance(given, dict) else ()
    return {uuid: str(moment) for uuid, moment in found if UUID.fullmatch(uuid.lower())}


def _cluster_versions(uuids: Iterable[str]) -> dict[str, int]:
    chosen = [uuid for uuid in uuids if UUID.fullmatch(uuid)]
    rows = GalaxyCluster.objects.filter(uuid__in=chosen).values_list("uuid", "version")
    return {str(uuid): version for uuid, version in rows}
