"""Removes all access of an organisation that leaves."""

from __future__ import annotations

from django.db.models import Q

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.last_administrator import keep_a_site_admin
from vardkase.identity.accounts.services.protection import protected_users, require_change
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting


def end_accounts(actor: Acting, organisation_id: int) -> dict[str, int]:
    """Disable all accounts of an organisation, end sessions and keys; returns how many ``users, keys``.

    Runs in the caller's transaction; the caller has checked permissions. Raises Invalid if no site
    administrator would be left.
    """
    for user in protected_users().filter(org=organisation_id):
        require_change(actor, user)
    now = now_seconds()
    keys = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now), user__org=organisation_id)
    ended = keys.update(expiration=now - 1)
    users = User.objects.filter(org=organisation_id, disabled=False)
    disabled = users.update(disabled=True, force_logout=True)
    keep_a_site_admin()
    record(
        actor,
        IdentityAction.USER_ALL_SWITCHED_OFF,
        Target("organisation", organisation_id),
        {"users": disabled, "keys": ended},
    )
    return {"users": disabled, "keys": ended}
