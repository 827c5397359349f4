"""A push: what may go to another instance, and is newer than what it has (sync-protocol §4)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any
from uuid import UUID

import msgspec

from vardkase.core.errors import Conflict, Forbidden, Invalid, VardkaseError
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Reply
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.models import Kind, State
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused, decoded, message_of
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

FULL, INCREMENTAL = "full", "incremental"
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

    `actor` ordered it; None when it follows from a publication.

    Raises Invalid, Conflict when pushing is off, OutgoingFailed when the other instance cannot be asked at all or
    lets us send nothing, Cancelled.
    """
    require_technique(technique)
    if not server.push:
        raise Conflict("Push is not enabled for this server.")
    with running(server, Direction.PUSH, technique, actor.user_id if actor else None) as book:
        _Push(server, book).work(technique)
    return Pushed(book.counts["events"], book.counts["failed"])


class _Push:
    """One push in the making."""

    def __init__(self, server: Server, book: Log) -> None:
        self.server, self.book = server, book
        self.peer = Peer(server, SECONDS, 16 * MEBIBYTE, patient=True)
        self.reader = reader_of(server)
        self.departure = Departure.of(server, names_of_tags(server.push_rules))

    def work(self, technique: str) -> None:
        """Ask what the other instance wants of what may go, and send it."""
        version = self._version()
        if not version.get("perm_sync"):
            if version.get("perm_sighting"):
                return
            raise OutgoingFailed(NO_RIGHTS)
        after = (self.server.lastpushedid or 0) if technique == INCREMENTAL else 0
        event_id = int(technique) if technique.isdecimal() else None
        found = candidates(self.server, event_id=event_id, after=after)
        wanted = self._wanted(found)
        self.book.expect(len(wanted))
        if event_id is not None and not wanted:
            self._stays(event_id, allowed=bool(found))
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
        return outcome is not Outcome.FAILED

    def _stays(self, event_id: int, *, allowed: bool) -> None:
        """Write down that an event was not sent: the other instance has it, or it may not go there."""
        state = State.KNOWN if allowed else State.WITHHELD
        deliveries.settle(receiver(self.server), deliveries.version_of(event_id), state)

    def _outcome(self, each: Candidate) -> tuple[Outcome, str]:
        try:
            return self._sent(each)
        except VardkaseError as failed:
            return Outcome.FAILED, str(failed)
        except Exception as fault:
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
        if technique.isdecimal() or not found:
            return
        last = min(failed) - 1 if failed else max(each.id for each in found)
        Server.objects.filter(pk=self.server.pk).update(lastpushedid=last)


def _place(reply: Reply) -> str:
    """The event that a refusal says is there already: the last part of its Location."""
    known = reply.headers.get("location", "").rpartition("/")[2]
    return known if known.isdecimal() or UUID_PATTERN.fullmatch(known.lower()) else ""
