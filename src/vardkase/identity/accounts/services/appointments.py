"""New officers, to whom another officer has to agree: nobody makes the officers that they need.

The first two are appointed by one person, for nobody is there yet. That there have been two is remembered, so that
taking their duties or accounts away is no way around them; when nobody is left, the console alone begins afresh.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.identity.accounts.models import Appointment, User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.accounts.staff import DECIDE, staff_roles
from vardkase.identity.organisations.acting import Acting

ENOUGH = 2
State = Appointment.State


def needs_second(actor: Acting, user: User, wanted: Sequence[str]) -> bool:
    """Whether another officer has to agree that a locked account gets the duties `wanted`."""
    if not (staff_roles(wanted) - staff_roles(user.staff_roles)) & DECIDE:
        return False
    if _others_ever(user) < ENOUGH:
        return False
    is_console = actor.user_id is None
    return not is_console or _who_could_agree(actor, user).exists()


def propose(actor: Acting, user: User, wanted: list[str]) -> Appointment:
    """Put down what waits for another officer."""
    made = _new(actor, user, wanted, State.WAITING)
    record(actor, "user.appointment_proposed", target_of(user), {"staff_roles": [user.staff_roles, wanted]})
    return made


def remember(actor: Acting, user: User, wanted: list[str]) -> None:
    """Remember that an account got the duties of an officer without another one."""
    if (staff_roles(wanted) - staff_roles(user.staff_roles)) & DECIDE:
        _new(actor, user, wanted, State.ALONE)


def forget_waiting(actor: Acting, user: User) -> None:
    """Drop what waits for an account: something else has been decided of it."""
    user.appointments.filter(state=State.WAITING).update(
        state=State.DECLINED, decided_by_name=actor_name(actor), decided_at=timezone.now()
    )


def actor_name(actor: Acting) -> str:
    """Who acts, as it is remembered."""
    return actor.name[:255]


def officers() -> QuerySet[User]:
    """The accounts that are on and decide on members."""
    return active_users().filter(staff_roles__overlap=[role.value for role in DECIDE])


def _who_could_agree(actor: Acting, user: User) -> QuerySet[User]:
    return officers().exclude(pk__in=[user.pk, actor.user_id or 0])


def _others_ever(user: User) -> int:
    """How many other accounts have been officers, whether or not they are there still."""
    return _count(_holders().exclude(pk=user.pk), _given().exclude(user=user))


def has_had_officers() -> bool:
    """Whether the hub has had enough officers for two of them to decide, at whatever time."""
    return _count(_holders(), _given()) >= ENOUGH


def _holders() -> QuerySet[User]:
    return User.objects.filter(staff_roles__overlap=[role.value for role in DECIDE])


def _given() -> QuerySet[Appointment]:
    return Appointment.objects.filter(state__in=(State.AGREED, State.ALONE))


def _count(holders: QuerySet[User], given: QuerySet[Appointment]) -> int:
    return holders.values_list(Lower("email")).union(given.values_list(Lower("email"))).count()


def _new(actor: Acting, user: User, wanted: list[str], state: str) -> Appointment:
    decided = state != State.WAITING
    return Appointment.objects.create(
        user=user,
        email=user.email,
        staff_roles=wanted,
        state=state,
        proposed_by=actor.user_id,
        proposed_by_name=actor_name(actor),
        decided_by_name=actor_name(actor) if decided else "",
        decided_at=timezone.now() if decided else None,
    )


def waiting() -> QuerySet[Appointment]:
    """What waits for an officer, the oldest first."""
    return Appointment.objects.filter(~Q(user=None), state=State.WAITING).order_by("pk")
