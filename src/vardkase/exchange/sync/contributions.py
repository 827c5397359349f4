"""Inbound sightings, proposals, analyst data and clusters (sync-protocol §3.1, 3.6 to 3.9).

Each kind is asked for only as far as something is new there; what is refused is left out and stops nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from urllib.parse import quote

from django.db.models import Max

from vardkase.core.clock import now_seconds
from vardkase.core.errors import VardkaseError
from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.servers.rules import creators
from vardkase.exchange.sync.inbound import Document, InboundFilter, parts
from vardkase.exchange.sync.index import OfferedEvent, known_events
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data import services as analyst_data
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.collections.services import receive_collection, wanted_collections
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import read_proposals
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.receiving import receive_proposals
from vardkase.intel.sightings.documents import read_sightings
from vardkase.intel.sightings.services import receive_sightings
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import blocked_uuids
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.services.capture import Captured, capture_clusters
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

LOOK_BACK = 90 * 24 * 3600
"""Seconds that a proposal may be old."""
PROPOSALS = 1000
MOST_PAGES = 1000
"""Of proposals in one run; a peer may always say that there are more."""
SIGHTED = 20
"""Events whose sightings are asked for together, as MISP does."""
ANALYST_INDEX = "analyst_data/indexMinimal"
NAMED = 100
"""Uuids that are asked for together."""
NAMES = ("event_uuid", "uuid")
"""What a proposal is known by."""


@dataclass(frozen=True, slots=True)
class ContributionKinds:
    """Which custom clusters: all, those known here (`known_only`), `uuids`, or those on an event of the peer."""

    known_only: bool = False
    uuids: Sequence[str] | None = None
    event: str | None = None

    @classmethod
    def tagged_here(cls) -> ContributionKinds:
        return cls(uuids=[row[0] for row in cursor().execute(TAGGED).fetchall()])

    def asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"published": 1, "minimal": 1, "custom": 1}
        if self.uuids is not None:
            asked["uuid"] = list(self.uuids)
        if self.event is not None:
            asked["eventid"] = self.event
        return asked


@dataclass(frozen=True, slots=True)
class Sources:
    """Fetches everything but events from a peer and stores it as `actor`.

    `look` is called before each request, as a peer could cause any number of them: it raises what ends the
    run.
    """

    actor: Actor
    peer: Peer
    passage: InboundFilter
    look: Callable[[], None] = lambda: None
    since: int = field(default_factory=lambda: now_seconds() - LOOK_BACK)
    """From when on proposals are asked for."""

    def clusters(self, which: ContributionKinds) -> int:
        done = capture_clusters(self.actor, map(self._cluster, self.lacking_clusters(which)))
        return done[Captured.IMPORTED]

    def lacking_clusters(self, which: ContributionKinds) -> list[str]:
        if which.uuids is not None and not which.uuids:
            return []
        offered = _listed(
            self.peer.document("POST", "galaxy_clusters/restSearch", which.asked()), "GalaxyCluster"
        )
        named = {str(each.get("uuid")).lower(): as_int(each.get("version")) or 0 for each in offered}
        versions = {uuid: version for uuid, version in named.items() if UUID.fullmatch(uuid)}
        here = _cluster_versions(versions)
        blocked = blocked_uuids(Blocked.GALAXY_CLUSTER, versions)
        return [
            uuid
            for uuid, version in versions.items()
            if here.get(uuid, -1) < version and uuid not in blocked and (uuid in here or not which.known_only)
        ]

    def proposals(self) -> int:
        return sum(self._by_event(rows, "ShadowAttribute", self._take_proposals) for rows in self._proposed())

    def lacking_proposals(self) -> int:
        return sum(len(_news([_inner(row, "ShadowAttribute") for row in rows])) for rows in self._proposed())

    def _proposed(self) -> Iterator[list[Any]]:
        """Recent proposals of the peer, page by page; a repeated page marks the end."""
        before: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            self.look()
            found = self.peer.document("GET", self._page_of_proposals(page))
            rows = found if isinstance(found, list) else []
            if rows and rows == before:
                return
            yield rows
            if len(rows) < PROPOSALS:
                return
            before = rows

    def _page_of_proposals(self, page: int) -> str:
        path = f"shadow_attributes/index/all:1/timestamp:{self.since}/limit:{PROPOSALS}/page:{page}"
        return f"{path}/deleted[]:0/deleted[]:1.json"

    def begin(self, pool: Executor, *, analyst_data: bool) -> None:
        """Start the requests that do not depend on the events, so that the run need not wait for them at its
        end."""
        self.peer.begin(pool, "GET", self._page_of_proposals(1))
        if analyst_data:
            self.peer.begin(pool, "POST", ANALYST_INDEX, self._created_by())

    def sightings(self, offered: Iterable[OfferedEvent]) -> int:
        sighted = self.sighted(offered)
        taken = 0
        for some in batched(sighted, SIGHTED):
            self.look()
            asked = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": list(some)}
            found = self.peer.document("POST", "sightings/restSearch/event", asked)
            taken += self._by_event(
                _listed(found, ""),
                "Sighting",
                lambda number, rows: self._take_sightings(number, rows, sighted),
            )
            cursor().execute(ASKED_AT, {"uuids": list(some), "times": [sighted[uuid] for uuid in some]})
        return taken

    def sighted(self, offered: Iterable[OfferedEvent]) -> dict[str, int]:
        """Uuid → time of the last sighting there (Unix seconds), of the events sighted since our copy.

        Times in the future are capped: they would hide all later sightings.
        """
        offered = [each for each in offered if each.sighting_timestamp]
        known, now = known_events(offered), now_seconds()
        seen = {each.uuid: min(each.sighting_timestamp, now) for each in offered if each.uuid in known}
        return {uuid: moment for uuid, moment in seen.items() if moment > known[uuid].sighting_timestamp}

    def analyst_data(self) -> int:
        taken = 0
        for kind, uuids in self.lacking_analyst_data().items():
            for some in batched(uuids, NAMED):
                taken += self._take_analyst_data(kind, self._named(f"analyst_data/index/{kind}", some))
        return taken

    def lacking_analyst_data(self) -> dict[str, list[str]]:
        found = self.peer.document("POST", ANALYST_INDEX, self._created_by())
        return {
            kind: list(uuids) for kind, uuids in analyst_data.wanted(self.actor, _versions(found)).items()
        }

    def collections(self) -> int:
        taken = 0
        for some in batched(self.lacking_collections(), NAMED):
            for part in self._named("collections/index", some):
                inner = _inner(part, "Collection")  # Storing it brings it a step closer.
                taken += bool(_harmless(lambda inner=inner: receive_collection(self.actor, inner)))
        return taken

    def lacking_collections(self) -> list[str]:
        return wanted_collections(
            self.actor, _moments(self.peer.document("POST", "collections/indexMinimal", self._created_by()))
        )

    def _created_by(self) -> dict[str, list[str]]:
        return {"orgc_name": creators(self.peer.server.pull_rules)}

    def _cluster(self, uuid: str) -> Document:
        self.look()
        try:
            found = self.peer.document("GET", f"galaxy_clusters/view/{uuid}")
        except RemoteRefused:
            return {}
        cluster = self.passage.part(_inner(found, "GalaxyCluster"))
        relations = [self.passage.part(each) for each in parts(cluster, "GalaxyClusterRelation")]
        return {"GalaxyCluster": {**cluster, "GalaxyClusterRelation": relations, "default": False}}

    def _named(self, path: str, uuids: Sequence[str]) -> list[Document]:
        """The objects with these uuids, requested in the URL as every version of MISP understands it."""
        self.look()
        named = "".join(f"/uuid[]:{quote(uuid)}" for uuid in uuids)
        found = self.peer.document("GET", f"{path}{named}.json")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def _by_event(self, rows: Iterable[Any], member: str, take: Any) -> int:
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

    def _take_sightings(self, event_id: int, rows: Sequence[Document], sighted: Mapping[str, int]) -> int:
        moment = sighted.get(str(rows[0]["event_uuid"]).lower())
        return receive_sightings(self.actor, event_id, read_sightings(self.actor, rows), seen_at=moment)

    def _take_analyst_data(self, kind: str, found: Sequence[Document]) -> int:
        said = [self.passage.part(_inner(part, kind)) for part in found]
        done = _harmless(lambda: analyst_data.receive_analyst_data(self.actor, {kind: said}))
        return done[analyst_data.Captured.IMPORTED] if done else 0


TAGGED = """
SELECT DISTINCT substring(lower(t.name) FROM '="([0-9a-f]{8}-[0-9a-f-]{27})"$') AS uuid FROM tag t
WHERE t.is_galaxy AND t.name ~* '="[0-9a-f]{8}-[0-9a-f-]{27}"$' AND (
    EXISTS (SELECT 1 FROM event_tag l WHERE l.tag_id = t.id)
    OR EXISTS (SELECT 1 FROM attribute_tag l WHERE l.tag_id = t.id))
