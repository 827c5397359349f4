"""Services for requests: submit, approve what was seen, reject with a reason, withdraw, expire."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.snapshots import WHOLE, owner
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.policy.approvals import mails
from vardkase.hub.policy.approvals.queries import find_approval
from vardkase.hub.policy.approvals.rules import asking_rules, may_decide, require_second_person
from vardkase.hub.policy.evaluation import MatchedRule
from vardkase.hub.policy.models import ApprovalDecision, PolicyVersion, PublicationApproval
from vardkase.hub.policy.problems import PublicationApprovalProblem
from vardkase.hub.policy.queries import Policy
from vardkase.hub.policy.rules import DAYS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import reading_actor
from vardkase.intel.hooks import AttributesRemoved, EventOwnerChanged
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.services.publish import publish_agreed

LONGEST_REASON = 2000


def request_approval(
    actor: Actor, event: Event, policy: Policy, asking: Sequence[MatchedRule], *, notify: bool
) -> PublicationApproval:
    """Record that a locked event waits for a second person, and notify those who may decide.

    Idempotent for the same version; a request for an earlier version is closed.
    """
    digest = digest_of(event)
    before = PublicationApproval.objects.filter(event_id=event.pk, state=ApprovalDecision.WAITING).first()
    if before is not None:
        if before.digest == digest:
            return before
        _close(before, ApprovalDecision.CHANGED, actor.name)
    approval = PublicationApproval(
        policy=PolicyVersion.objects.get(pk=policy.version_id),
        organisation_id=policy.organisation_id,
        event_id=event.pk,
        event_uuid=event.uuid,
        event_info=event.info,
        digest=digest,
        rules=[met.number for met in asking],
        notify=notify,
        requester_id=actor.user_id,
        requester_name=actor.name,
        asked_at=timezone.now(),
    )
    # Several rules may ask: the shortest of their periods applies.
    days = min((rule.days for rule in asking_rules(approval)), default=DAYS)
    approval.expires_at = approval.asked_at + timedelta(days=days)
    approval.save()
    record(actor, HubAction.APPROVAL_REQUESTED, _target(approval), {"rules": approval.rules})
    mails.notify_deciders(actor, approval)
    return approval


def is_approved(event: Event, organisation_id: int) -> bool:
    approved = PublicationApproval.objects.filter(
        event_id=event.pk, organisation_id=organisation_id, state=ApprovalDecision.APPROVED
    )
    digests = list(approved.values_list("digest", flat=True))
    return bool(digests) and digest_of(event) in digests


def digest_of(event: Event) -> str:
    """SHA-256 of the event as its own organisation reads it, deleted parts included."""
    digest = hashlib.sha256()
    # As its owner reads it, so that the digest does not depend on who asks and who approves.
    for piece in event_document(owner(event.org_id), event.pk, WHOLE):
        digest.update(piece)
    return digest.hexdigest()


@transaction.atomic
def approve(actor: Actor, approval_id: int | str) -> PublicationApproval:
    """Publish exactly the version that was requested.

    If the event has changed, nothing is published and the request is closed as `changed`: a person must
    request it anew. An automatic request would let the person who changed it approve what nobody else has
    seen. Raises NotFound, Forbidden, StepUpRequired, Conflict if it is decided or expired, and as publishing.
    """
    approval = _to_decide(actor, approval_id)
    require_second_person(actor, approval)
    actor.require_step_up()
    # Locked before it is compared: nobody can change the event between the comparison and its publication.
    event = lock_event(actor, approval.event_id)
    if digest_of(event) != approval.digest:
        _close(approval, ApprovalDecision.CHANGED, actor.name)
        record(actor, HubAction.APPROVAL_OVERTAKEN, _target(approval))
        mails.notify_requester(actor, approval)
        return approval
    _close(approval, ApprovalDecision.APPROVED, actor.name)
    record(actor, HubAction.APPROVAL_APPROVED, _target(approval), {"requester": approval.requester_name})
    publish_agreed(actor, event.pk, notify=approval.notify)
    mails.notify_requester(actor, approval)
    return approval


@transaction.atomic
def reject(actor: Actor, approval_id: int | str, reason: str) -> PublicationApproval:
    approval = _to_decide(actor, approval_id)
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise Invalid({"reason": [PublicationApprovalProblem.REASON_LENGTH(most=LONGEST_REASON)]})
    _close(approval, ApprovalDecision.REJECTED, actor.name, reason.strip())
    record(actor, HubAction.APPROVAL_REJECTED, _target(approval), {"requester": approval.requester_name})
    mails.notify_requester(actor, approval)
    return approval


@transaction.atomic
def withdraw(actor: Actor, approval_id: int | str) -> PublicationApproval:
    actor.require_writing()
    approval = _waiting(actor, approval_id)
    if actor.user_id is None or approval.requester_id != actor.user_id:
        raise Forbidden(PublicationApprovalProblem.NOT_THE_REQUESTER())
    _close(approval, ApprovalDecision.WITHDRAWN, actor.name)
    record(actor, HubAction.APPROVAL_WITHDRAWN, _target(approval))
    return approval


@transaction.atomic
def expire_approvals() -> int:
    expired = list(
        PublicationApproval.objects.select_for_update().filter(
            state=ApprovalDecision.WAITING, expires_at__lte=timezone.now()
        )
    )
    for approval in expired:
        _close(approval, ApprovalDecision.EXPIRED, "")
        mails.notify_requester(reading_actor(approval.organisation_id, "hub"), approval)
    return len(expired)


def forget_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:  # the whole event was removed
        _close_those_of(removed.event_id)


def forget_taken_over(taken: EventOwnerChanged) -> None:
    _close_those_of(taken.event_id)


def _close_those_of(event_id: int) -> None:
    waiting = PublicationApproval.objects.filter(event_id=event_id, state=ApprovalDecision.WAITING)
    waiting.update(state=ApprovalDecision.WITHDRAWN, decided_at=timezone.now())


def _to_decide(actor: Actor, approval_id: int | str) -> PublicationApproval:
    actor.require_writing()
    approval = _waiting(actor, approval_id)
    if not may_decide(actor, approval):
        raise Forbidden(PublicationApprovalProblem.NOT_NAMED())
    if approval.expires_at <= timezone.now():
        raise Conflict(PublicationApprovalProblem.EXPIRED())
    return approval


def _waiting(actor: Actor, approval_id: int | str) -> PublicationApproval:
    pk = find_approval(actor, approval_id).pk
    approval = (
        # Only its own row: the policy is shared by all requests, and locking it would make them wait.
        PublicationApproval.objects.select_for_update(of=("self",)).select_related("policy").get(pk=pk)
    )
    if approval.state != ApprovalDecision.WAITING:
        raise Conflict(PublicationApprovalProblem.DECIDED())
    return approval


def _close(approval: PublicationApproval, state: ApprovalDecision, name: str, reason: str = "") -> None:
    approval.state, approval.decided_by, approval.reason = state, name, reason
    approval.decided_at = timezone.now()
    approval.save(update_fields=["state", "decided_by", "reason", "decided_at"])


def _target(approval: PublicationApproval) -> Target:
    return Target("event", approval.event_id, approval.event_uuid, approval.event_info)
