"""Account recovery after losing the password, the second factor, or control of a session."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.account_links import mail_password_link
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.console import refuse_at_console
from vardkase.identity.accounts.services.credentials import end_all, note_who_set
from vardkase.identity.accounts.services.key_limits import require_unlimited
from vardkase.identity.accounts.services.passwords import one_time_password, set_password
from vardkase.identity.accounts.services.protection import is_approved, require_change
from vardkase.identity.accounts.services.restrictions import require_may_change_password
from vardkase.identity.accounts.services.users import locked, target_of
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting


@transaction.atomic
def reset_password(actor: Acting, user: User) -> str:
    """Give `user` a one-time password and return it; sessions and keys end.

    Raises Forbidden unless the actor administers the account, and ApprovalNeeded for users with a deciding
    duty.
    """
    user = _administered(actor, user)
    refuse_at_console(actor, user.org, user)
    require_change(actor, user)
    require_unlimited(actor, "password")
    return _reset(actor, user)


@transaction.atomic
def reset_password_by_link(actor: Acting, user: User, *, approval: Approval | None = None) -> None:
    user = _administered(actor, user, approval)
    require_change(actor, user, approval)
    _reset(actor, user)
    mail_password_link(user)


@transaction.atomic
def reset_second_factor(actor: Acting, user: User, *, approval: Approval | None = None) -> None:
    """Remove every second factor of `user`, who must set up a new one; sessions and keys end.

    Raises Forbidden unless the actor administers the account, and ApprovalNeeded for users with a deciding
    duty.
    """
    user = _administered(actor, user, approval)
    require_change(actor, user, approval)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    note_who_set(actor, user)
    ended = end_all(user)
    record(
        actor, IdentityAction.USER_SECOND_FACTOR_RESET, target_of(user), {"removed": removed, "keys": ended}
    )
    notify_of_changes(actor, user, [AccountChange.SECOND_FACTOR_RESET, AccountChange.KEYS_ENDED])


@transaction.atomic
def end_keys(actor: Acting, user: User, *, approval: Approval | None = None) -> None:
    user = _administered(actor, user, approval)
    require_change(actor, user, approval)
    ended = end_all(user)
    record(actor, IdentityAction.AUTH_KEY_ENDED, target_of(user), {"ended": ended})
    notify_of_changes(actor, user, [AccountChange.KEYS_ENDED])


def _reset(actor: Acting, user: User) -> str:
    require_may_change_password(actor, user)
    password = one_time_password()
    set_password(user, password)
    user.change_pw = True
    user.save()
    note_who_set(actor, user)
    ended = end_all(user)
    record(actor, IdentityAction.USER_PASSWORD_RESET, target_of(user), {"keys": ended})
    notify_of_changes(actor, user, [AccountChange.PASSWORD, AccountChange.KEYS_ENDED])
    return password


def _administered(actor: Acting, user: User, approval: Approval | None = None) -> User:
    actor.require_writing()
    user = locked(user)
    if not (is_approved(user, approval) or rules.may_administer(actor, user)):
        raise Forbidden
    return user
