"""Who is on the hub's staff."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.accounts.hooks import officer_appointed
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import appointments
from vardkase.identity.accounts.services.users import locked, target_of
from vardkase.identity.accounts.staff import DECIDE, OF_THE_HUB, StaffRole, are_in_conflict, staff_roles
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.settings import host_organisation_id


@transaction.atomic
def appoint(actor: Acting, user: User, names: Iterable[str]) -> User:
    """Give `user` exactly the duties `names` (values of StaffRole), for site administrators, and not to themselves.

    Nor do operators and auditors, who would lift from another account of theirs what binds it. Once the hub has had two
    officers another one has to agree to a new one (`appointments`): the account that is returned has its duties as
    before then, and `waiting_appointment` finds what waits.

    Raises Forbidden, and Invalid under `staff_roles` for a duty that is unknown, that another one forbids, or that
    is for the hub's own people only.
    """
    actor.require_writing()
    if not actor.is_site_admin or actor.is_content_blind or user.pk == actor.user_id:
        raise Forbidden
    user = locked(user)
    wanted = sorted(set(names))
    refuse(user, wanted)
    appointments.forget_waiting(actor, user)
    if appointments.needs_second(actor, user, wanted):
        appointments.propose(actor, user, wanted)
        return user
    appointments.remember(actor, user, wanted)
    return give(actor, user, wanted)


def give(actor: Acting, user: User, wanted: list[str], *, proposed_by: str = "") -> User:
    """Give a locked account the duties `wanted`, which it may have."""
    before, user.staff_roles = user.staff_roles, wanted
    user.save(update_fields=["staff_roles", "date_modified"])
    change = {"staff_roles": [before, wanted]} | ({"proposed_by": proposed_by} if proposed_by else {})
    record(actor, "user.appointed", target_of(user), change)
    if (staff_roles(wanted) - staff_roles(before)) & DECIDE:
        officer_appointed.emit(actor)
    return user


def refuse(user: User, wanted: list[str]) -> None:
    """Raise Invalid when `user` may not hold the duties `wanted`."""
    roles = staff_roles(wanted)
    if len(roles) != len(wanted):
        known = ", ".join(role.value for role in StaffRole)
        raise Invalid({"staff_roles": [gettext("There is no such duty. The duties are: %s.") % known]})
    if are_in_conflict(roles):
        told = gettext("An operator or auditor can have no other duty: neither may read what is shared.")
        raise Invalid({"staff_roles": [told]})
    if roles & OF_THE_HUB and user.org_id != host_organisation_id():
        told = gettext("Only people of the organisation that runs the hub can be its officers and analysts.")
        raise Invalid({"staff_roles": [told]})
