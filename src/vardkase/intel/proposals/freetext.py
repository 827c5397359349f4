"""Values found in a text, proposed to the event's owner by users who may not edit it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import read_proposal
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.services import announce, require_proposing
from vardkase.intel.services.freetext import FreetextOptions, document_of, values_in
from vardkase.intel.services.locking import lock_event
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.freetext import DetectedValue

AT_ONCE = 1_000

type Proposed = tuple[Proposal, DetectedValue]
"""A new proposal, and what was found."""


@transaction.atomic
def propose_freetext(actor: Actor, event_id: int, text: str, wishes: FreetextOptions) -> list[Proposed]:
    """Propose the values in a text for an event that the actor may read; the owner decides on distribution.

    Skips what the actor's organisation has already proposed, and what an import regexp excludes. Values that
    the event already has are not skipped: that would reveal hidden ones. Raises NotFound, Forbidden, Invalid.
    """
    require_proposing(actor)
    event = lock_event(actor, event_id)
    found = list(_new(actor, event, values_in(text, wishes.warned), wishes))
    Proposal.objects.bulk_create([proposal for proposal, _ in found], batch_size=AT_ONCE)
    if found:
        announce(actor, event)
        about = Target("event", event.pk, event.uuid, event.info)
        record(actor, IntelAction.PROPOSAL_ADDED, about, {"count": len(found)})
    return found


def _new(
    actor: Actor, event: Event, found: list[DetectedValue], wishes: FreetextOptions
) -> Iterator[Proposed]:
    own = Proposal.objects.filter(event=event, org_id=actor.organisation_id, attribute=None, deleted=False)
    known = set(own.values_list("type", "value1", "value2"))
    rewrite = import_filter()
    for each in found:
        try:
            proposal = read_proposal(document_of(each, wishes), rewrite)
        except Invalid as invalid:
            if invalid.errors != {"value": [MispProblem.BLOCKED_VALUE()]}:
                raise
            continue
        if (said := (proposal.type, proposal.value1, proposal.value2)) not in known:
            known.add(said)
            proposal.event, proposal.org_id, proposal.user_id = (
                event,
                actor.organisation_id,
                actor.user_id or 0,
            )
            yield proposal, each
