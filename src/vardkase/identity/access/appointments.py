"""Agreeing to a new officer: another officer than who proposed them, and not the one it is about."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import Appointment, User
from vardkase.identity.accounts.rules import is_one_mailbox
from vardkase.identity.accounts.services import appointments, staff
from vardkase.identity.accounts.services.users import locked, target_of
from vardkase.identity.accounts.staff import DECIDE

State = Appointment.State


def waiting_appointments(actor: Actor) -> QuerySet[Appointment]:
    """What waits for an officer, the oldest first. Raises Forbidden for who is none."""
    actor.require_staff(*DECIDE)
    return appointments.waiting().select_related("user__org")


def appointments_to_answer(actor: Actor) -> int:
    """How many appointments wait for this very officer."""
    others = waiting_appointments(actor).exclude(user=actor.user_id or 0)
    return others.exclude(proposed_by=actor.user_id or 0).count()


@transaction.atomic
def agree_to_appointment(actor: Actor, pk: int) -> User:
    """Give the duties that wait. Raises NotFound, Conflict, Invalid when the account may not have them, Forbidden."""
    found = _to_answer(actor, pk)
    user = locked(found.user) if found.user else None
    if user is None or not user.is_active:
        raise Conflict(gettext("The account is off, or gone."))
    staff.refuse(user, found.staff_roles)
    _decide(actor, found, State.AGREED)
    return staff.give(actor, user, found.staff_roles, proposed_by=found.proposed_by_name)


@transaction.atomic
def decline_appointment(actor: Actor, pk: int) -> None:
    """Leave the account as it is. Raises NotFound, Conflict, Forbidden."""
    found = _to_answer(actor, pk)
    _decide(actor, found, State.DECLINED)
    if found.user:
        record(
            actor, "user.appointment_declined", target_of(found.user), {"proposed_by": found.proposed_by_name}
        )


def _to_answer(actor: Actor, pk: int) -> Appointment:
    """What waits, locked, for an officer who may answer."""
    actor.require_writing()
    actor.require_staff(*DECIDE)
    found = Appointment.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound(gettext("There is no such appointment."))
    if actor.user_id is None or actor.login or _concerns(found, actor):
        raise Forbidden(
            gettext("Another officer has to agree: neither who proposed it, nor who it is about.")
        )
    if found.state != State.WAITING:
        raise Conflict(gettext("This is decided already."))
    return found


def _concerns(found: Appointment, actor: Actor) -> bool:
    """Whether the actor proposed it, or is who it is about, with this account or with another of the same mailbox."""
    about = found.user.email if found.user else found.email
    mailboxes = (found.proposed_by_name, about)
    return actor.user_id in (found.proposed_by, found.user_id) or any(
        is_one_mailbox(actor.name, each) for each in mailboxes
    )


def _decide(actor: Actor, found: Appointment, state: str) -> None:
    found.state, found.decided_by_name, found.decided_at = state, actor.name[:255], timezone.now()
    found.save(update_fields=["state", "decided_by_name", "decided_at"])
