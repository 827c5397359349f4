"""Private links: issued to one person, valid once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.onboarding import mails
from vardkase.hub.membership.onboarding.models import MemberLink
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.key_days import end_of, latest_day
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.credentials import note_owner_set
from vardkase.identity.accounts.services.keys import make_key
from vardkase.identity.accounts.services.passwords import set_password
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.audit_actions import IdentityAction

VALID_FOR = timedelta(days=7)
Purpose = MemberLink.Purpose


def make_link(
    actor: Actor,
    membership: Membership,
    user: User,
    purpose: MemberLink.Purpose,
    sent_to: str,
    *,
    allowed_ips: list[str] | None = None,
    key_days: int = 0,
) -> str:
    """Create a link, replacing unused ones for the same person and purpose; returns its URL."""
    MemberLink.objects.filter(user=user, purpose=purpose, used=None).delete()
    secret = secrets.token_urlsafe(24)
    MemberLink.objects.create(
        purpose=purpose, membership=membership, user=user, digest=_digest(secret), sent_to=sent_to,
        made_by=actor.name, expires=timezone.now() + VALID_FOR, allowed_ips=allowed_ips or [], key_days=key_days,
    )  # fmt: skip
    return private_address(f"/welcome/{purpose}/", secret)


def find_link(purpose: str, secret: str) -> MemberLink:
    """The link, unless it is used or expired, its account or membership is disabled, or, for a first
    password, the account has signed in since.

    Raises NotFound.
    """
    return first_or_not_found(
        MemberLink.objects.select_related("user__org", "user__role", "membership")
        .filter(
            purpose=purpose,
            digest=_digest(secret),
            used=None,
            expires__gt=timezone.now(),
            user__disabled=False,
        )
        .exclude(membership__state__in=(MembershipState.SUSPENDED, MembershipState.TERMINATED))
        .exclude(purpose=Purpose.PASSWORD, user__last_login__gt=F("made")),
        OnboardingProblem.LINK_IS_USED(),
    )


@transaction.atomic
def choose_password(actor: Actor, secret: str, password: str) -> User:
    link = _locked(Purpose.PASSWORD, secret)
    user = User.objects.select_for_update(of=("self",)).select_related("org").get(pk=link.user_id)
    set_password(user, password)
    user.change_pw = False
    user.save()
    note_owner_set(user)
    _use(link)
    record(actor, IdentityAction.USER_PASSWORD_CHANGED, target_of(user))
    return user


@transaction.atomic
def show_key(actor: Actor, secret: str) -> tuple[AuthKey, str]:
    """Create the key that a link is for; returns it and its 40 characters, which are not stored. Raises
    NotFound."""
    link = _locked(Purpose.KEY, secret)
    # Counted from when the link was made: opening it later makes no longer key.
    ends = end_of(latest_day(int(link.made.timestamp()), link.key_days))
    data = {"comment": gettext("Key of the connection"), "allowed_ips": link.allowed_ips, "expiration": ends}
    key, raw = make_key(actor, link.user, data)
    _use(link)
    facts = {"user": link.user.email, "allowed_ips": key.allowed_ips, "expiration": key.expiration}
    record(actor, IdentityAction.AUTH_KEY_CREATED, Target.of(key), facts)
    notify_of_changes(actor, link.user, [AccountChange.KEY_MADE], detail=str(key))
    mails.announce_key(actor, link.membership, link.user, key)
    return key, raw


def _locked(purpose: MemberLink.Purpose, secret: str) -> MemberLink:
    """The link, its row locked, so that only one of two simultaneous uses succeeds."""
    pk = find_link(purpose, secret).pk
    locked = MemberLink.objects.select_for_update(of=("self",)).filter(pk=pk, used=None)
    return first_or_not_found(
        locked.select_related("user", "membership__organisation"), OnboardingProblem.LINK_IS_USED()
    )


def _use(link: MemberLink) -> None:
    link.used = timezone.now()
    link.save(update_fields=["used"])


def _digest(secret: str) -> bytes:
    # A fast digest is enough: the secret is random and long, so that nobody can guess it.
    return hashlib.sha256(secret.encode()).digest()
