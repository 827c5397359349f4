"""Invariant: an installation always has somebody who can administer it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from vardkase.core.errors import Invalid
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.rules import is_active
from vardkase.identity.accounts.services.protection import is_protected
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import (
    WITHOUT_MEMBERSHIP,
    host_organisation_id,
    membership_is_in_use,
)

# Any fixed number: two changes that each would leave one administrator must not pass each other.
LAST_ADMINISTRATOR = 0x4C41_5354


def keep_a_site_admin() -> None:
    """Call after a change, in its transaction: raises Invalid, which rolls it back, if no site administrator
    is left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LAST_ADMINISTRATOR])
    active = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    if not User.objects.filter(active, role__perm_site_admin=True, disabled=False).exists():
        raise Invalid(AccountProblem.LAST_SITE_ADMIN())


def keep_an_administrator(actor: Acting, before: Iterable[User]) -> None:
    """Call after a change of accounts, in its transaction, with the accounts before it, roles fetched.

    Raises Invalid, which rolls it back, if a member has no administrator left: nobody else could create one,
    and done from outside it would amount to a suspension, which two officers decide. In that case an
    administrator added by the same person does not count.
    """
    now = timezone.now()
    lost = {user.org_id for user in before if administers(user) and is_active(user, now)}
    if not lost or not membership_is_in_use():
        return
    members = Organisation.objects.filter(pk__in=lost).exclude(fixed_standing__in=WITHOUT_MEMBERSHIP)
    active = Q(expiration__isnull=True) | Q(expiration__gt=now)
    left = User.objects.filter(active, _administers(), org__in=lost, disabled=False)
    if actor.user_id is not None:
        own = User.objects.filter(pk=actor.user_id).values("org")
        left = left.exclude(~Q(org__in=own), invited_by=actor.user_id)
    if members.exclude(pk__in=left.values("org")).exclude(pk=host_organisation_id() or 0).exists():
        raise Invalid(AccountProblem.LAST_ADMINISTRATOR())


def without_the_last(users: Iterable[User]) -> list[User]:
    """Those of `users` that may all be disabled, without the last administrators and deciding users.

    Never the last site administrator, an organisation's last administrator, or a user with a deciding duty
    (`protection`). Of several administrators the oldest account is kept. Role and organisation must be
    fetched.
    """
    users = [user for user in users if not is_protected(user)]
    active = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    leaving = {user.pk for user in users}
    others = User.objects.filter(active, disabled=False).exclude(pk__in=leaving)
    kept: set[int] = set()
    if not others.filter(role__perm_site_admin=True).exists():
        kept |= set(sorted(user.pk for user in users if user.role.perm_site_admin)[:1])
    organisations = {user.org_id for user in users}
    administered = set(
        others.filter(_administers(), org_id__in=organisations).values_list("org_id", flat=True).distinct()
    )
    for organisation in organisations - administered:
        administrators = [user.pk for user in users if user.org_id == organisation and administers(user)]
        if not kept.intersection(administrators):
            kept |= set(sorted(administrators)[:1])
    return [user for user in users if user.pk not in kept]


def administers(user: User) -> bool:
    return user.role.perm_site_admin or (user.role.perm_admin and not user.role.perm_sync)


def _administers() -> Q:
    return Q(role__perm_site_admin=True) | Q(role__perm_admin=True, role__perm_sync=False)
