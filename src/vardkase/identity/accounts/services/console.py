"""The console neither reads nor writes on behalf of a member once membership is in use."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.staff import DECIDE, NO_CONTENT_ROLES, staff_roles
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id, membership_is_in_use

OTHERWISE_GUARDED = NO_CONTENT_ROLES | DECIDE
"""Duties whose holders read and send nothing of what is shared, or whose accounts two people change (`protection`)."""


def refuse_at_console(actor: Acting, organisation: Organisation, user: User | None = None) -> None:
    """Raise Forbidden if the console would get an account of another member, or act as its `user`."""
    if not actor.login or (
        user is not None and not staff_roles(user.staff_roles).isdisjoint(OTHERWISE_GUARDED)
    ):
        return
    if not organisation.has_membership or organisation.pk == host_organisation_id():
        return
    if membership_is_in_use():
        raise Forbidden(AccountProblem.MEMBER_AT_CONSOLE(organisation=organisation.name))
