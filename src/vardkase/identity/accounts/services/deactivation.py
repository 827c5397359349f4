"""Removes all access of an organisation that leaves, and gives it back to its people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.last_administrator import keep_a_site_admin
from vardkase.identity.accounts.services.protection import PROTECTED, protected_users, require_change
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting


def end_accounts(actor: Acting, organisation_id: int) -> dict[str, Any]:
    """Disable all accounts of an organisation, end sessions and keys; returns how many ``users, keys``, and the
    ``accounts`` by id.

    Runs in the caller's transaction; the caller has checked permissions. Raises Invalid if no site
    administrator would be left.
    """
    for user in protected_users().filter(org=organisation_id):
        require_change(actor, user)
    now = now_seconds()
    keys = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now), user__org=organisation_id)
    ended = keys.update(expiration=now - 1)
    users = User.objects.filter(org=organisation_id, disabled=False)
    accounts = sorted(users.select_for_update().values_list("pk", flat=True))
    disabled = users.update(disabled=True, force_logout=True)
    keep_a_site_admin()
    record(
        actor,
        IdentityAction.USER_ALL_SWITCHED_OFF,
        Target("organisation", organisation_id),
        {"users": disabled, "keys": ended},
    )
    return {"users": disabled, "keys": ended, "accounts": accounts}


def enable_accounts(actor: Acting, organisation_id: int, accounts: Collection[int]) -> int:
    """Enable accounts that `end_accounts` disabled, but no key; returns how many.

    Not one that has left the organisation, or that has got a duty that protects it. Runs in the caller's
    transaction; the caller has checked permissions.
    """
    rows = User.objects.filter(org=organisation_id, pk__in=accounts, disabled=True)
    enabled = rows.exclude(staff_roles__overlap=PROTECTED).update(
        disabled=False, enabled_since=timezone.now()
    )
    target = Target("organisation", organisation_id)
    record(actor, IdentityAction.USER_ALL_ENABLED_AGAIN, target, {"users": enabled})
    return enabled
