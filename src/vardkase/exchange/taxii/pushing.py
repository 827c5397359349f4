"""Push: writes published events that may leave this hub to an external collection.

The other server belongs to no organisation of this hub: it gets what any organisation may read, without what is for
this hub's community only, and of that what the rules of a push to another hub let out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.jobs.problems import problem_of
from vardkase.core.jobs.progress import report
from vardkase.core.problems import CommonProblem
from vardkase.core.sandbox import LimitReached, ProgramFailed
from vardkase.core.sql import cursor
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.sync.outbound import OutboundFilter
from vardkase.exchange.taxii.client import TaxiiClient
from vardkase.exchange.taxii.contents import ADDED, SETTLED
from vardkase.exchange.taxii.ingest import IngestResult
from vardkase.exchange.taxii.models import Run, TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.problems import TaxiiServerProblem
from vardkase.exchange.taxii.run_records import note, running
from vardkase.formats.misp_json import EventOptions, separate_events
from vardkase.formats.stix.objects import object_writer
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.misp.distribution import Distribution

AT_ONCE = 20
"""Events that are read together."""
FULL = 1_000_000
"""Bytes of objects after which an envelope is sent; an event is not divided."""
LEAVING = (int(Distribution.CONNECTED), int(Distribution.ALL))
OPTIONS = EventOptions(
    include_event_correlations=False, no_sightings=True, no_shadow_attributes=True, exclude_local_tags=True
)


def push(actor: Actor | None, server: TaxiiServer) -> Run:
    """Send what was published since the last push; `actor` is who ordered it.

    Raises OutgoingFailed, Conflict without a collection.
    """
    if not server.collection:
        raise Conflict(TaxiiServerProblem.NO_COLLECTION())
    with running(server, TaxiiDirection.PUSH) as run:
        remote = TaxiiClient.of(server, patient=True)
        for envelope in _envelopes(server, run):
            status = remote.add(server.collection, list(envelope.objects.values()))
            note(run, _failures_in(status.get("failures")))
            run.objects_moved += len(envelope.objects)
            run.events += envelope.events
            server.pushed_to = envelope.up_to
            TaxiiServer.objects.filter(pk=server.pk).update(pushed_to=envelope.up_to)
            report(run.objects_moved)
    if actor is not None:
        record(
            actor,
            ExchangeAction.TAXII_SERVER_PUSHED,
            Target.of(server),
            {"count": run.objects_moved, "failed": run.refused},
        )
    return run


@dataclass(slots=True)
class _Envelope:
    """The objects of some events, each once; `up_to` is the publication time of the last event."""

    objects: dict[tuple[str, str], msgspec.Raw] = field(default_factory=dict)
    size: int = 0
    events: int = 0
    up_to: int = 0

    def take(self, added: int, bodies: Sequence[bytes]) -> None:
        for body in bodies:
            head = msgspec.json.decode(body, type=_Head)
            self.objects[head.id, head.modified] = msgspec.Raw(body)
            self.size += len(body)
        self.events += 1
        self.up_to = added


class _Head(msgspec.Struct):
    id: str
    modified: str = ""


def _envelopes(server: TaxiiServer, run: Run) -> Iterator[_Envelope]:
    """The envelopes to send, in order of publication; an event that cannot be converted to STIX does not stop
    the others."""
    envelope = _Envelope()
    for added, uuid, document in _leaving_events(server):
        if envelope.size > FULL:
            envelope.up_to = min(envelope.up_to, added - 1)  # The rest of a second is still to come.
            yield envelope
            envelope = _Envelope()
        try:
            # A process for each event: one that failed on an event is in no state to convert the next.
            with object_writer() as write:
                bodies = list(write(document))
            envelope.take(added, bodies)
        except (LimitReached, ProgramFailed, Invalid) as fault:
            note(run, [IngestResult(f"report--{uuid}", "", False, problem_of(fault))])
    if envelope.events:
        yield envelope


def _leaving_events(server: TaxiiServer) -> Iterator[tuple[int, str, bytes]]:
    outsider = Actor(
        user_id=None,
        name="TAXII push",
        organisation_id=0,
        organisation_name="",
        permissions=frozenset(),
        credential=Credential.JOB,
    )
    departure = OutboundFilter(internal=False)
    found = query(outsider, parse(Scope.EVENTS, {**server.filters, "published": 1}))
    parameters = {**found.parameters, "since": server.pushed_to, "leaving": list(LEAVING)}
    entries = cursor().execute(ENTRIES.format(found=found.sql), parameters).fetchall()
    for start in range(0, len(entries), AT_ONCE):
        part = dict(entries[start : start + AT_ONCE])
        documents = dict(separate_events(outsider, list(part), OPTIONS))
        for event_id, document in documents.items():
            event = msgspec.json.decode(document)["Event"]
            sent = {**departure.event(event), "Orgc": event.get("Orgc"), "published": True}
            yield part[event_id], event["uuid"], msgspec.json.encode({"Event": sent})


def _failures_in(failures: Any) -> list[IngestResult]:
    listed = (
        [failure for failure in failures if isinstance(failure, dict)] if isinstance(failures, list) else []
    )
    said = [(str(failure.get("id"))[:300], str(failure.get("message") or "")[:300]) for failure in listed]
    return [IngestResult(name, "", False, CommonProblem.QUOTED(said=words)) for name, words in said]


# Events of one second go together, as `pushed_to` names a second, not an event. A reader without groups knows the times
# of the columns themselves.
ENTRIES = f"""
SELECT e.id, e.publish_timestamp FROM event e
WHERE e.id IN ({{found}}) AND e.published AND e.distribution = ANY(%(leaving)s)
  AND e.publish_timestamp > %(since)s AND {SETTLED.replace(ADDED, "e.publish_timestamp")}
ORDER BY e.publish_timestamp, e.id
"""