ORDER BY uuid
"""

# Up to when they were fetched is the owner's to know: `receive_sightings` tells readers of those that they read.
ASKED_AT = """
UPDATE event e SET private_sighting_timestamp = greatest(e.private_sighting_timestamp, told.at)
FROM unnest(%(uuids)s::uuid[], %(times)s::bigint[]) AS told(uuid, at) WHERE e.uuid = told.uuid
"""


def _harmless[Result](work: Any) -> Any:
    """The result of `work`; None if the document is refused, so that one bad document does not stop the
    others."""
    try:
        return work()
    except OutgoingFailed:
        raise
    except VardkaseError:
        return None


def _news(proposed: Sequence[Document]) -> list[Document]:
    sound = [each for each in proposed if all(UUID.fullmatch(str(each.get(name)).lower()) for name in NAMES)]
    uuids = [{str(each[name]).lower() for each in sound} for name in NAMES]
    here = {str(uuid) for uuid in Event.objects.filter(uuid__in=uuids[0]).values_list("uuid", flat=True)}
    latest = Proposal.objects.filter(uuid__in=uuids[1]).values_list("uuid").annotate(Max("timestamp"))
    known = {str(uuid): timestamp for uuid, timestamp in latest}
    return [
        each
        for each in sound
        if str(each["event_uuid"]).lower() in here
        and (as_int(each.get("timestamp")) or 0) > known.get(str(each["uuid"]).lower(), -1)
    ]


def _inner(row: Any, member: str) -> Document:
    found = row.get(member, row) if isinstance(row, dict) else {}
    return found if isinstance(found, dict) else {}


def _listed(found: Any, member: str) -> list[Document]:
    rows = found.get("response", found) if isinstance(found, dict) else found
    return [_inner(row, member) for row in rows] if isinstance(rows, list) else []


def _versions(found: Any) -> dict[str, dict[str, str]]:
    """Uuid → time of change by type; MISP writes an empty map as a list, at either level."""
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise OutgoingFailed(SyncProblem.NO_ANALYST_DATA_INDEX())
    return {kind.label: _moments(found.get(kind.label)) for kind in AnalystDataKind}


def _moments(given: Any) -> dict[str, str]:
    found = given.items() if isinstance(given, dict) else ()
    return {uuid: str(moment) for uuid, moment in found if UUID.fullmatch(uuid.lower())}


def _cluster_versions(uuids: Iterable[str]) -> dict[str, int]:
    rows = GalaxyCluster.objects.filter(uuid__in=list(uuids)).values_list("uuid", "version")
    return {str(uuid): version for uuid, version in rows}
