"""A push: what may go to another instance, and is newer than what it has (sync-protocol §4)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any
from uuid import UUID

import msgspec

from vardkase.core.errors import Conflict, Forbidden, Invalid, VardkaseError
from vardkase.core.outages import raise_outage
from vardkase.exchange.errors import OutgoingFailed, Unreachable
from vardkase.exchange.http import MEBIBYTE, Reply
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.models import Kind, State
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import AWAY, Peer, RemoteRefused, decoded, message_of
from vardkase.exchange.sync.arriving import Document
from vardkase.exchange.sync.candidates import Candidate, candidates, names_of_tags, reader_of
from vardkase.exchange.sync.leaving import Departure
from vardkase.exchange.sync.models import Direction, Outcome
from vardkase.exchange.sync.runs import Log, running
from vardkase.formats.misp_json import event_document
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.identity.access.actor import Actor
from vardkase.intel.protection import services as protection
from vardkase.misp.fields import UUID as UUID_PATTERN
from vardkase.misp.flags import as_bool

log = logging.getLogger(__name__)

FULL, INCREMENTAL, PUBLISHED = "full", "incremental", "published"
AT_A_TIME = 500
"""Publications in one run."""
SECONDS = 300.0
ASKED_AT_ONCE = 1000
BENIGN = "Event in the request not newer than the local copy."
NO_RIGHTS = "Remote instance is outdated or no permission to push."
OPTIONS = EventOptions(
    deleted=Deleted.BOTH,
    exclude_galaxy=True,
    no_shadow_attributes=True,
    include_attachments=True,
    include_all_tags=True,
    include_event_correlations=False,
)


DELIVERED = {
    Outcome.SENT: State.SENT,
    Outcome.KNOWN: State.KNOWN,
    Outcome.FAILED: State.FAILED,
    Outcome.CUT: State.WAITING,
}


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many events went out, and how many could not."""

    events: int
    failed: int


def receiver(server: Server) -> deliveries.Receiver:
    """A connection as a receiver of what is published."""
    return deliveries.Receiver(Kind.CONNECTION, server.pk, server.name)


def require_technique(technique: str) -> None:
    """Raise Invalid for what is neither a technique nor an event's id."""
    if technique not in (FULL, INCREMENTAL) and not technique.isdecimal():
        raise Invalid(f"Invalid push technique `{technique}`.")


def push(actor: Actor | None, server: Server, technique: str = FULL) -> Pushed:
    """Send what the other instance lacks. `technique` is full, incremental, or one event's id here.

    `actor` ordered it; None when the hub did by itself.

    Raises Invalid, Conflict when pushing is off, OutgoingFailed when the other instance cannot be asked at all or
    lets us send nothing, Cancelled, Outage.
    """
    require_technique(technique)
    if not server.push:
        raise Conflict("Push is not enabled for this server.")
    with running(server, Direction.PUSH, technique, actor.user_id if actor else None) as book:
        _Push(server, book).work(technique, [int(technique)] if technique.isdecimal() else None)
    return Pushed(book.counts["events"], book.counts["failed"])


def push_published(server: Server) -> None:
    """Send every publication that waits for a connection, the oldest first.

    Raises Unreachable when some could not be sent and wait on, and what `push` raises.
    """
    while waiting := deliveries.waiting(receiver(server), AT_A_TIME):
        with running(server, Direction.PUSH, PUBLISHED, None) as book:
            _Push(server, book).work(PUBLISHED, waiting)
        if book.cut:
            raise Unreachable("Some events could not be sent; the run says why.")


