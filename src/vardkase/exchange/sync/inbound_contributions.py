"""Inbound sightings, proposals, analyst data and clusters.

Of each kind, only what is new there is requested; a refused document is left out and does not stop the others.
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
from vardkase.exchange.sync.event_index import OfferedEvent, known_events
from vardkase.exchange.sync.inbound import Document, InboundFilter, parts
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
"""Pages of proposals in one run: a peer could always claim that there are more."""
SIGHTED = 20
"""Events whose sightings are requested together, as MISP does."""
ANALYST_INDEX = "analyst_data/indexMinimal"
NAMED = 100
"""Uuids in one request: they are part of the URL."""
NAMES = ("event_uuid", "uuid")
"""What identifies a proposal."""


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
        query: dict[str, Any] = {"published": 1, "minimal": 1, "custom": 1}
        if self.uuids is not None:
            query["uuid"] = list(self.uuids)
        if self.event is not None:
            query["eventid"] = self.event
        return query


@dataclass(frozen=True, slots=True)
class Sources:
    """Fetches everything but events from a peer and stores it as `actor`.

    `checkpoint` is called before each request, as a peer could cause any number of them: it raises what ends the
    run.
    """

    actor: Actor
    peer: Peer
    passage: InboundFilter
    checkpoint: Callable[[], None] = lambda: None
    since: int = field(default_factory=lambda: now_seconds() - LOOK_BACK)
    """Proposals changed before (Unix seconds) are not requested."""

    def clusters(self, which: ContributionKinds) -> int:
        # One by one: a cluster is fetched only after the one before is stored.
        done = capture_clusters(self.actor, map(self._fetch_cluster, self.lacking_clusters(which)))
        return done[Captured.IMPORTED]

    def lacking_clusters(self, which: ContributionKinds) -> list[str]:
        if which.uuids is not None and not which.uuids:
            return []
        offered = _rows(
            self.peer.document("POST", "galaxy_clusters/restSearch", which.asked()), "GalaxyCluster"
        )
        named = {str(cluster.get("uuid")).lower(): as_int(cluster.get("version")) or 0 for cluster in offered}
        versions = {uuid: version for uuid, version in named.items() if UUID.fullmatch(uuid)}
        rows = GalaxyCluster.objects.filter(uuid__in=list(versions)).values_list("uuid", "version")
        ours = {str(uuid): version for uuid, version in rows}
        blocked = blocked_uuids(Blocked.GALAXY_CLUSTER, versions)
        return [
            uuid
            for uuid, version in versions.items()
            if ours.get(uuid, -1) < version and uuid not in blocked and (uuid in ours or not which.known_only)
        ]

    def proposals(self) -> int:
        return sum(
            self._store_by_event(
                rows,
                "ShadowAttribute",
                lambda event_id, rows: receive_proposals(
                    self.actor, event_id, read_proposals(self.actor, rows)
                ),
            )
            for rows in self._proposal_pages()
        )

    def lacking_proposals(self) -> int:
        return sum(
            len(_new_proposals([_member(row, "ShadowAttribute") for row in rows]))
            for rows in self._proposal_pages()
        )

    def _proposal_pages(self) -> Iterator[list[Any]]:
        """Recent proposals of the peer, page by page; a repeated page marks the end."""
        before: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            self.checkpoint()
            found = self.peer.document("GET", self._proposal_path(page))
            rows = found if isinstance(found, list) else []
            if rows and rows == before:  # A peer that ignores `page` would answer the same for ever.
                return
            yield rows
            if len(rows) < PROPOSALS:
                return
            before = rows

    def _proposal_path(self, page: int) -> str:
        path = f"shadow_attributes/index/all:1/timestamp:{self.since}/limit:{PROPOSALS}/page:{page}"
        # Deleted ones as well: a withdrawn proposal has to be withdrawn here too.
        return f"{path}/deleted[]:0/deleted[]:1.json"

    def begin(self, pool: Executor, *, analyst_data: bool) -> None:
        """Start the requests that do not depend on the events, so that the run need not wait for them at its
        end."""
        self.peer.begin(pool, "GET", self._proposal_path(1))
        if analyst_data:
            self.peer.begin(pool, "POST", ANALYST_INDEX, self._created_by())

    def sightings(self, offered: Iterable[OfferedEvent]) -> int:
        sighted = self.sighted(offered)
        taken = 0
        for uuids in batched(sighted, SIGHTED):
            self.checkpoint()
            query = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": list(uuids)}
            found = self.peer.document("POST", "sightings/restSearch/event", query)
            taken += self._store_by_event(
                _rows(found, ""),
                "Sighting",
                lambda number, rows: self._store_sightings(number, rows, sighted),
            )
            cursor().execute(ASKED_AT, {"uuids": list(uuids), "times": [sighted[uuid] for uuid in uuids]})
        return taken

    def sighted(self, offered: Iterable[OfferedEvent]) -> dict[str, int]:
        """Uuid → time of the last sighting there (Unix seconds), of the events sighted since our copy.

        Times in the future are capped: they would hide all later sightings.
        """
        offered = [event for event in offered if event.sighting_timestamp]
        known, now = known_events(offered), now_seconds()
        seen = {event.uuid: min(event.sighting_timestamp, now) for event in offered if event.uuid in known}
        return {uuid: moment for uuid, moment in seen.items() if moment > known[uuid].sighting_timestamp}

    def analyst_data(self) -> int:
        taken = 0
        for kind, uuids in self.lacking_analyst_data().items():
            for batch in batched(uuids, NAMED):
                found = self._fetch_by_uuid(f"analyst_data/index/{kind}", batch)
                arrived = {kind: [self.passage.part(_member(part, kind)) for part in found]}
                done = _unless_refused(
                    lambda arrived=arrived: analyst_data.receive_analyst_data(self.actor, arrived)
                )
                taken += done[analyst_data.Captured.IMPORTED] if done else 0
        return taken

    def lacking_analyst_data(self) -> dict[str, list[str]]:
        found = self.peer.document("POST", ANALYST_INDEX, self._created_by())
        return {
            kind: list(uuids) for kind, uuids in analyst_data.wanted(self.actor, _versions(found)).items()
        }

    def collections(self) -> int:
        taken = 0
        for batch in batched(self.lacking_collections(), NAMED):
            for part in self._fetch_by_uuid("collections/index", batch):
                inner = _member(part, "Collection")  # Storing it reduces its distribution by one step.
                taken += bool(_unless_refused(lambda inner=inner: receive_collection(self.actor, inner)))
        return taken

    def lacking_collections(self) -> list[str]:
        return wanted_collections(
            self.actor,
            _times_by_uuid(self.peer.document("POST", "collections/indexMinimal", self._created_by())),
        )

    def _created_by(self) -> dict[str, list[str]]:
        return {"orgc_name": creators(self.peer.server.pull_rules)}

    def _fetch_cluster(self, uuid: str) -> Document:
        self.checkpoint()
        try:
            found = self.peer.document("GET", f"galaxy_clusters/view/{uuid}")
        except RemoteRefused:
            return {}
        cluster = self.passage.part(_member(found, "GalaxyCluster"))
        relations = [self.passage.part(relation) for relation in parts(cluster, "GalaxyClusterRelation")]
        return {"GalaxyCluster": {**cluster, "GalaxyClusterRelation": relations, "default": False}}

    def _fetch_by_uuid(self, path: str, uuids: Sequence[str]) -> list[Document]:
        """The objects with these uuids, requested in the URL as every version of MISP understands it."""
        self.checkpoint()
        named = "".join(f"/uuid[]:{quote(uuid)}" for uuid in uuids)
        found = self.peer.document("GET", f"{path}{named}.json")
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def _store_by_event(self, rows: Iterable[Any], member: str, take: Any) -> int:
        by_uuid: dict[str, list[Document]] = defaultdict(list)
        for row in rows:
            part = _member(row, member)
            by_uuid[str(part.get("event_uuid")).lower()].append(part)
        ours = Event.objects.filter(uuid__in=[uuid for uuid in by_uuid if UUID.fullmatch(uuid)])
        taken = 0
        for number, uuid in ours.values_list("pk", "uuid"):
            documents = by_uuid[str(uuid)]
            taken += _unless_refused(lambda number=number, documents=documents: take(number, documents)) or 0
        return taken

    def _store_sightings(self, event_id: int, rows: Sequence[Document], sighted: Mapping[str, int]) -> int:
        moment = sighted.get(str(rows[0]["event_uuid"]).lower())
        return receive_sightings(self.actor, event_id, read_sightings(self.actor, rows), seen_at=moment)


TAGGED = """
SELECT DISTINCT substring(lower(t.name) FROM '="([0-9a-f]{8}-[0-9a-f-]{27})"$') AS uuid FROM tag t
WHERE t.is_galaxy AND t.name ~* '="[0-9a-f]{8}-[0-9a-f-]{27}"$' AND (
    EXISTS (SELECT 1 FROM event_tag l WHERE l.tag_id = t.id)
    OR EXISTS (SELECT 1 FROM attribute_tag l WHERE l.tag_id = t.id))
