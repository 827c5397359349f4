"""Sends data other than events: clusters before a push's events, sightings and similar after them.

For each kind, the other instance is asked what it lacks (`lacking_…`: that alone is a dry run), and gets that. A
refused object does not stop the others.
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
from vardkase.exchange.sync import outbound_contributions
from vardkase.exchange.sync.inbound import Document
from vardkase.exchange.sync.outbound import OutboundFilter
from vardkase.exchange.sync.outbound_contributions import OutgoingItem
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.refusals import Refusals
from vardkase.exchange.sync.run_records import SyncRunRecorder
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
"""How a response says how many objects were new."""


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
        return sum(self._clusters(batch) for batch in batched(chosen, TOGETHER))

    def _clusters(self, batch: Sequence[OutgoingItem]) -> int:
        found = cluster_documents(self.reader, [item.id for item in batch])
        sent = [{"GalaxyCluster": self.departure.cluster(exported(cluster))} for cluster in found]
        try:
            taken = _new_count(self.peer.document("POST", "galaxies/pushCluster", sent), len(sent))
        except RemoteRefused as refused:
            if refused.status == 500 and len(batch) > 1:  # One bad cluster fails the whole request in MISP.
                return sum(self._clusters([item]) for item in batch)
            self._note_refusal("clusters", batch, refused)
            return 0
        self.refusals.forget("clusters", batch)
        return taken

    def lacking_clusters(
        self, *, event_ids: Sequence[int] | None = None, cluster_id: int | None = None
    ) -> list[OutgoingItem]:
        offered = outbound_contributions.clusters(self.reader, event_ids=event_ids, cluster_id=cluster_id)
        if not offered:
            return []
        query = {"published": 1, "minimal": 1, "custom": 1, "uuid": [item.uuid for item in offered]}
        answer = self.peer.document("POST", "galaxy_clusters/restSearch", query)
        rows = answer.get("response", answer) if isinstance(answer, dict) else answer
        theirs = dict(map(_uuid_and_version, rows if isinstance(rows, list) else []))
        return [item for item in offered if theirs.get(item.uuid, -1) < int(item.version)]

    def proposals(self, known: Iterable[str]) -> int:
        taken = 0
        found = {
            proposed.event: proposed.ids for proposed in outbound_contributions.proposals(self.reader, known)
        }
        for event in self.refusals.open("proposals", found):
            sent = outbound_contributions.proposal_documents(self.reader, found[event])
            taken += self._send("proposals", event, f"events/pushProposals/{event.uuid}", sent, 0)
        return taken

    def sightings(self, known: Mapping[str, int], *, can_filter: bool) -> int:
        """Send sightings of the events sighted later than `known` says; returns how many were new."""
        taken = 0
        for uuid, lacking in self.lacking_sightings(known, can_filter=can_filter):
            event = OutgoingItem(0, uuid, str(max((item.id for item in lacking), default=0)))
            for batch in batched([item.id for item in lacking], SIGHTINGS_TOGETHER):
                if not self.refusals.open("sightings", [event]):
                    break
                pages = sighting_pages(self.reader, batch, LISTED)
                sent = msgspec.json.decode(encoder.encode([sighting for page in pages for sighting in page]))
                taken += self._send(
                    "sightings", event, f"sightings/bulkSaveSightings/{uuid}", sent, len(sent)
                )
        return taken

    def lacking_sightings(
        self, known: Mapping[str, int], *, can_filter: bool
    ) -> Iterator[tuple[str, list[OutgoingItem]]]:
        for uuid, event_id in outbound_contributions.sighted_events(self.reader, known).items():
            offered = outbound_contributions.sightings(self.reader, event_id)
            try:
                theirs = self._sightings_there(uuid, offered) if can_filter and offered else frozenset()
            except RemoteRefused as refused:
                self._note_refusal("sightings", (), refused)
                continue
            yield uuid, [item for item in offered if item.uuid not in theirs]

    def _sightings_there(self, uuid: str, offered: Iterable[OutgoingItem]) -> frozenset[str]:
        uuids = [item.uuid for item in offered]
        answer = self.peer.document("POST", f"sightings/filterSightingUuidsForPush/{uuid}", uuids)
        return frozenset(str(known).lower() for known in answer) if isinstance(answer, list) else frozenset()

    def analyst_data(self, *, event_ids: Sequence[int] | None = None) -> int:
        taken = 0
        book = AnalystDataLoader(self.reader)
        for kind, lacking in self.lacking_analyst_data(event_ids=event_ids).items():
            for batch in batched(self.refusals.open("analyst_data", lacking), TOGETHER):
                by_uuid = {item.uuid: item for item in batch}
                for document in book.chosen([item.id for item in batch]):
                    sent = {kind.label: self.departure.said(document)}
                    item = by_uuid[str(document["uuid"])]
                    taken += self._send("analyst_data", item, "analyst_data/pushAnalystData", sent, 1)
        return taken

    def lacking_analyst_data(
        self, *, event_ids: Sequence[int] | None = None
    ) -> dict[AnalystDataKind, list[OutgoingItem]]:
        offered = outbound_contributions.analyst_data(self.reader, event_ids=event_ids)
        if not any(offered.values()):
            return {}
        query = {kind.label: {item.uuid: item.version for item in items} for kind, items in offered.items()}
        answer = self.peer.document("POST", "analyst_data/filterAnalystDataForPush", query)
        wanted = answer if isinstance(answer, dict) else {}
        return {kind: _wanted_items(items, wanted.get(kind.label)) for kind, items in offered.items()}

    def collections(self) -> int:
        """Send collections that the other instance lacks; returns how many. The receiver reduces their
        distribution."""
        taken = 0
        for batch in batched(self.refusals.open("collections", self.lacking_collections()), TOGETHER):
            by_uuid = {item.uuid: item for item in batch}
            listed = collection_list(self.reader, [item.id for item in batch])
            for document in msgspec.json.decode(b"".join(listed)):
                item = by_uuid[str(document["Collection"]["uuid"])]
                taken += self._send("collections", item, "collections/captureCollection", document, 1)
        return taken

    def lacking_collections(self) -> list[OutgoingItem]:
        offered = outbound_contributions.collections(self.reader)
        if not offered:
            return []
        query = {item.uuid: item.version for item in offered}
        return _wanted_items(
            offered, self.peer.document("POST", "collections/filterCollectionsForPush", query)
        )

    def report_given_up(self) -> None:
        for kind, count in self.refusals.given_up.items():
            if self.book is not None:
                problem = SyncProblem.GIVEN_UP(count=count, reason=self.refusals.reasons[kind])
                self.book.trouble(kind, problem)

    def _send(self, kind: str, item: OutgoingItem, path: str, body: Any, otherwise: int) -> int:
        """Send, and return how many objects the response says were new; `otherwise` if it does not say."""
        try:
            taken = _new_count(self.peer.document("POST", path, body), otherwise)
        except RemoteRefused as refused:
            self._note_refusal(kind, (item,), refused)
            return 0
        self.refusals.forget(kind, (item,))
        return taken

    def _note_refusal(self, kind: str, items: Sequence[OutgoingItem], refused: RemoteRefused) -> None:
        self.refusals.note(kind, items, refused)
        if self.book is not None:
            self.book.trouble(kind, problem_of(refused))


def _new_count(answer: Any, otherwise: int) -> int:
    if not isinstance(answer, dict):
        return otherwise
    if (number := as_int(answer.get("counter"))) is not None:
        return number
    # MISP gives no number for these, only a sentence.
    text = " ".join(str(answer.get(member)) for member in ("message", "success"))
    found = COUNTED.search(text)
    return int(found[1]) if found else otherwise if answer.get("saved", True) else 0


def _uuid_and_version(row: Any) -> tuple[str, int]:
    cluster: Document = row.get("GalaxyCluster", row) if isinstance(row, dict) else {}
    return str(cluster.get("uuid")).lower(), as_int(cluster.get("version")) or 0


def _wanted_items(items: Sequence[OutgoingItem], wanted: Any) -> list[OutgoingItem]:
    uuids = {str(uuid).lower() for uuid in wanted} if isinstance(wanted, list | dict) else set()
    return [item for item in items if item.uuid in uuids]
