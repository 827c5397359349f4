"""Services for accounts: add, edit, delete.

Administrators of an organisation act inside it and never assign, or change, a role above their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.fields import apply
from vardkase.core.problems import CommonProblem, Problem
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.problems import AccountProblem, RoleProblem
from vardkase.identity.accounts.services.bound_keys import must_be_bound
from vardkase.identity.accounts.services.change_mails import AccountChange, changes_between, notify_of_changes
from vardkase.identity.accounts.services.console import refuse_at_console
from vardkase.identity.accounts.services.credentials import (
    end_all,
    is_another,
    note_who_made_site_admins,
    note_who_set,
)
from vardkase.identity.accounts.services.key_limits import require_unlimited
from vardkase.identity.accounts.services.keys import issue_key
from vardkase.identity.accounts.services.last_administrator import keep_a_site_admin, keep_an_administrator
from vardkase.identity.accounts.services.passwords import one_time_password, set_password
from vardkase.identity.accounts.services.protection import (
    is_approved,
    needs_session,
    refuse_two_offices,
    require_change,
)
from vardkase.identity.accounts.services.restrictions import (
    require_may_add,
    require_may_change_login,
    require_may_change_password,
)
from vardkase.identity.accounts.staff import OF_THE_HUB, staff_roles
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import ADMIN, Acting
from vardkase.identity.organisations.attribution import is_reserved
from vardkase.identity.organisations.fields import number, short_text, text
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.queries import by_reference
from vardkase.identity.organisations.rules import has_verified_domain
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.misp.flags import as_bool

MASKED = frozenset("*")
BROWSER = "browser"


@transaction.atomic
def create_user(actor: Acting, data: Mapping[str, Any]) -> User:
    """Add an account from its wire fields (email, org_id, role_id, password, …).

    Without `role_id` it gets the default role, without `org_id` (or by an organisation's own administrator)
    the actor's organisation, without `password` a random one that nobody knows. Raises Invalid by field,
    Forbidden.
    """
    actor.require_writing()
    if not actor.is_site_admin and ADMIN not in actor.permissions:
        raise Forbidden
    if _password(data):
        require_unlimited(actor, "password")
    require_may_add(actor)
    # Empty keys and not null, as MISP was recorded to answer for a new account.
    user = User(change_pw=True, invited_by=actor.user_id or 0, gpgkey="", external_auth_key="")
    # As in MISP: where the numbers of the NIDS rules that the user exports begin.
    user.nids_sid = random.randint(1_000_000, 9_999_999)  # noqa: S311
    user.org = _organisation(actor, data)
    refuse_at_console(actor, user.org)
    role = _role(actor, data) or Role.objects.filter(default_role=True).first()
    if role is None:
        raise Invalid({"role_id": [RoleProblem.NOT_FOUND()]})
    user.role = role
    if not rules.may_assign(actor, user.role):
        raise Forbidden
    _apply(user, data, ADMINISTERED)
    set_password(user, _password(data) or one_time_password())
    user.save()
    note_who_set(actor, user)
    record(
        actor,
        IdentityAction.USER_CREATED,
        target_of(user),
        {"role": user.role.name, "organisation": user.org.name},
    )
    return user


@transaction.atomic
def create_user_with_key(actor: Acting, data: Mapping[str, Any]) -> tuple[User, str]:
    """Add an account with its first API key; returns the key's 40 characters.

    No key is created or returned if it must be bound to addresses that have not been given yet.
    """
    user = create_user(actor, data)
    if must_be_bound(user):
        return user, ""
    _, raw = issue_key(actor, user)
    return user, raw


@transaction.atomic
def edit_user(
    actor: Acting, user: User, data: Mapping[str, Any], *, approval: Approval | None = None
) -> User:
    """Change an account as its administrator; fields as in `create_user`.

    A new password or address ends its sessions and keys. `approval`: another officer's approval of the
    change. Raises Invalid, Forbidden, StepUpRequired, ApprovalNeeded.
    """
    actor.require_writing()
    user = locked(user)
    if not (is_approved(user, approval) or rules.may_administer(actor, user)):
        raise Forbidden
    refuse_at_console(actor, user.org, user)
    before = copy(user)
    if "org_id" in data and actor.is_site_admin:
        user.org = _organisation(actor, data)
        refuse_at_console(actor, user.org)
        if staff_roles(user.staff_roles) & OF_THE_HUB and user.org_id != host_organisation_id():
            raise Invalid({"org_id": [AccountProblem.STAFF_OF_ANOTHER()]})
    if role := _role(actor, data):
        if not (is_approved(user, approval) or rules.may_assign(actor, role)):
            raise Forbidden
        user.role = role
    _apply(user, data, ADMINISTERED)
    refuse_two_offices(user)
    if before.disabled and not user.disabled:
        user.disabled_because, user.enabled_since = "", timezone.now()
    return _saved(actor, user, data, before, approval=approval)


@transaction.atomic
def edit_own_account(actor: Acting, data: Mapping[str, Any]) -> User:
    """Change what users may change of their own account: mails, mail keys and, after step-up, the password.

    A new e-mail address must be confirmed first (`addresses.request_address`). Raises Invalid, Forbidden,
    StepUpRequired.
    """
    actor.require_writing()
    user = own_account(actor)
    before = copy(user)
    _apply(user, data, OWN)
    if user.email != before.email and needs_session(actor, user):
        raise Forbidden(AccountProblem.EMAIL_ON_ACCOUNT_PAGE())
    if _password(data):
        actor.require_step_up()
    return _saved(actor, user, data, before)


@transaction.atomic
def change_password(actor: Acting, password: str) -> User:
    """Set the password of the actor's own account. Raises StepUpRequired, and Invalid if the policy refuses
    it.

    No step-up is needed to replace a one-time password: the user has just signed in with it.
    """
    actor.require_writing()
    user = own_account(actor)
    if needs_session(actor, user) and not (
        rules.has_given_password(user) and actor.credential_name == BROWSER
    ):
        actor.require_step_up()
    require_may_change_password(actor, user)
    set_password(user, password)
    user.change_pw = False
    user.save()
    record(actor, IdentityAction.USER_PASSWORD_CHANGED, target_of(user))
    notify_of_changes(actor, user, [AccountChange.PASSWORD])
    return user


@transaction.atomic
def delete_user(actor: Acting, user: User, *, approval: Approval | None = None) -> None:
    actor.require_writing()
    user = locked(user)
    if not (is_approved(user, approval) or rules.may_administer(actor, user)):
        raise Forbidden
    require_change(actor, user, approval)
    target = target_of(user)
    notify_of_changes(actor, user, [AccountChange.DELETED])
    before = copy(user)
    user.delete()
    keep_a_site_admin()
    keep_an_administrator(actor, [before])
    record(actor, IdentityAction.USER_DELETED, target)


def target_of(user: User) -> Target:
    return Target("user", user.pk, title=user.email)


def locked(user: User) -> User:
    # `of`: the organisation and the role are joined, and locking them would hold up all their other users.
    return User.objects.select_for_update(of=("self",)).select_related("org", "role").get(pk=user.pk)


def own_account(actor: Acting) -> User:
    if actor.user_id is None:
        raise Forbidden
    return User.objects.select_for_update(of=("self",)).select_related("org", "role").get(pk=actor.user_id)


def _saved(
    actor: Acting, user: User, data: Mapping[str, Any], before: User, *, approval: Approval | None = None
) -> User:
    password = _password(data)
    require_may_change_login(actor, before.email, user.email)
    if not is_another(actor, user):
        if user.change_pw and not before.change_pw:
            # Somebody else's session would then change the password without the second factor.
            raise Forbidden(AccountProblem.ASKS_ONESELF())
        _require_own_session(actor, user, before, password)
    changed = changes_between(before, user) + ([AccountChange.PASSWORD] if password else [])
    if changed or (user.change_pw, user.force_logout) != (before.change_pw, before.force_logout):
        require_change(actor, user, approval)
    if password:
        require_may_change_password(actor, user)
        require_unlimited(actor, "password")
        set_password(user, password)
    if user.email != before.email:
        require_unlimited(actor, "email")
    user.save()
    keep_a_site_admin()
    keep_an_administrator(actor, [before])
    if user.role.perm_site_admin and not before.role.perm_site_admin:
        note_who_made_site_admins(actor, User.objects.filter(pk=user.pk))
    if (password or user.email != before.email) and is_another(actor, user):
        note_who_set(actor, user)
        # Until then MISP's clients go on with the key of an account whose address they have changed.
        if in_use():
            end_all(user)
            changed.append(AccountChange.KEYS_ENDED)
    former, current = _facts(before), _facts(user)
    change: dict[str, Any] = {
        name: [former[name], current[name]] for name in FACTS if former[name] != current[name]
    }
    # Of the other fields only the names: some of them hold keys and identities elsewhere.
    change["fields"] = sorted(name for name in ADMINISTERED if name in data)
    change["password"] = bool(password)
    record(actor, IdentityAction.USER_EDITED, target_of(user), change)
    notify_of_changes(actor, user, changed, also_to=before.email)
    return user


def _require_own_session(actor: Acting, user: User, before: User, password: str) -> None:
    if user.email != before.email and needs_session(actor, user):
        raise Forbidden(AccountProblem.EMAIL_ON_ACCOUNT_PAGE())
    if password and needs_session(actor, user):
        actor.require_step_up()


FACTS = ("email", "role", "organisation", "disabled")


def _facts(user: User) -> dict[str, Any]:
    return dict(zip(FACTS, (user.email, user.role.name, user.org.name, user.disabled), strict=True))


def _password(data: Mapping[str, Any]) -> str:
    """The password in `data`; asterisks, as in an account read from the API, mean no change."""
    password = str(data.get("password") or "")
    return "" if set(password) <= MASKED else password


def _organisation(actor: Acting, data: Mapping[str, Any]) -> Organisation:
    if not actor.is_site_admin or not data.get("org_id"):
        return Organisation.objects.get(pk=actor.organisation_id)
    condition = by_reference(str(data["org_id"]))
    organisation = Organisation.objects.filter(condition).first() if condition is not None else None
    if organisation is None:
        raise Invalid({"org_id": [OrganisationProblem.NOT_FOUND()]})
    if is_reserved(organisation.uuid):
        raise Invalid({"org_id": [OrganisationProblem.OF_ANONYMOUS()]})
    return organisation


def _role(actor: Acting, data: Mapping[str, Any]) -> Role | None:
    if not data.get("role_id"):
        return None
    text = str(data["role_id"])
    condition = by_reference(text) if text.isdecimal() else None
    role = Role.objects.filter(condition).first() if condition is not None else None
    if role is None:
        raise Invalid({"role_id": [RoleProblem.NOT_FOUND()]})
    return role


def _apply(user: User, data: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> None:
    apply(user, data, readers)
    if errors := _email_errors(user) or _domain_errors(user):
        raise Invalid(errors)


def _domain_errors(user: User) -> dict[str, list[Problem]]:
    enforced = user.org.domains_mode == SignInMode.ENFORCE or SignInRule.DOMAINS in user.org.required_sign_in
    if not enforced or has_verified_domain(user.email, user.org.verified_domains):
        return {}
    # An account from before the rule keeps its address, or nobody could edit anything else of it.
    if user.pk and User.objects.filter(pk=user.pk, email=user.email, org=user.org).exists():
        return {}
    return {"email": [AccountProblem.DOMAIN_NOT_VERIFIED()]}


def _email_errors(user: User) -> dict[str, list[Problem]]:
    domains = user.org.restricted_to_domain
    if not user.email:
        return {"email": [CommonProblem.NOT_AN_EMAIL()]}
    if domains and user.email.rpartition("@")[2].lower() not in domains:
        return {"email": [AccountProblem.DOMAIN_NOT_ACCEPTED()]}
    if User.objects.exclude(pk=user.pk).filter(email__iexact=user.email).exists():
        return {"email": [AccountProblem.EMAIL_TAKEN()]}
    return {}


def check_address(user: User, email: Any) -> str:
    """`email` as a valid address for `user`. Raises Invalid. The account is left unchanged."""
    tried = copy(user)
    _apply(tried, {"email": email}, OWN)
    return tried.email


def read_email(value: Any) -> str:
    address = short_text(value)
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(CommonProblem.NOT_AN_EMAIL()) from None
    return address


def read_moment(value: Any) -> datetime | None:
    if value in (None, "", 0, "0", False):
        return None
    if str(value).isdecimal():
        return datetime.fromtimestamp(int(value), UTC)
    moment = parse_datetime(str(value)) or parse_datetime(f"{value} 00:00:00")
    if moment is None:
        raise Invalid(AccountProblem.NOT_A_MOMENT())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


OWN: dict[str, Callable[[Any], Any]] = {
    "email": read_email,
    "autoalert": as_bool,
    "contactalert": as_bool,
    "gpgkey": text,
    "certif_public": text,
    "nids_sid": number,
    "newsread": number,
    "notification_daily": as_bool,
    "notification_weekly": as_bool,
    "notification_monthly": as_bool,
}
ADMINISTERED: dict[str, Callable[[Any], Any]] = {
    **OWN,
    "termsaccepted": as_bool,
    "change_pw": as_bool,
    "disabled": as_bool,
    "expiration": read_moment,
    "force_logout": as_bool,
    "external_auth_required": as_bool,
    "external_auth_key": text,
    "server_id": number,
}
