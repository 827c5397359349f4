"""Whether the hub is in use: permanently, once it has had a second officer."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.rules import mailbox
from vardkase.identity.accounts.staff import DECIDE

ENOUGH = 2
APPOINT, BEGIN_AGAIN = "appoint_officer", "appoint_officer_when_none_is_left"
"""The actions that make officers: their requests remember everybody who has been one (`title` is the address)."""
ABOUT_OFFICER = reduce(
    or_,
    (
        Q(**{f"{field}__staff_roles__contains": duty.value})
        for field in ("parameters", "subject_state")
        for duty in DECIDE
    ),
)
"""Requests that give an officer's duty or take it away, not those about auditors."""


def in_use() -> bool:
    """True if the hub has ever had two officers; removing their duties or accounts does not undo it."""
    appointments = ApprovalRequest.objects.filter(
        ABOUT_OFFICER,
        action__in=(APPOINT, BEGIN_AGAIN),
        state__in=(RequestState.APPROVED, RequestState.ALONE),
    )
    ever = _holders(User.objects.all()).values_list("email").union(appointments.values_list("title"))
    # Two spellings of one mailbox are one person.
    return len({mailbox(email) for (email,) in ever}) >= ENOUGH


def officers() -> QuerySet[User]:
    return _holders(active_users())


def _holders(users: QuerySet[User]) -> QuerySet[User]:
    return users.filter(staff_roles__overlap=[role.value for role in DECIDE])
