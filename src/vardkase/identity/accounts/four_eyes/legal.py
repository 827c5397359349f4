"""Approvals that need a legal officer as one of the two: decisions on what the law or the terms say."""

from __future__ import annotations

from django.utils.translation import gettext

from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole, staff_roles
from vardkase.identity.organisations.acting import Acting


def lacks_legal_officer(actor: Acting, request: ApprovalRequest) -> str:
    """Why the actor may not approve: neither they nor the proposer is a legal officer. An `Action.conflict`."""
    if not request.pk or StaffRole.LEGAL_OFFICER in actor.staff:
        return ""
    proposer = User.objects.filter(pk=request.proposed_by or 0).first()
    if proposer is not None and StaffRole.LEGAL_OFFICER in staff_roles(proposer.staff_roles):
        return ""
    return gettext("One of the two has to be a legal officer.")