class _Push:
    """One push in the making."""

    def __init__(self, server: Server, book: Log) -> None:
        self.server, self.book = server, book
        self.peer = Peer(server, SECONDS, 16 * MEBIBYTE, patient=True)
        self.reader = reader_of(server)
        self.departure = Departure.of(server, names_of_tags(server.push_rules))

    def work(self, technique: str, event_ids: Sequence[int] | None) -> None:
        """Ask what the other instance wants of what may go (of `event_ids`, or at all), and send it."""
        version = self._version()
        if not version.get("perm_sync"):
            if version.get("perm_sighting"):
                self._settle(event_ids or (), State.WITHHELD, NO_RIGHTS)
                return
            raise OutgoingFailed(NO_RIGHTS)
        after = (self.server.lastpushedid or 0) if technique == INCREMENTAL else 0
        found = candidates(self.server, event_ids=event_ids, after=after)
        wanted = self._wanted(found)
        self.book.expect(len(wanted))
        self._stay(event_ids or (), found, wanted)
        failed = [each.id for each in wanted if not self._send(each)]
        self._remember(technique, found, failed)

    def _version(self) -> dict[str, Any]:
        try:
            found = self.peer.document("GET", "servers/getVersion")
        except RemoteRefused as refused:
            said = f"Error: Connection to the server has failed. Returned response code: {refused.status}"
            raise OutgoingFailed(said) from refused
        return found if isinstance(found, dict) else {}

    def _wanted(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Those that the other instance asks for."""
        wanted: set[str] = set()
        for some in batched(found, ASKED_AT_ONCE):
            asked = [{"Event": {"uuid": each.uuid, "timestamp": str(each.timestamp)}} for each in some]
            answer = self.peer.document("POST", "events/filterEventIdsForPush", asked)
            if isinstance(answer, list):
                wanted |= {str(uuid).lower() for uuid in answer}
        return [each for each in found if each.uuid in wanted]

    def _send(self, each: Candidate) -> bool:
        """Send one event, and write down what came of it; returns whether it arrived or was not needed."""
        outcome, reason = self._outcome(each)
        version = deliveries.Version(each.id, UUID(each.uuid), each.published)
        deliveries.settle(receiver(self.server), version, DELIVERED[outcome], reason)
        self.book.event(each.uuid, each.timestamp, outcome, reason)
        return outcome not in (Outcome.FAILED, Outcome.CUT)

    def _stay(
        self, event_ids: Sequence[int], found: Sequence[Candidate], wanted: Sequence[Candidate]
    ) -> None:
        """Write down what is not sent: it may not go there, or the other instance has it."""
        allowed, asked_for = {each.id for each in found}, {each.id for each in wanted}
        self._settle(set(event_ids) - allowed, State.WITHHELD, "The event does not go over this connection.")
        self._settle(allowed - asked_for, State.KNOWN, "The other instance has it as new.")

    def _settle(self, event_ids: Collection[int], state: State, reason: str) -> None:
        deliveries.settle_waiting(receiver(self.server), event_ids, state, reason)

    def _outcome(self, each: Candidate) -> tuple[Outcome, str]:
        try:
            return self._sent(each)
        except RemoteRefused as refused:
            return Outcome.CUT if refused.status in AWAY else Outcome.FAILED, str(refused)
        except Unreachable as cut:
            return Outcome.CUT, str(cut)
        except VardkaseError as failed:
            return Outcome.FAILED, str(failed)
        except Exception as fault:
            raise_outage(fault)
            log.exception("event %s for connection %s", each.uuid, self.server.pk)
            return Outcome.FAILED, f"This instance could not send the event ({type(fault).__name__})."

    def _sent(self, each: Candidate) -> tuple[Outcome, str]:
        event = self._event(each)
        body = msgspec.json.encode({"Event": event})
        headers = self._signature(each, body) if as_bool(event.get("protected")) else {}
        here = self.peer.patiently("HEAD", f"events/view/{each.uuid}").status == 200
        reply = self._edit(each.uuid, body, headers) if here else self._add(body, headers)
        if here and reply.status == 404:
            reply = self._add(body, headers)
        elif reply.status == 404 and (known := _place(reply)):
            reply = self._edit(known, body, headers)
        if reply.status == 403 and BENIGN in message_of(reply):
            return Outcome.KNOWN, "The other instance has it as new."
        decoded(reply)
        return Outcome.SENT, ""

    def _event(self, each: Candidate) -> Document:
        options = replace(OPTIONS, include_analyst_data=self.server.push_analyst_data)
        document = msgspec.json.decode(b"".join(event_document(self.reader, each.id, options)))
        return self.departure.event(document["Event"])

    def _signature(self, each: Candidate, body: bytes) -> dict[str, str]:
        """The signature of a protected event. Raises Forbidden when our key is none of the event's."""
        if not protection.may_be_vouched_for(each.id):
            raise Forbidden("The event is protected, and this instance's key is none of its keys.")
        signature, _content = protection.signed([body])
        return {"x-pgp-signature": signature}

    def _add(self, body: bytes, headers: dict[str, str]) -> Reply:
        return self.peer.ask("POST", "events/add/metadata:1", body, headers=headers)

    def _edit(self, reference: str, body: bytes, headers: dict[str, str]) -> Reply:
        return self.peer.ask("POST", f"events/edit/{reference}/metadata:1", body, headers=headers)

    def _remember(self, technique: str, found: Sequence[Candidate], failed: Sequence[int]) -> None:
        """Up to where everything has been sent: the next incremental push begins there."""
        if technique not in (FULL, INCREMENTAL) or not found:
            return
        last = min(failed) - 1 if failed else max(each.id for each in found)
        Server.objects.filter(pk=self.server.pk).update(lastpushedid=last)


def _place(reply: Reply) -> str:
    """The event that a refusal says is there already: the last part of its Location."""
    known = reply.headers.get("location", "").rpartition("/")[2]
    return known if known.isdecimal() or UUID_PATTERN.fullmatch(known.lower()) else ""
