"""Who works at the hub's desks."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.staff import StaffRole

DESKS = (
    StaffRole.MEMBERSHIP_OFFICER,
    StaffRole.LEGAL_OFFICER,
    StaffRole.ANALYST,
    StaffRole.OPERATOR,
)
"""Duties that have an inbox."""


def staff() -> QuerySet[User]:
    users = active_users().filter(staff_roles__overlap=[duty.value for duty in DESKS])
    return users.select_related("org", "role").order_by("email")