ORDER BY uuid
"""

# The owner's column: to others the time would reveal sightings that they may not read. `receive_sightings` moves the
# times that readers see.
ASKED_AT = """
UPDATE event e SET private_sighting_timestamp = greatest(e.private_sighting_timestamp, fetched.at)
FROM unnest(%(uuids)s::uuid[], %(times)s::bigint[]) AS fetched(uuid, at) WHERE e.uuid = fetched.uuid
"""


def _unless_refused[Result](work: Any) -> Any:
    """The result of `work`; None if the document is refused, so that one bad document does not stop the
    others."""
    try:
        return work()
    # The peer failed, not the document: the run has to end.
    except OutgoingFailed:
        raise
    except VardkaseError:
        return None


def _new_proposals(proposed: Sequence[Document]) -> list[Document]:
    sound = [
        proposal
        for proposal in proposed
        if all(UUID.fullmatch(str(proposal.get(name)).lower()) for name in NAMES)
    ]
    uuids = [{str(proposal[name]).lower() for proposal in sound} for name in NAMES]
    ours = {str(uuid) for uuid in Event.objects.filter(uuid__in=uuids[0]).values_list("uuid", flat=True)}
    latest = Proposal.objects.filter(uuid__in=uuids[1]).values_list("uuid").annotate(Max("timestamp"))
    known = {str(uuid): timestamp for uuid, timestamp in latest}
    return [
        proposal
        for proposal in sound
        if str(proposal["event_uuid"]).lower() in ours
        and (as_int(proposal.get("timestamp")) or 0) > known.get(str(proposal["uuid"]).lower(), -1)
    ]


def _member(row: Any, member: str) -> Document:
    found = row.get(member, row) if isinstance(row, dict) else {}
    return found if isinstance(found, dict) else {}


def _rows(found: Any, member: str) -> list[Document]:
    rows = found.get("response", found) if isinstance(found, dict) else found
    return [_member(row, member) for row in rows] if isinstance(rows, list) else []


def _versions(found: Any) -> dict[str, dict[str, str]]:
    """Uuid → time of change by type; MISP writes an empty map as a list, at either level."""
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise OutgoingFailed(SyncProblem.NO_ANALYST_DATA_INDEX())
    return {kind.label: _times_by_uuid(found.get(kind.label)) for kind in AnalystDataKind}


def _times_by_uuid(listed: Any) -> dict[str, str]:
    found = listed.items() if isinstance(listed, dict) else ()
    return {uuid: str(moment) for uuid, moment in found if UUID.fullmatch(uuid.lower())}
