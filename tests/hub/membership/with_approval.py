"""Membership services that take two officers: one proposes, a colleague approves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.utils import timezone

from tests.factories import make_role, make_user
from tests.identity.two_people import approved
from vardkase.hub.membership.members import services
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.services import two_people
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

COLLEAGUE = "colleague.officer@hub.example"


def colleague(actor: Actor) -> User:
    """Another officer of the hub."""
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    found = User.objects.filter(email=COLLEAGUE).first()
    found = found or make_user(organisation, make_role("Colleague", []), COLLEAGUE)
    User.objects.filter(pk=found.pk).update(
        staff_roles=["legal_officer"]
    )  # The test may have removed the duty.
    return found


def approve(actor: Actor, request: ApprovalRequest | Membership) -> Membership:
    """What `actor`'s request results in once the colleague has approved it."""
    if isinstance(request, Membership):
        return request
    return cast(Membership, approved(colleague(actor), request))


def open_membership(actor: Actor, organisation: Organisation, data: dict[str, Any]) -> Membership:
    return approve(actor, services.open_membership(actor, organisation, data, "It was here before."))


def activate(actor: Actor, *given: Any) -> Membership:
    return approve(actor, services.activate(actor, *given))


def review_statement(actor: Actor, organisation_id: int, **given: Any) -> Statement:
    request = propose_review(actor, organisation_id, **given)
    return cast(Statement, approved(colleague(actor), request))


ADVERSE = {
    "milder_considered": "Det räcker inte att stänga av enskilda konton.",
    "hearing": "urgent",
    "hearing_note": "Andra medlemmars system var i fara.",
    "ground": "safety",
    "immediate": "interest",
    "immediate_note": "Andra medlemmars säkerhet väger tyngre än olägenheten.",
}
"""What a decision against a member states (25, 35 and 37 §§ förvaltningslagen)."""


def in_a_month() -> date:
    return timezone.localdate() + timedelta(days=30)


def proposed_suspension(
    actor: Actor, organisation_id: Any, kind: str, reason: str, adverse: Any = None, **more: Any
) -> ApprovalRequest:
    more = more if "until" in more else {"review_by": in_a_month(), **more}
    return services.suspend(actor, organisation_id, kind, reason, adverse or ADVERSE, **more)


def suspend(actor: Actor, organisation_id: Any, kind: str, reason: str, **more: Any) -> Membership:
    return approve(actor, proposed_suspension(actor, organisation_id, kind, reason, **more))


def restore(actor: Actor, *given: Any) -> Membership:
    return approve(actor, services.restore(actor, *given))


def terminate(actor: Actor, organisation_id: Any, reason: str, contributions: str) -> Membership:
    return approve(actor, services.terminate(actor, organisation_id, reason, contributions, ADVERSE))


def enter(actor: Actor, organisation_id: int) -> Membership:
    """Lets a member in as if its checklist were complete."""
    return two_people.enter(actor, Membership.objects.get(organisation=organisation_id), "")


def admitted(organisation_id: int) -> Membership:
    """The organisation's membership, active since before there were checklists."""
    found = Membership.objects.filter(organisation=organisation_id)
    found.update(state="active", activated=timezone.now())
    push(found.select_related("organisation").get())
    return found.select_related("organisation").get()
