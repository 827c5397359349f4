"""Values found in a text, proposed to the event's owner by users who may not edit it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.freetext import FreetextOptions, document_of, values_in
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import read_proposal
from vardkase.intel.proposals.hooks import ProposalsWritten, proposals_written
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.services import announce, require_proposing
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.freetext import DetectedValue

AT_ONCE = 1_000

type ProposedValue = tuple[Proposal, DetectedValue]
"""A new proposal, and the value in the text that it comes from."""


@transaction.atomic
def propose_freetext(actor: Actor, event_id: int, text: str, options: FreetextOptions) -> list[ProposedValue]:
    """Propose the values in a text for an event that the actor may read; the owner decides on distribution.

    Skips what the actor's organisation has already proposed, and what an import regexp excludes. Values that
    the event already has are not skipped: that would reveal hidden ones. Raises NotFound, Forbidden, Invalid.
    """
    require_proposing(actor)
    event = lock_event(actor, event_id)
    proposed = list(_new(actor, event, values_in(text, options.warned), options))
    Proposal.objects.bulk_create([proposal for proposal, _ in proposed], batch_size=AT_ONCE)
    if proposed:
        proposals_written.emit(ProposalsWritten(event.pk, tuple(proposal.pk for proposal, _ in proposed)))
        announce(actor, event)
        record(actor, IntelAction.PROPOSAL_ADDED, event_target(event), {"count": len(proposed)})
    return proposed


def _new(
    actor: Actor, event: Event, values: list[DetectedValue], options: FreetextOptions
) -> Iterator[ProposedValue]:
    own = Proposal.objects.filter(event=event, org_id=actor.organisation_id, attribute=None, deleted=False)
    known = set(own.values_list("type", "value1", "value2"))
    rewrite = import_filter()
    for value in values:
        try:
            proposal = read_proposal(document_of(value, options), rewrite)
        except Invalid as invalid:
            if invalid.errors != {"value": [MispProblem.BLOCKED_VALUE()]}:
                raise
            continue
        # Compared after parsing: import regexps may have turned two values of the text into one.
        key = (proposal.type, proposal.value1, proposal.value2)
        if key not in known:
            known.add(key)
            proposal.event = event
            proposal.org_id, proposal.user_id = actor.organisation_id, actor.user_id or 0
            yield proposal, value
