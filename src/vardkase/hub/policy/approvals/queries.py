"""Queries for an organisation's publication requests."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.policy.approvals.rules import may_decide
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.hub.policy.problems import PublicationApprovalProblem
from vardkase.hub.policy.queries import role_name
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import is_id

MOST_WAITING = 200
"""Requests looked at for an inbox; the oldest come first, and make room for others when they are decided."""


def approvals(actor: Actor) -> QuerySet[PublicationApproval]:
    """The requests of the actor's organisation, newest first; none if the actor may not read its events."""
    rows = PublicationApproval.objects.filter(organisation_id=actor.organisation_id)
    rows = rows if actor.may_read else rows.none()
    return rows.select_related("policy", "requester").order_by("-asked_at", "-pk")


def find_approval(actor: Actor, approval_id: int | str) -> PublicationApproval:
    text = str(approval_id)
    approval = approvals(actor).filter(pk=int(text)).first() if is_id(text) else None
    if approval is None:
        raise NotFound(PublicationApprovalProblem.NO_SUCH_REQUEST())
    return approval


def waiting_for(actor: Actor) -> list[PublicationApproval]:
    waiting = approvals(actor).filter(state=ApprovalDecision.WAITING).order_by("asked_at")[:MOST_WAITING]
    role = role_name(actor) if waiting else ""  # once, not once per request
    return [approval for approval in waiting if may_decide(actor, approval, role)]


def waiting_of_event(actor: Actor, event_id: int) -> PublicationApproval | None:
    return approvals(actor).filter(event_id=event_id, state=ApprovalDecision.WAITING).first()
