"""Letting somebody in again who has lost their password, their second factor, or control of a session."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.credentials import note_who_set
from vardkase.identity.accounts.services.passwords import one_time_password, set_password
from vardkase.identity.accounts.services.users import locked, target_of
from vardkase.identity.organisations.acting import Acting


@transaction.atomic
def reset_password(actor: Acting, user: User) -> str:
    """Give `user` a password that must be changed at the first sign-in, and return it; sessions end.

    Raises Forbidden unless the actor administers the account.
    """
    user = _administered(actor, user)
    password = one_time_password()
    set_password(user, password)
    user.change_pw = True
    user.save()
    note_who_set(actor, user)
    record(actor, "user.password_reset", target_of(user))
    return password


@transaction.atomic
def reset_second_factor(actor: Acting, user: User) -> None:
    """Take every second factor of `user` away and sign them out everywhere; they set up a new one.

    Raises Forbidden unless the actor administers the account.
    """
    user = _administered(actor, user)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    user.force_logout = True
    user.save()
    note_who_set(actor, user)
    record(actor, "user.second_factor_reset", target_of(user), {"removed": removed})


def _administered(actor: Acting, user: User) -> User:
    actor.require_writing()
    user = locked(user)
    if not rules.may_administer(actor, user):
        raise Forbidden
    return user
