"""Uploads one event: rendered for the peer, signed if protected, then added or edited there (§4.4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from vardkase.core.errors import Forbidden, VardkaseError
from vardkase.core.outages import raise_if_infrastructure_error
from vardkase.core.problems import Problem
from vardkase.exchange.errors import Unreachable
from vardkase.exchange.http import Reply
from vardkase.exchange.request_retries import AWAY
from vardkase.exchange.servers.peer import Peer, RemoteRefused, decoded, message_of
from vardkase.exchange.sync.candidates import PushCandidate
from vardkase.exchange.sync.models import EventOutcome
from vardkase.exchange.sync.outbound import OutboundFilter
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.formats.misp_json import event_document
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.identity.access.actor import Actor
from vardkase.intel.protection import services as protection
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_bool

log = logging.getLogger(__name__)

BENIGN = "Event in the request not newer than the local copy."
OPTIONS = EventOptions(
    deleted=Deleted.BOTH,
    exclude_galaxy=True,
    no_shadow_attributes=True,
    include_attachments=True,
    include_all_tags=True,
    include_event_correlations=False,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Uploads events: the receiver, the reader they are rendered for, and the outbound filter."""

    peer: Peer
    reader: Actor
    departure: OutboundFilter

    def outcome(self, candidate: PushCandidate) -> tuple[EventOutcome, Problem | None]:
        """Send one event; returns the outcome and why. A failed event does not stop the others. Raises
        Outage."""
        try:
            return self._send(candidate)
        except RemoteRefused as refused:
            return EventOutcome.CUT if refused.status in AWAY else EventOutcome.FAILED, refused.problem
        except Unreachable as cut:
            return EventOutcome.CUT, cut.problem
        except VardkaseError as failed:
            return EventOutcome.FAILED, failed.problem
        except Exception as fault:
            raise_if_infrastructure_error(fault)
            log.exception("event %s for connection %s", candidate.uuid, self.peer.server.pk)
            return EventOutcome.FAILED, SyncProblem.NOT_SENT(error=type(fault).__name__)

    def _send(self, candidate: PushCandidate) -> tuple[EventOutcome, Problem | None]:
        document = msgspec.json.decode(b"".join(event_document(self.reader, candidate.id, OPTIONS)))
        event = self.departure.event(document["Event"])
        # Encoded once: the signature of a protected event is over exactly these bytes.
        body = msgspec.json.encode({"Event": event})
        headers = self._signature(candidate, body) if as_bool(event.get("protected")) else {}
        exists = self.is_there(candidate.uuid)
        reply = self._edit(candidate.uuid, body, headers) if exists else self._add(body, headers)
        if exists and reply.status == 404:  # Deleted since the HEAD request.
            reply = self._add(body, headers)
        elif reply.status == 404 and (known := _existing_event(reply)):
            reply = self._edit(known, body, headers)
        # MISP refuses an older version with 403 and this sentence only: there is no code for it.
        if reply.status == 403 and BENIGN in message_of(reply):
            return EventOutcome.KNOWN, SyncProblem.KNOWN_THERE()
        decoded(reply)
        return EventOutcome.SENT, None

    def _signature(self, candidate: PushCandidate, body: bytes) -> dict[str, str]:
        """The signature of a protected event. Raises Forbidden if our key is not one of the event's."""
        if not protection.may_be_vouched_for(candidate.id):
            raise Forbidden(SyncProblem.PROTECTED())
        signature, _content = protection.signed([body])
        return {"x-pgp-signature": signature}

    def _add(self, body: bytes, headers: dict[str, str]) -> Reply:
        return self.peer.ask("POST", "events/add/metadata:1", body, headers=headers)

    def _edit(self, reference: str, body: bytes, headers: dict[str, str]) -> Reply:
        return self.peer.ask("POST", f"events/edit/{reference}/metadata:1", body, headers=headers)

    def is_there(self, uuid: str) -> bool:
        return self.peer.with_retries("HEAD", f"events/view/{uuid}").status == 200


def _existing_event(reply: Reply) -> str:
    """The existing event named by a refusal: the last part of its Location header."""
    known = reply.headers.get("location", "").rpartition("/")[2]
    return known if known.isdecimal() or UUID.fullmatch(known.lower()) else ""
