"""Inbound events: fetched concurrently, stored in two lanes, each in one transaction."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.db import transaction

from vardkase.core.clock import now_seconds
from vardkase.core.errors import VardkaseError
from vardkase.core.outages import raise_if_infrastructure_error
from vardkase.core.problems import Problem
from vardkase.core.sql import commit_asynchronously, cursor
from vardkase.core.write_conflicts import retry_on_conflict
from vardkase.exchange.errors import OutgoingFailed, Unreachable
from vardkase.exchange.http import Reply
from vardkase.exchange.request_retries import AWAY
from vardkase.exchange.servers.peer import Peer, RemoteRefused, decoded
from vardkase.exchange.sync.inbound import Document, InboundFilter, is_empty, parts
from vardkase.exchange.sync.models import EventOutcome
from vardkase.exchange.sync.parallel_store import LANES, lanes
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.run_records import SyncRunRecorder, all_set_aside, take_back
from vardkase.identity.access.actor import Actor
from vardkase.intel.problems import EventProblem
from vardkase.intel.protection.services import Signed
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.misp.flags import as_int
from vardkase.misp.time import LARGEST_LEAD

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Concurrent requests."""
WAITING = 8
"""Responses held in memory until they are stored."""
VIEW = (
    "events/view/{uuid}/deleted[]:0/deleted[]:1/excludeGalaxy:1/includeEventCorrelations:0"
    "/includeFeedCorrelations:0/includeWarninglistHits:0"
)


type Wanted = tuple[str, int]
"""An event's uuid, and the version that was offered."""

type Result = tuple[EventOutcome, Problem | None]
"""What became of an event, and why."""

type Storing = tuple[Wanted, Future[Result]]


@dataclass(frozen=True, slots=True)
class Intake:
    """Fetches and stores the events of one connection."""

    actor: Actor
    peer: Peer
    passage: InboundFilter

    def take(self, book: SyncRunRecorder, wanted: Sequence[Wanted]) -> None:
        """Fetch and store events. Raises Cancelled, Outage, Unreachable."""
        aside = all_set_aside(self.peer.server)
        storing: deque[Storing] = deque()
        with lanes(len(wanted)) as pool:
            try:
                for event, answer in self._fetch_all(wanted):
                    storing.append((event, pool.submit(self._outcome, event[0], answer)))
                    while storing and (storing[0][1].done() or len(storing) > LANES):
                        self._record(book, aside, *storing.popleft())
            finally:  # Also when the run is cancelled: events already being stored belong in its record.
                while storing:
                    self._record(book, aside, *storing.popleft())

    def _record(
        self, book: SyncRunRecorder, aside: Container[str], event: Wanted, stored: Future[Result]
    ) -> None:
        (uuid, timestamp), (outcome, reason) = event, stored.result()
        if uuid in aside and outcome in (EventOutcome.ADDED, EventOutcome.UPDATED):
            take_back(self.peer.server, uuid)
        book.event(uuid, timestamp, outcome, reason)

    def _fetch_all(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Future[Reply]]]:
        pending: deque[tuple[Wanted, Future[Reply]]] = deque()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pull") as pool:
            try:
                for event in wanted:
                    pending.append((event, pool.submit(self._request, event[0])))
                    if len(pending) >= WAITING:
                        yield pending.popleft()
                while pending:
                    yield pending.popleft()
            finally:
                for _, answer in pending:
                    answer.cancel()

    def _request(self, uuid: str) -> Reply:
        path = VIEW.format(uuid=uuid) + ("" if self.passage.trusted else "/excludeLocalTags:1")
        return self.peer.with_retries("GET", path)

    def _outcome(self, uuid: str, answer: Future[Reply]) -> Result:
        """The outcome for an event, and why; a bad event does not stop the others. Raises Outage."""
        try:
            return self._stored(uuid, answer.result())
        except RemoteRefused as refused:
            return EventOutcome.CUT if refused.status in AWAY else EventOutcome.FAILED, refused.problem
        except Unreachable as cut:
            return EventOutcome.CUT, cut.problem
        except OutgoingFailed as failed:
            return EventOutcome.FAILED, failed.problem
        except VardkaseError as refused:
            return EventOutcome.REFUSED, refused.problem
        except Exception as fault:
            raise_if_infrastructure_error(fault)
            log.exception("event %s of connection %s", uuid, self.peer.server.pk)
            return EventOutcome.FAILED, SyncProblem.NOT_READ(error=type(fault).__name__)

    def _stored(self, uuid: str, reply: Reply) -> Result:
        answer = decoded(reply)
        event = answer.get("Event") if isinstance(answer, dict) else None
        if not isinstance(event, dict) or str(event.get("uuid")).lower() != uuid:
            raise OutgoingFailed(SyncProblem.NOT_THE_EVENT())
        arrived = self.passage.event(event)
        if is_empty(event):  # As received: what the rules leave out does not make an event empty.
            return EventOutcome.EMPTY, SyncProblem.EMPTY()
        signature = reply.headers.get("x-pgp-signature")
        signed = Signed(reply.content, signature) if signature else None
        return retry_on_conflict(lambda: self._store(uuid, arrived, signed))

    @transaction.atomic
    def _store(self, uuid: str, arrived: Document, signed: Signed | None) -> Result:
        # Thousands of small transactions: one that a crash loses is fetched again by the next run.
        commit_asynchronously()
        # An event from the future would be newer than all its later versions, and keep them out.
        if (as_int(arrived.get("timestamp")) or 0) > now_seconds() + LARGEST_LEAD:
            return EventOutcome.REFUSED, SyncProblem.AHEAD_OF_TIME()
        stored = cursor().execute(STORED, (uuid,)).fetchone()
        if stored is None:
            added = add_event(self.actor, arrived, signed)
            return EventOutcome.ADDED, EventProblem.QUARANTINED() if added.is_quarantined else None
        number, locked, timestamp, is_quarantined = stored
        if is_quarantined:
            return EventOutcome.REFUSED, EventProblem.QUARANTINED()
        if not locked and not self.passage.trusted:
            return EventOutcome.KNOWN, SyncProblem.MADE_HERE()
        if (as_int(arrived.get("timestamp")) or 0) <= timestamp:
            return EventOutcome.KNOWN, SyncProblem.KNOWN_HERE()
        if self.peer.server.remove_missing_tags:
            arrived = _without_missing_tags(number, arrived)
        changed = edit_event(self.actor, number, arrived, signed)
        return EventOutcome.UPDATED, EventProblem.QUARANTINED() if changed.is_quarantined else None


