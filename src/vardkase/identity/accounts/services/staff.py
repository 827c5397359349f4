"""Who is on the hub's staff."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.users import locked, target_of
from vardkase.identity.accounts.staff import OF_THE_HUB, StaffRole, are_in_conflict, staff_roles
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.settings import host_organisation_id


@transaction.atomic
def appoint(actor: Acting, user: User, names: Iterable[str]) -> User:
    """Give `user` exactly the duties `names` (values of StaffRole), for site administrators, and not to themselves.

    Nor do operators and auditors, who would lift from another account of theirs what binds it.

    Raises Forbidden, and Invalid under `staff_roles` for a duty that is unknown, that another one forbids, or that
    is for the hub's own people only.
    """
    actor.require_writing()
    if not actor.is_site_admin or actor.is_content_blind or user.pk == actor.user_id:
        raise Forbidden
    user = locked(user)
    wanted = sorted(set(names))
    _refuse(user, wanted)
    before, user.staff_roles = user.staff_roles, wanted
    user.save(update_fields=["staff_roles", "date_modified"])
    record(actor, "user.appointed", target_of(user), {"staff_roles": [before, wanted]})
    return user


def _refuse(user: User, wanted: list[str]) -> None:
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
