"""Receiving proposals of other instances, and those inside event documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import is_shareable
from vardkase.identity.access.visibility import attribute_predicate, reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import identity_of, texts_of
from vardkase.intel.proposals.hooks import ProposalsWritten, proposals_written
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.services import announce
from vardkase.misp.distribution import Distribution

AT_ONCE = 1_000
SENT = ("timestamp", "deleted", "to_delete", "first_seen", "last_seen", "data_sha256")
REPLACED = (*SENT, "proposed_at")
"""The columns that a newer copy of a known proposal replaces."""


@dataclass(frozen=True, slots=True)
class KnownAttribute:
    id: int
    open: bool


@transaction.atomic
def receive_proposals(actor: Actor, event_id: int, received: Sequence[Proposal]) -> int:
    """Store a peer's proposals for one event, replacing older versions; returns how many were stored.

    Raises NotFound, Forbidden.
    """
    actor.require_writing(Permission.SYNC, Permission.ADD)
    event = lock_event(actor, event_id)
    stored = write_received(actor, event, received)
    if stored:
        record(
            actor,
            IntelAction.PROPOSAL_RECEIVED,
            event_target(event),
            {"count": len(stored)},
        )
        if still_open := sum(not proposal.deleted for proposal in stored):
            announce(actor, event, still_open)
    return len(stored)


def write_received(actor: Actor, event: Event, received: Sequence[Proposal]) -> list[Proposal]:
    if not received:
        return []
    uuids = list({str(proposal.uuid) for proposal in received})
    sql = ATTRIBUTES.format(visible=attribute_predicate(actor))
    rows = cursor().execute(sql, {**reader_parameters(actor), "event": event.pk, "uuids": uuids})
    attributes = {uuid: KnownAttribute(number, is_open) for uuid, number, is_open in rows}
    known = {
        identity_of(proposal): proposal for proposal in Proposal.objects.filter(event=event, uuid__in=uuids)
    }
    new: list[Proposal] = []
    replaced: list[Proposal] = []
    for proposal in received:
        about = attributes.get(str(proposal.uuid))
        # Without its attribute a proposal is for a new one, so there is nothing to delete. A proposal for an
        # attribute that is deleted, or that the actor may not read, is skipped silently.
        if proposal.to_delete if about is None else not about.open:
            continue
        if not is_shareable(Distribution.COMMUNITY, texts_of(proposal)):
            continue
        stored = known.get(identity_of(proposal))
        if stored is None:
            proposal.event, proposal.attribute_id = event, about.id if about else None
            known[identity_of(proposal)] = proposal
            new.append(proposal)
        elif proposal.timestamp > stored.timestamp:
            stored.proposed_at = stored.proposed_at or stored.timestamp
            for name in SENT:
                setattr(stored, name, getattr(proposal, name))
            if stored.pk is not None:  # Not one that this very list has brought: it is created below.
                replaced.append(stored)
    Proposal.objects.bulk_create(new, batch_size=AT_ONCE)
    Proposal.objects.bulk_update(replaced, REPLACED, batch_size=AT_ONCE)
    if written := [*new, *replaced]:
        proposals_written.emit(ProposalsWritten(event.pk, tuple(each.pk for each in written)))
    return written


ATTRIBUTES = """
SELECT a.uuid::text, a.id, NOT a.deleted AND {visible}
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.uuid = ANY(%(uuids)s::uuid[]) AND a.event_id = %(event)s
"""
