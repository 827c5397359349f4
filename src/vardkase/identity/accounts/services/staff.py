"""Queries for the hub's staff."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from vardkase.core.errors import Forbidden
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import appointments
from vardkase.identity.accounts.services.duties import give, refuse
from vardkase.identity.accounts.services.users import locked
from vardkase.identity.organisations.acting import Acting


@transaction.atomic
def appoint(actor: Acting, user: User, names: Iterable[str], reason: str = "") -> User:
    """Give `user` exactly the duties `names` (values of StaffRole); site administrators only, never to
    themselves.

    Operators and auditors may not either: they could lift their own restrictions through another account of
    theirs. An officer's duty takes two people from the second officer on (`appointments`): the account
    returned then has its old duties. Raises Forbidden, and Invalid under `staff_roles` for a duty that is
    unknown, excluded by another one, or reserved for the hub's own people, and under `reason` if a second
    person has to approve and none is given.
    """
    actor.require_writing()
    if not actor.is_site_admin or actor.may_not_read_content or user.pk == actor.user_id:
        raise Forbidden
    user = locked(user)
    wanted = sorted(set(names))
    refuse(user, wanted)
    # Otherwise an earlier proposal would undo this when it is approved.
    appointments.drop_waiting(actor, user)
    if not appointments.makes_officer(user, wanted):
        return give(actor, user, wanted)
    appointments.propose_officer(actor, user, wanted, reason)
    return locked(user)
