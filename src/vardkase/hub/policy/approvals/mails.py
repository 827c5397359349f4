"""Mail about publication requests, to approvers and the requester. It refers to the event by number only."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.policy.approvals.rules import deciders
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.identity.accounts.models import User

ABOUT = {
    ApprovalDecision.APPROVED: "approval_given",
    ApprovalDecision.REJECTED: "approval_refused",
    ApprovalDecision.EXPIRED: "approval_expired",
    ApprovalDecision.CHANGED: "approval_changed",
}


def notify_deciders(actor: AuditActor, approval: PublicationApproval) -> None:
    until = timezone.localdate(approval.expires_at)
    _notify(actor, "approval_asked", deciders(approval), approval, {"until": until})


def notify_requester(actor: AuditActor, approval: PublicationApproval) -> None:
    kind = ABOUT.get(ApprovalDecision(approval.state))
    if kind is not None and approval.requester is not None:
        _notify(actor, kind, [approval.requester], approval, {"name": approval.decided_by})


def _notify(
    actor: AuditActor, kind: str, to: Iterable[User], approval: PublicationApproval, facts: Facts
) -> None:
    known: Facts = {
        "event": approval.event_id,
        "requester": approval.requester_name,
        "link": f"{settings.BASE_URL}/policy/approvals/{approval.pk}/",
    }
    about = Target("event", approval.event_id, approval.event_uuid)
    notify(kind, about, map(Recipient.of, to), {**known, **facts}, by=actor.name)
