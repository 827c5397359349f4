"""Requests to publish, as an organisation sees them."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.policy.approvals.rules import may_decide
from vardkase.hub.policy.models import Approval, Decision
from vardkase.hub.policy.queries import role_name
from vardkase.identity.access.actor import Actor

MOST_WAITING = 200
"""Requests looked at for an inbox; the oldest come first, and make room for others when they are decided."""


def approvals(actor: Actor) -> QuerySet[Approval]:
    """The requests of the actor's organisation, newest first; none for those who may not read what they are about."""
    found = Approval.objects.filter(organisation_id=actor.organisation_id)
    found = found if actor.may_read else found.none()
    return found.select_related("policy", "requester").order_by("-asked_at", "-pk")


def find_approval(actor: Actor, approval_id: int | str) -> Approval:
    """One of them. Raises NotFound."""
    text = str(approval_id)
    found = approvals(actor).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if found is None:
        raise NotFound("Invalid approval.")
    return found


def waiting_for(actor: Actor) -> list[Approval]:
    """The requests that wait for this person, the oldest first."""
    waiting = approvals(actor).filter(state=Decision.WAITING).order_by("asked_at")[:MOST_WAITING]
    role = role_name(actor) if waiting else ""
    return [each for each in waiting if may_decide(actor, each, role)]


def waiting_of_event(actor: Actor, event_id: int) -> Approval | None:
    """The request that an event of the actor's organisation waits for."""
    return approvals(actor).filter(event_id=event_id, state=Decision.WAITING).first()
