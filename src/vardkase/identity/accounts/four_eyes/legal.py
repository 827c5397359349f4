"""Approvals that need a legal officer as one of the two: decisions on what the law or the terms say."""

from __future__ import annotations

from vardkase.core.problems import Problem
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole, staff_roles
from vardkase.identity.organisations.acting import Acting


def lacks_legal_officer(actor: Acting, request: ApprovalRequest) -> Problem | None:
    """Why the actor may not approve: neither they nor the proposer is a legal officer. An `ApprovalAction.conflict`."""
    if not request.pk or StaffRole.LEGAL_OFFICER in actor.staff:
        return None
    proposer = User.objects.filter(pk=request.proposed_by or 0).first()
    if proposer is not None and StaffRole.LEGAL_OFFICER in staff_roles(proposer.staff_roles):
        return None
    return FourEyesProblem.NO_LEGAL_OFFICER()
