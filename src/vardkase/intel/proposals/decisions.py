"""How proposals were decided: kept beside them, and taken back by who decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import EventOwnerChanged
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Attribute
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.hooks import ProposalsReopened, proposals_reopened
from vardkase.intel.proposals.models import Proposal, ProposalDecision, ProposalOutcome
from vardkase.intel.proposals.queries import ProposalFilters, proposal_ids
from vardkase.intel.rules import may_modify_event

WITHOUT_EFFECT = (ProposalOutcome.DISCARDED, ProposalOutcome.WITHDRAWN)
WITH_EFFECT = (ProposalOutcome.ACCEPTED, ProposalOutcome.PARTLY_ACCEPTED, ProposalOutcome.CHANGED)
REOPENED_WITHIN = timedelta(days=1)
COMPARED = ("type", "category", "value", "to_ids", "comment", "first_seen", "last_seen")


def content_of(attribute: Attribute) -> dict[str, Any]:
    return {name: getattr(attribute, name) for name in COMPARED}


def contents_before(proposals: Sequence[Proposal]) -> dict[int, dict[str, Any]]:
    """Attribute id → what those that the proposals are about read now, with their timestamps."""
    ids = {each.attribute_id for each in proposals if each.attribute_id}
    return {
        attribute.pk: {**content_of(attribute), "timestamp": attribute.timestamp}
        for attribute in Attribute.objects.filter(pk__in=ids)
    }


def decide(
    actor: Actor,
    proposals: Sequence[Proposal],
    outcome: ProposalOutcome,
    before: Mapping[int, Mapping[str, Any]],
    fields: Collection[str] = (),
) -> None:
    """Close proposals of a locked event; `before` is of `contents_before`."""
    made = []
    for proposal in proposals:
        content = dict(before.get(proposal.attribute_id or 0, {}))
        changed_at = content.pop("timestamp", None)
        # A peer could name any time.
        is_known = bool(proposal.user_id) and changed_at is not None and changed_at < proposal.timestamp
        made.append(
            ProposalDecision(
                proposal=proposal,
                outcome=outcome,
                org_id=actor.organisation_id,
                user_id=actor.user_id,
                before=content or None,
                known_to_proposer=is_known,
                fields=sorted(fields),
            )
        )
    decided = [proposal.pk for proposal in proposals]
    ProposalDecision.objects.filter(proposal__in=decided).delete()
    ProposalDecision.objects.bulk_create(made)
    made_at = Coalesce("proposed_at", "timestamp")
    Proposal.objects.filter(pk__in=decided).update(deleted=True, proposed_at=made_at, timestamp=now_seconds())


@transaction.atomic
def reopen_proposals(
    actor: Actor, event_id: int, ids: Sequence[int], outcomes: Collection[ProposalOutcome] = WITHOUT_EFFECT
) -> int:
    """Open again proposals that the actor has discarded or withdrawn within a day; returns how many. Of those that
    were accepted, what they changed must have been taken back.

    Raises NotFound if any of them can no longer be opened, Conflict if its attribute has been deleted since.
    """
    actor.require_writing(Permission.ADD)
    event = lock_event(actor, event_id)
    readable = proposal_ids(actor, ProposalFilters(event_id=event_id, deleted=True))
    since = now_seconds() - int(REOPENED_WITHIN.total_seconds())
    decisions = ProposalDecision.objects.filter(
        proposal__in=set(readable).intersection(ids),
        proposal__deleted=True,
        proposal__timestamp__gte=since,
        outcome__in=outcomes,
        user=actor.user_id,
        org=actor.organisation_id,
    ).select_related("proposal__attribute")
    chosen = [decision.proposal for decision in decisions]
    own = all(proposal.org_id == actor.organisation_id for proposal in chosen)
    is_allowed = actor.user_id is not None and (own or may_modify_event(actor, event))
    if not chosen or len(chosen) != len(set(ids)) or not is_allowed:
        raise NotFound(ProposalProblem.NOT_REOPENED())
    if any(proposal.attribute is not None and proposal.attribute.deleted for proposal in chosen):
        raise Conflict(ProposalProblem.ATTRIBUTE_GONE())
    others = [each for each in chosen if each.user_id and each.org_id != event.org_id]
    decisions.delete()
    _open_again([proposal.pk for proposal in chosen])
    if others and not own:
        proposals_reopened.emit(ProposalsReopened.of(event.pk, others, accepted=outcomes is WITH_EFFECT))
    record(actor, IntelAction.PROPOSAL_REOPENED, event_target(event), {"count": len(chosen)})
    return len(chosen)


def _open_again(ids: Sequence[int]) -> None:
    # Later than the decision, which peers may have learned of: they take the newer of two copies.
    latest = Proposal.objects.filter(pk__in=ids).aggregate(Max("timestamp"))["timestamp__max"]
    Proposal.objects.filter(pk__in=ids).update(deleted=False, timestamp=max(now_seconds(), latest + 1))


def forget_former_owner(taken: EventOwnerChanged) -> None:
    """What the former owner has decided stays decided, without its name, and without what it had written."""
    cursor().execute(FORGET, (taken.event_id, taken.former_org_id))


FORGET = """
UPDATE proposal_decision d SET org_id = NULL, user_id = NULL, before = NULL
FROM proposal p WHERE p.id = d.proposal_id AND p.event_id = %s AND d.org_id = %s
"""
