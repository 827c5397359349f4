"""Queries for an organisation's publication requests."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.policy.approvals.rules import may_decide
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.hub.policy.problems import PublicationApprovalProblem
from vardkase.hub.policy.queries import role_name
from vardkase.identity.access.actor import Actor

MOST_WAITING = 200
"""Requests looked at for an inbox; the oldest come first, and make room for others when they are decided."""


def approvals(actor: Actor) -> QuerySet[PublicationApproval]:
    """The requests of the actor's organisation, newest first; none if the actor may not read its events."""
    found = PublicationApproval.objects.filter(organisation_id=actor.organisation_id)
    found = found if actor.may_read else found.none()
    return found.select_related("policy", "requester").order_by("-asked_at", "-pk")


def find_approval(actor: Actor, approval_id: int | str) -> PublicationApproval:
    text = str(approval_id)
    found = approvals(actor).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if found is None:
        raise NotFound(PublicationApprovalProblem.NO_SUCH_REQUEST())
    return found


def waiting_for(actor: Actor) -> list[PublicationApproval]:
    waiting = approvals(actor).filter(state=ApprovalDecision.WAITING).order_by("asked_at")[:MOST_WAITING]
    role = role_name(actor) if waiting else ""
    return [each for each in waiting if may_decide(actor, each, role)]


def waiting_of_event(actor: Actor, event_id: int) -> PublicationApproval | None:
    return approvals(actor).filter(event_id=event_id, state=ApprovalDecision.WAITING).first()