def _without_missing_tags(event_id: int, arrived: Document) -> Document:
    """The document, extended to remove each global tag that it no longer names."""
    rows = cursor().execute(GLOBAL_TAGS, {"event": event_id}).fetchall()
    stored: dict[str | None, set[str]] = {}
    for uuid, name in rows:
        stored.setdefault(uuid, set()).add(name)
    return {
        **_detaching_tags(arrived, stored.get(None, set())),
        "Attribute": [_attribute_detaching(attribute, stored) for attribute in parts(arrived, "Attribute")],
        "Object": [
            {
                **holder,
                "Attribute": [_attribute_detaching(inner, stored) for inner in parts(holder, "Attribute")],
            }
            for holder in parts(arrived, "Object")
        ],
    }


def _attribute_detaching(attribute: Document, stored: dict[str | None, set[str]]) -> Document:
    return _detaching_tags(attribute, stored.get(str(attribute.get("uuid")).lower(), set()))


def _detaching_tags(part: Document, stored: set[str]) -> Document:
    named = {str(tag.get("name")).lower() for tag in parts(part, "Tag")}
    gone = [{"name": name, "deleted": True} for name in sorted(stored) if name.lower() not in named]
    return {**part, "Tag": [*parts(part, "Tag"), *gone]} if gone else part


STORED = "SELECT id, locked, timestamp, quarantined FROM event WHERE uuid = %s"

# Without an attribute for the tags of the event itself.
GLOBAL_TAGS = """
SELECT NULL, t.name FROM event_tag et JOIN tag t ON t.id = et.tag_id
WHERE et.event_id = %(event)s AND NOT et.local
UNION ALL
SELECT a.uuid::text, t.name
FROM attribute_tag at JOIN tag t ON t.id = at.tag_id JOIN attribute a ON a.id = at.attribute_id
WHERE at.event_id = %(event)s AND NOT at.local
"""
