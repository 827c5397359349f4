"""Protects officers and auditors from impersonation: the only guard on changes to their credentials and duties.

Every use case that changes a key, password, second factor, e-mail address, role, organisation, duty or the state of an
account asks `require_change` of each account that it changes.
"""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem, KeyProblem, RoleProblem
from vardkase.identity.accounts.services.credentials import is_another
from vardkase.identity.accounts.services.key_limits import is_limited
from vardkase.identity.accounts.staff import DECIDE, OVERSEE, staff_roles
from vardkase.identity.organisations.acting import Acting

CHANGE, CHANGE_LAST = "change_officer_account", "change_account_of_only_officer"
"""The actions that another person approves (`account_approvals`)."""
DECIDING = [duty.value for duty in DECIDE]
PROTECTED = [duty.value for duty in OVERSEE]


class ApprovalNeeded(Forbidden):
    """An officer has to approve a change to the account of another officer or an auditor; `user_id` is that
    account."""

    def __init__(self, user: User) -> None:
        self.user_id = user.pk
        super().__init__(AccountProblem.NEEDS_OFFICER(email=user.email))


def is_protected(user: User) -> bool:
    return not staff_roles(user.staff_roles).isdisjoint(OVERSEE)


def protected_users() -> QuerySet[User]:
    return User.objects.filter(staff_roles__overlap=PROTECTED)


def deciding_users() -> QuerySet[User]:
    return User.objects.filter(staff_roles__overlap=DECIDING)


def refuse_key_for_staff(actor: Acting, user: User) -> None:
    """Raise Forbidden if `actor` would obtain a key of a user with a duty at the hub, whatever their own
    duties."""
    if staff_roles(user.staff_roles) and is_another(actor, user):
        raise Forbidden(KeyProblem.OWNER_ONLY(email=user.email))


def require_change(actor: Acting, user: User, approval: Approval | None = None) -> None:
    """Check a change to the identity or credentials of `user`; most accounts need only permission.

    Officers and auditors change their own in a session with step-up authentication, others' only with the
    approval of an officer. Raises StepUpRequired, ApprovalNeeded.
    """
    if not is_protected(user) or is_approved(user, approval):
        return
    if is_another(actor, user):
        raise ApprovalNeeded(user)
    actor.require_step_up()


def needs_session(actor: Acting, user: User) -> bool:
    """True if changing the user's own password and address requires step-up authentication.

    Until the hub has had two officers a key without limits is enough, as in MISP, whose clients do that;
    never for users with a deciding duty.
    """
    return actor.key is None or is_limited(actor.key) or is_protected(user) or in_use()


def is_approved(user: User, approval: Approval | None) -> bool:
    if approval is None:
        return False
    return approval.request.action in (CHANGE, CHANGE_LAST) and approval.request.subject == str(user.pk)


def refuse_two_offices(user: User) -> None:
    """Raise Invalid for a site administrator with a deciding duty; `user` is not saved yet.

    Otherwise the person who manages accounts, roles and settings would also decide on members, and check
    their own decisions.
    """
    if user.role.perm_site_admin and not staff_roles(user.staff_roles).isdisjoint(DECIDE):
        raise Invalid({"role_id": [AccountProblem.OFFICER_AND_SITE_ADMIN()]})


def refuse_offices_of_role(role_id: int) -> None:
    """As `refuse_two_offices`, for everyone with a role that makes site administrators."""
    if deciding_users().filter(role=role_id).exists():
        raise Invalid({"perm_site_admin": [RoleProblem.SITE_ADMIN_OF_OFFICERS()]})
