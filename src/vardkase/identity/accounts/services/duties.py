"""Assigning duties to accounts, and which combinations are allowed."""

from __future__ import annotations

from typing import Any

from vardkase.audit.services import record
from vardkase.core.errors import Invalid
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.hooks import officer_appointed
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.credentials import end_those_of_others, note_who_made_site_admins
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.accounts.staff import (
    DECIDE,
    NO_CONTENT_ROLES,
    OF_THE_HUB,
    OVERSEE,
    StaffRole,
    are_in_conflict,
    staff_roles,
)
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.settings import host_organisation_id


def give(actor: Acting, user: User, wanted: list[str], approval: Approval | None = None) -> User:
    if (staff_roles(wanted) ^ staff_roles(user.staff_roles)) & OVERSEE and approval is None:
        raise PermissionError("Two people make an officer or auditor.")
    before, user.staff_roles = user.staff_roles, wanted
    user.save(update_fields=["staff_roles", "date_modified"])
    change: dict[str, Any] = {"staff_roles": [before, wanted]}
    # Without an operator's or auditor's duty a site administrator decides again, so somebody else has just made one.
    if (
        user.role.perm_site_admin
        and staff_roles(before) & NO_CONTENT_ROLES
        and not staff_roles(wanted) & NO_CONTENT_ROLES
    ):
        note_who_made_site_admins(actor, User.objects.filter(pk=user.pk))
    changes = [AccountChange.DUTIES]
    if staff_roles(wanted) - staff_roles(before) and (ended := end_those_of_others(user)):
        change["keys_ended"] = ended
        changes.append(AccountChange.KEYS_ENDED)
    if approval is not None:
        change["proposed_by"] = approval.request.proposed_by_name
    record(actor, IdentityAction.USER_APPOINTED, target_of(user), change)
    notify_of_changes(actor, user, changes)
    if approval is not None:
        officer_appointed.emit(actor)
    return user


def refuse(user: User, wanted: list[str]) -> None:
    roles = staff_roles(wanted)
    if len(roles) != len(wanted):
        raise Invalid(
            {"staff_roles": [AccountProblem.UNKNOWN_DUTY(duties=[role.value for role in StaffRole])]}
        )
    if are_in_conflict(roles):
        raise Invalid({"staff_roles": [AccountProblem.DUTIES_IN_CONFLICT()]})
    if roles & DECIDE and user.role.perm_site_admin:
        raise Invalid({"staff_roles": [AccountProblem.OFFICER_AND_SITE_ADMIN()]})
    if roles & OF_THE_HUB and user.org_id != host_organisation_id():
        raise Invalid({"staff_roles": [AccountProblem.STAFF_OF_ANOTHER()]})
