"""Sends data other than events: clusters before a push's events, sightings and similar after them.

Each kind asks first what the other instance lacks (`lacking_…`: that alone is a dry run) and sends that. What one
thing is refused for stops no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import msgspec

from vardkase.core.jobs.problems import problem_of
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.sync import outgoing
from vardkase.exchange.sync.inbound import Document
from vardkase.exchange.sync.outbound import OutboundFilter
from vardkase.exchange.sync.outgoing import OutgoingItem
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.refusals import Refusals
from vardkase.exchange.sync.runs import SyncRunRecorder
from vardkase.formats.misp_json.analyst_data import AnalystDataLoader
from vardkase.formats.misp_json.cluster_documents import cluster_documents, exported
from vardkase.formats.misp_json.collections import collection_list
from vardkase.formats.misp_json.sightings import LISTED, sighting_pages
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.misp.flags import as_int

TOGETHER = 20
"""Clusters in one request."""
SIGHTINGS_TOGETHER = 500
COUNTED = re.compile(r"\b(\d+) (?:imported|sightings? added)")
"""How many things an answer says were new."""


@dataclass(frozen=True, slots=True)
class UploadQueue:
    """Sends everything but events: the peer, the reader, the outbound filter, earlier refusals, and the run's
    log."""

    peer: Peer
    reader: Actor
    departure: OutboundFilter
    refusals: Refusals
    book: SyncRunRecorder | None = None

    def clusters(self, *, event_ids: Sequence[int] | None = None, cluster_id: int | None = None) -> int:
        lacking = self.lacking_clusters(event_ids=event_ids, cluster_id=cluster_id)
        chosen = self.refusals.open("clusters", lacking)
        return sum(self._clusters(some) for some in batched(chosen, TOGETHER))

    def _clusters(self, some: Sequence[OutgoingItem]) -> int:
        found = cluster_documents(self.reader, [each.id for each in some])
        sent = [{"GalaxyCluster": self.departure.cluster(exported(each))} for each in found]
        try:
            taken = _counted(self.peer.document("POST", "galaxies/pushCluster", sent), len(sent))
        except RemoteRefused as refused:
            if refused.status == 500 and len(some) > 1:  # One of them may stop all the others.
                return sum(self._clusters([each]) for each in some)
            self._trouble("clusters", some, refused)
            return 0
        self.refusals.forget("clusters", some)
        return taken

    def lacking_clusters(
        self, *, event_ids: Sequence[int] | None = None, cluster_id: int | None = None
    ) -> list[OutgoingItem]:
        offered = outgoing.clusters(self.reader, event_ids=event_ids, cluster_id=cluster_id)
        if not offered:
            return []
        asked = {"published": 1, "minimal": 1, "custom": 1, "uuid": [each.uuid for each in offered]}
        answer = self.peer.document("POST", "galaxy_clusters/restSearch", asked)
        rows = answer.get("response", answer) if isinstance(answer, dict) else answer
        there = dict(map(_version, rows if isinstance(rows, list) else []))
        return [each for each in offered if there.get(each.uuid, -1) < int(each.version)]

    def proposals(self, known: Iterable[str]) -> int:
        taken = 0
        found = {each.event: each.ids for each in outgoing.proposals(self.reader, known)}
        for event in self.refusals.open("proposals", found):
            sent = outgoing.proposal_documents(self.reader, found[event])
            taken += self._sent("proposals", event, f"events/pushProposals/{event.uuid}", sent, 0)
        return taken

    def sightings(self, known: Mapping[str, int], *, can_filter: bool) -> int:
        """Send sightings of the events sighted later than `known` says; returns how many were new."""
        taken = 0
        for uuid, lacking in self.lacking_sightings(known, can_filter=can_filter):
            event = OutgoingItem(0, uuid, str(max((each.id for each in lacking), default=0)))
            for some in batched([each.id for each in lacking], SIGHTINGS_TOGETHER):
                if not self.refusals.open("sightings", [event]):
                    break
                pages = sighting_pages(self.reader, some, LISTED)
                sent = msgspec.json.decode(encoder.encode([each for page in pages for each in page]))
                taken += self._sent(
                    "sightings", event, f"sightings/bulkSaveSightings/{uuid}", sent, len(sent)
                )
        return taken

    def lacking_sightings(
        self, known: Mapping[str, int], *, can_filter: bool
    ) -> Iterator[tuple[str, list[OutgoingItem]]]:
        for uuid, event_id in outgoing.sighted_events(self.reader, known).items():
            offered = outgoing.sightings(self.reader, event_id)
            try:
                there = self._known_sightings(uuid, offered) if can_filter and offered else frozenset()
            except RemoteRefused as refused:
                self._trouble("sightings", (), refused)
                continue
            yield uuid, [each for each in offered if each.uuid not in there]

    def _known_sightings(self, uuid: str, offered: Iterable[OutgoingItem]) -> frozenset[str]:
        asked = [each.uuid for each in offered]
        answer = self.peer.document("POST", f"sightings/filterSightingUuidsForPush/{uuid}", asked)
        return frozenset(str(each).lower() for each in answer) if isinstance(answer, list) else frozenset()

    def analyst_data(self, *, event_ids: Sequence[int] | None = None) -> int:
        taken = 0
        book = AnalystDataLoader(self.reader)
        for kind, lacking in self.lacking_analyst_data(event_ids=event_ids).items():
            for some in batched(self.refusals.open("analyst_data", lacking), TOGETHER):
                by_uuid = {each.uuid: each for each in some}
                for said in book.chosen([each.id for each in some]):
                    sent = {kind.label: self.departure.said(said)}
                    thing = by_uuid[str(said["uuid"])]
                    taken += self._sent("analyst_data", thing, "analyst_data/pushAnalystData", sent, 1)
        return taken

    def lacking_analyst_data(
        self, *, event_ids: Sequence[int] | None = None
    ) -> dict[AnalystDataKind, list[OutgoingItem]]:
        offered = outgoing.analyst_data(self.reader, event_ids=event_ids)
        if not any(offered.values()):
            return {}
        asked = {kind.label: _versions(things) for kind, things in offered.items()}
        answer = self.peer.document("POST", "analyst_data/filterAnalystDataForPush", asked)
        wanted = answer if isinstance(answer, dict) else {}
        return {kind: _among(things, wanted.get(kind.label)) for kind, things in offered.items()}

    def collections(self) -> int:
        """Send collections that the other instance lacks; returns how many. The receiver reduces their
        distribution."""
        taken = 0
        for some in batched(self.refusals.open("collections", self.lacking_collections()), TOGETHER):
            by_uuid = {each.uuid: each for each in some}
            listed = collection_list(self.reader, [each.id for each in some])
            for document in msgspec.json.decode(b"".join(listed)):
                thing = by_uuid[str(document["Collection"]["uuid"])]
                taken += self._sent("collections", thing, "collections/captureCollection", document, 1)
        return taken

    def lacking_collections(self) -> list[OutgoingItem]:
        offered = outgoing.collections(self.reader)
        if not offered:
            return []
        asked = _versions(offered)
        return _among(offered, self.peer.document("POST", "collections/filterCollectionsForPush", asked))

    def report_given_up(self) -> None:
        for kind, count in self.refusals.given_up.items():
            if self.book is not None:
                told = SyncProblem.GIVEN_UP(count=count, reason=self.refusals.reasons[kind])
                self.book.trouble(kind, told)

    def _sent(self, kind: str, thing: OutgoingItem, path: str, body: Any, otherwise: int) -> int:
        """Send, and return how many objects the response says were new; `otherwise` if it does not say."""
        try:
            taken = _counted(self.peer.document("POST", path, body), otherwise)
        except RemoteRefused as refused:
            self._trouble(kind, (thing,), refused)
            return 0
        self.refusals.forget(kind, (thing,))
        return taken

    def _trouble(self, kind: str, things: Sequence[OutgoingItem], refused: RemoteRefused) -> None:
        self.refusals.note(kind, things, refused)
        if self.book is not None:
            self.book.trouble(kind, problem_of(refused))


def _counted(answer: Any, otherwise: int) -> int:
    if not isinstance(answer, dict):
        return otherwise
    if (number := as_int(answer.get("counter"))) is not None:
        return number
    said = " ".join(str(answer.get(member)) for member in ("message", "success"))
    found = COUNTED.search(said)
    return int(found[1]) if found else otherwise if answer.get("saved", True) else 0


def _version(row: Any) -> tuple[str, int]:
    cluster: Document = row.get("GalaxyCluster", row) if isinstance(row, dict) else {}
    return str(cluster.get("uuid")).lower(), as_int(cluster.get("version")) or 0


def _versions(things: Sequence[OutgoingItem]) -> dict[str, str]:
    return {each.uuid: each.version for each in things}


def _among(things: Sequence[OutgoingItem], wanted: Any) -> list[OutgoingItem]:
    uuids = {str(each).lower() for each in wanted} if isinstance(wanted, list | dict) else set()
    return [each for each in things if each.uuid in uuids]
