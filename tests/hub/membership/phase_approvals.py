"""Phases, legal preconditions and terms changed by two officers: the actor proposes, a colleague approves."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.phases import services as phases
from vardkase.hub.membership.phases.models import LegalPrecondition, Phase
from vardkase.hub.membership.terms.models import Terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

WHY = "Beslutat i ledningsgruppen."
_numbers = count(1)


def colleague(seed: Seed, role: StaffRole = StaffRole.LEGAL_OFFICER) -> User:
    """A new member of the hub's staff."""
    return make_staff(seed, role, f"colleague{next(_numbers)}@hub.example")


def approve(seed: Seed, request: ApprovalRequest) -> Any:
    """What the request results in once a colleague has approved it."""
    return approved(colleague(seed), request)


def change_phase(seed: Seed, actor: Actor, number: int, data: dict[str, Any]) -> Phase:
    found: Phase = approve(seed, phases.propose_change(actor, number, data, WHY))
    return found


def record_in_force(seed: Seed, actor: Actor, name: str, since: date, reference: str) -> LegalPrecondition:
    found: LegalPrecondition = approve(seed, phases.propose_in_force(actor, name, since, reference))
    return found


def revoke(seed: Seed, actor: Actor, name: str, reason: str) -> LegalPrecondition:
    found: LegalPrecondition = approve(seed, phases.propose_revoking(actor, name, reason))
    return found


def publish(seed: Seed, actor: Actor, version: int, answer_by: date) -> Terms:
    found: Terms = approve(seed, propose_publishing(actor, version, answer_by, WHY))
    return found
