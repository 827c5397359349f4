"""Push: sends what another instance may receive and has no current version of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed, Unreachable
from vardkase.exchange.http import MEBIBYTE
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.models import DeliveryState, EntryKind
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.sync import outbound_contributions
from vardkase.exchange.sync.candidates import PushCandidate, candidates, names_of_tags, reader_of
from vardkase.exchange.sync.event_index import offered_events
from vardkase.exchange.sync.models import EventOutcome, SyncDirection
from vardkase.exchange.sync.outbound import OutboundFilter
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.refusals import Refusals
from vardkase.exchange.sync.run_records import SyncRunRecorder, running
from vardkase.exchange.sync.upload import Upload
from vardkase.exchange.sync.upload_queue import UploadQueue
from vardkase.identity.access.actor import Actor

FULL, INCREMENTAL, PUBLISHED = "full", "incremental", "published"
AT_A_TIME = 500
"""Publications sent in one run."""
SECONDS = 300.0
ASKED_AT_ONCE = 1000
DELIVERED = {
    EventOutcome.SENT: DeliveryState.SENT,
    EventOutcome.KNOWN: DeliveryState.KNOWN,
    EventOutcome.FAILED: DeliveryState.FAILED,
    EventOutcome.CUT: DeliveryState.WAITING,
}


@dataclass(frozen=True, slots=True)
class Pushed:
    events: int
    failed: int


def receiver(server: Server) -> deliveries.Receiver:
    return deliveries.Receiver(EntryKind.CONNECTION, server.pk, server.name)


def require_technique(technique: str) -> None:
    if technique not in (FULL, INCREMENTAL) and not technique.isdecimal():
        raise Invalid(SyncProblem.BAD_PUSH_TECHNIQUE(detail=technique))


def events_of(technique: str) -> list[int] | None:
    return [int(technique)] if technique.isdecimal() else None


def may_sync(version: Mapping[str, Any]) -> bool:
    """True if the other instance, by its version response, accepts events from us."""
    return bool(version.get("perm_sync"))


def can_filter(version: Mapping[str, Any]) -> bool:
    return may_sync(version) and bool(version.get("filter_sightings"))


def push(actor: Actor | None, server: Server, technique: str = FULL) -> Pushed:
    """Send what the other instance lacks.

    `technique` is full, incremental, or one event's id here. `actor` ordered it; None for the hub itself. A
    connection that does not push automatically can still be pushed to on request. Raises Invalid,
    OutgoingFailed when the other instance is unreachable or accepts nothing from us, Cancelled, Outage.
    """
    require_technique(technique)
    with running(server, SyncDirection.PUSH, technique, actor.user_id if actor else None) as book:
        PushRun(server, book, again=actor is not None).work(book, technique, events_of(technique))
    pushed = Pushed(book.counts["events"], book.counts["failed"])
    if actor is not None:
        change = {"kind": technique, "count": pushed.events, "failed": pushed.failed}
        record(actor, ExchangeAction.SERVER_PUSHED, Target("server", server.pk, title=server.name), change)
    return pushed


def push_published(server: Server) -> None:
    """Send all publications that wait for a connection, oldest first.

    Raises Unreachable when some could not be sent and keep waiting, and what `push` raises.
    """
    # Every run settles what it was given, so the next finds other deliveries or none.
    while waiting := deliveries.waiting(receiver(server), AT_A_TIME):
        with running(server, SyncDirection.PUSH, PUBLISHED, None) as book:
            PushRun(server, book).work(book, PUBLISHED, waiting)
        if book.cut:
            raise Unreachable(SyncProblem.SOME_NOT_SENT())


def push_sightings(server: Server, event_id: int) -> None:
    """Send the sightings of one event that the other instance has but lacks sightings of. Raises
    OutgoingFailed."""
    with running(server, SyncDirection.PUSH, "sightings", None) as book:
        PushRun(server, book).sightings_of(book, event_id)


def push_cluster(server: Server, cluster_id: int) -> None:
    with running(server, SyncDirection.PUSH, "cluster", None) as book:
        PushRun(server, book).cluster(book, cluster_id)


class PushRun:
    """One push: asks the other instance what it lacks, and sends it.

    `again` also sends what was given up after repeated refusals.
    """

    def __init__(self, server: Server, book: SyncRunRecorder | None = None, *, again: bool = False) -> None:
        self.server = server
        self.peer = Peer(server, SECONDS, 16 * MEBIBYTE, patient=True)
        self.reader = reader_of(server)
        ruled_out = (
            connection_scope.without_tags if (connection_scope := self.reader.connection_scope) else ()
        )
        departure = OutboundFilter.of(server, self.reader, names_of_tags(ruled_out))
        self.upload = Upload(self.peer, self.reader, departure)
        self.sending = UploadQueue(self.peer, self.reader, departure, Refusals(server, again=again), book)

    def work(self, book: SyncRunRecorder, technique: str, event_ids: Sequence[int] | None) -> None:
        version = self.version()
        if self.sends_clusters(version):
            book.kind("clusters", lambda: self.sending.clusters(event_ids=event_ids))
        if may_sync(version):
            self._push_events(book, technique, event_ids)
        else:
            self._settle(event_ids or (), DeliveryState.WITHHELD, SyncProblem.MAY_NOT_SEND())
        self._push_contributions(book, version, event_ids)
        self.sending.report_given_up()

    def sightings_of(self, book: SyncRunRecorder, event_id: int) -> None:
        self._push_sightings(book, self.version(), self.known([event_id]))

    def cluster(self, book: SyncRunRecorder, cluster_id: int) -> None:
        if self.sends_clusters(self.version()):
            book.kind("clusters", lambda: self.sending.clusters(cluster_id=cluster_id))

    def version(self) -> dict[str, Any]:
        """The other instance's version. Raises OutgoingFailed, also if it accepts nothing from us."""
        try:
            found = self.peer.document("GET", "servers/getVersion")
        except RemoteRefused as refused:
            raise OutgoingFailed(SyncProblem.VERSION_REFUSED(status=refused.status)) from refused
        version = found if isinstance(found, dict) else {}
        # A role of MISP may send sightings without being allowed to send events.
        if not version.get("perm_sync") and not version.get("perm_sighting"):
            raise OutgoingFailed(SyncProblem.MAY_NOT_SEND())
        return version

    def sends_clusters(self, version: Mapping[str, Any]) -> bool:
        takes = may_sync(version) and version.get("perm_galaxy_editor")
        return self.server.push_galaxy_clusters and bool(takes)

    def sends_analyst_data(self, version: Mapping[str, Any]) -> bool:
        takes = may_sync(version) and version.get("perm_analyst_data")
        return self.server.push_analyst_data and bool(takes)

    def sends_collections(self, version: Mapping[str, Any]) -> bool:
        takes = may_sync(version) and version.get("collection_sync")
        return self.server.push_collections and bool(takes)

    def candidates(self, technique: str, event_ids: Sequence[int] | None) -> list[PushCandidate]:
        return candidates(self.server, event_ids=event_ids, after=self.after(technique))

    def after(self, technique: str) -> int:
        return (self.server.lastpushedid or 0) if technique == INCREMENTAL else 0

    def wanted(self, found: Sequence[PushCandidate]) -> list[PushCandidate]:
        wanted: set[str] = set()
        for batch in batched(found, ASKED_AT_ONCE):
            question = [{"Event": {"uuid": event.uuid, "timestamp": str(event.timestamp)}} for event in batch]
            answer = self.peer.document("POST", "events/filterEventIdsForPush", question)
            if isinstance(answer, list):
                wanted |= {str(uuid).lower() for uuid in answer}
        return [event for event in found if event.uuid in wanted]

    def known(self, event_ids: Sequence[int] | None) -> dict[str, int]:
        """Uuid → time of the last sighting (Unix seconds), of the events that the other instance has."""
        if event_ids is None:  # All: one request for the index, instead of one for each event.
            return {event.uuid: event.sighting_timestamp for event in offered_events(self.peer, {})}
        found = candidates(self.server, event_ids=outbound_contributions.spoken_of(event_ids))
        # -1, as without the index the time of its last sighting is unknown: all sightings are compared.
        return {event.uuid: -1 for event in found if self.upload.is_there(event.uuid)}

    def _push_events(self, book: SyncRunRecorder, technique: str, event_ids: Sequence[int] | None) -> None:
        found = self.candidates(technique, event_ids)
        wanted = self.wanted(found)
        book.expect(len(wanted))
        allowed, asked_for = {event.id for event in found}, {event.id for event in wanted}
        kept_back = set(event_ids or ()) - allowed
        self._settle(kept_back, DeliveryState.WITHHELD, SyncProblem.NOT_OVER_THIS_CONNECTION())
        self._settle(allowed - asked_for, DeliveryState.KNOWN, SyncProblem.KNOWN_THERE())
        failed = [event.id for event in wanted if not self._send(book, event)]
        self._remember_last_pushed(technique, found, failed)

    def _push_contributions(
        self, book: SyncRunRecorder, version: Mapping[str, Any], event_ids: Sequence[int] | None
    ) -> None:
        known = self.known(event_ids)
        if may_sync(version):
            book.kind("proposals", lambda: self.sending.proposals(known))
        self._push_sightings(book, version, known)
        if self.sends_analyst_data(version):
            book.kind("analyst_data", lambda: self.sending.analyst_data(event_ids=event_ids))
        if event_ids is None and self.sends_collections(version):
            book.kind("collections", self.sending.collections)

    def _push_sightings(
        self, book: SyncRunRecorder, version: Mapping[str, Any], known: Mapping[str, int]
    ) -> None:
        if self.server.push_sightings:
            filtered = can_filter(version)
            book.kind("sightings", lambda: self.sending.sightings(known, can_filter=filtered))

    def _send(self, book: SyncRunRecorder, event: PushCandidate) -> bool:
        outcome, reason = self.upload.outcome(event)
        version = deliveries.PublishedVersion(event.id, UUID(event.uuid), event.published)
        deliveries.settle(receiver(self.server), [deliveries.Outcome(version, DELIVERED[outcome], reason)])
        book.event(event.uuid, event.timestamp, outcome, reason)
        return outcome not in (EventOutcome.FAILED, EventOutcome.CUT)

    def _settle(self, event_ids: Collection[int], state: DeliveryState, reason: Problem) -> None:
        deliveries.settle_waiting(receiver(self.server), event_ids, state, reason)

    def _remember_last_pushed(
        self, technique: str, found: Sequence[PushCandidate], failed: Sequence[int]
    ) -> None:
        """Record up to where everything has been sent: the next incremental push starts there."""
        if technique not in (FULL, INCREMENTAL) or not found:
            return
        # Before the first that failed, although later ones were sent: those cost only a question next time.
        last = min(failed) - 1 if failed else max(event.id for event in found)
        Server.objects.filter(pk=self.server.pk).update(lastpushedid=last)
