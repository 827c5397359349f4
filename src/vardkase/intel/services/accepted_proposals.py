"""Accepting proposals so that it can be taken back: what they changed, and how they were decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Attribute
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.decisions import WITH_EFFECT, reopen_proposals
from vardkase.intel.proposals.models import Proposal, ProposalDecision
from vardkase.intel.undo.models import AttributeBefore
from vardkase.intel.undo.services import Undoable, undo, undoable


def accepted_undoably[T](
    actor: Actor, event_id: int, ids: Sequence[int], act: Callable[[], T]
) -> Undoable[T]:
    """Do `act`, which accepts these proposals. Raises what it raises."""
    proposals = Proposal.objects.filter(pk__in=ids, event=event_id)
    new = list(proposals.filter(attribute=None).values_list("uuid", flat=True))
    done = undoable(actor, event_id, _attribute_ids(event_id, ids), act, new=new)
    ProposalDecision.objects.filter(proposal__in=proposals, user=actor.user_id).update(point=done.point)
    return done


@transaction.atomic
def reopen_accepted(actor: Actor, event_id: int, proposal_id: int) -> int:
    """`take_acceptance_back` of a proposal and all that were accepted with it."""
    lock_event(actor, event_id)
    decisions = ProposalDecision.objects.filter(proposal__event=event_id, user=actor.user_id)
    decision = decisions.filter(proposal=proposal_id, point__isnull=False).first()
    if decision is None or decision.point_id is None:
        raise NotFound(ProposalProblem.NOT_REOPENED())
    together = list(decisions.filter(point=decision.point_id).values_list("proposal_id", flat=True))
    return take_acceptance_back(actor, event_id, together, decision.point_id)


@transaction.atomic
def take_acceptance_back(actor: Actor, event_id: int, ids: Sequence[int], point_id: int) -> int:
    """Undo what accepting these proposals has changed, and open them again; returns how many.

    Raises as `undo` and `reopen_proposals`, and NotFound if the change was of anything else: then nothing is undone.
    """
    lock_event(actor, event_id)
    changed = AttributeBefore.objects.filter(point=point_id, point__user=actor.user_id, point__event=event_id)
    if not set(changed.values_list("attribute_id", flat=True)) <= set(_attribute_ids(event_id, ids)):
        raise NotFound(ProposalProblem.NOT_REOPENED())
    undo(actor, event_id, point_id)
    return reopen_proposals(actor, event_id, ids, WITH_EFFECT)


def _attribute_ids(event_id: int, ids: Sequence[int]) -> list[int]:
    """Of what the proposals are about, and of what was made of them."""
    proposals = Proposal.objects.filter(pk__in=ids, event=event_id)
    made = Attribute.objects.filter(event=event_id, uuid__in=proposals.filter(attribute=None).values("uuid"))
    about = proposals.exclude(attribute=None).values_list("attribute_id", flat=True)
    return [*about, *made.values_list("pk", flat=True)]
