"""Who works at the hub's desks."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.hub.open_tasks.registry import kinds_for_duties
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.staff import StaffRole, staff_roles

DESKS = (
    StaffRole.MEMBERSHIP_OFFICER,
    StaffRole.LEGAL_OFFICER,
    StaffRole.ANALYST,
    StaffRole.OPERATOR,
)
"""Duties that have an inbox."""
OFFICERS = frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER})


def staff() -> QuerySet[User]:
    users = active_users().filter(staff_roles__overlap=[duty.value for duty in DESKS])
    return users.select_related("org", "role").order_by("email")


def covers(duties: frozenset[StaffRole], user: User) -> bool:
    """True if holders of these duties get every kind of task that the user gets."""
    theirs = {kind.name for kind in kinds_for_duties(staff_roles(user.staff_roles))}
    return theirs <= {kind.name for kind in kinds_for_duties(duties)}


def colleagues_covered(actor: Actor) -> list[User]:
    """The actor, and those of the staff whose absence they register: whose tasks they get as well, and for an officer
    all other officers, since many hubs have one of each duty."""
    return [user for user in staff() if user.pk == actor.user_id or _may_register(actor, user)]


def _may_register(actor: Actor, user: User) -> bool:
    are_officers = not OFFICERS.isdisjoint(actor.staff) and not OFFICERS.isdisjoint(
        staff_roles(user.staff_roles)
    )
    return are_officers or covers(actor.staff, user)
