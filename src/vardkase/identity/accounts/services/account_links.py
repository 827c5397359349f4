"""Mailed account links: confirming or cancelling an address change, setting a password.

A link is the page with the secret in its fragment, so that no log holds it; only a digest of the secret is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.accounts.models import AccountLink, User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.passwords import set_password
from vardkase.identity.audit_actions import IdentityAction

Purpose = AccountLink.Purpose
HOLDS = timedelta(days=1)
CANCELLABLE = timedelta(days=7)
PATHS: dict[str, str] = {
    Purpose.CONFIRM_ADDRESS: "/account-link/address/",
    Purpose.CANCEL_ADDRESS: "/account-link/cancel/",
    Purpose.SET_PASSWORD: "/account-link/password/",
}


def make_link(user: User, purpose: str, *, email: str = "") -> str:
    # A new link replaces those before it: only the last mail works.
    user.links.filter(purpose=purpose).delete()
    secret = secrets.token_urlsafe(32)
    holds = CANCELLABLE if purpose == Purpose.CANCEL_ADDRESS else HOLDS
    AccountLink.objects.create(
        user=user, purpose=purpose, digest=_digest(secret), email=email, expires=timezone.now() + holds
    )
    return f"{settings.BASE_URL}{PATHS[purpose]}#{secret}"


def find_link(purpose: str, secret: str) -> AccountLink:
    return first_or_not_found(
        AccountLink.objects.select_related("user__org", "user__role").filter(
            purpose=purpose, digest=_digest(secret), expires__gt=timezone.now()
        ),
        AccountProblem.LINK_GONE(),
    )


def use_link(purpose: str, secret: str) -> AccountLink:
    """Use up the link, in the caller's transaction, so that only one of two concurrent uses succeeds."""
    link = find_link(purpose, secret)
    # The number of deleted rows decides: of two concurrent uses one finds none left.
    deleted, _ = AccountLink.objects.filter(pk=link.pk).delete()
    if not deleted:
        raise NotFound(AccountProblem.LINK_GONE())
    return link


def mail_password_link(user: User) -> None:
    link = make_link(user, Purpose.SET_PASSWORD)
    notify("password_link", None, [Recipient(user.email, user.language)], {"link": link})


@transaction.atomic
def choose_password(visitor: AuditActor, secret: str, password: str) -> User:
    link = use_link(Purpose.SET_PASSWORD, secret)
    user = User.objects.select_for_update(of=("self",)).select_related("org", "role").get(pk=link.user_id)
    set_password(user, password)
    user.change_pw = False
    user.save()
    record(visitor, IdentityAction.USER_PASSWORD_CHANGED, Target("user", user.pk, title=user.email))
    notify_of_changes(visitor, user, [AccountChange.PASSWORD])
    return user


def _digest(secret: str) -> bytes:
    # Half a surrogate pair in a forged link is a wrong secret, and no error of the server.
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()
