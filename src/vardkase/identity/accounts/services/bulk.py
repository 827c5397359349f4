"""Bulk changes of accounts: a few statements and one audit row, however many accounts."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.notify import notify
from vardkase.core.private_links import page_address
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.queries import recipients, visible_users
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_all_of_change
from vardkase.identity.accounts.services.last_administrator import keep_a_site_admin, keep_an_administrator
from vardkase.identity.accounts.services.protection import protected_users, require_change
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting

SWITCHES = frozenset({"disabled", "autoalert", "contactalert"})
"""The fields that may be switched for many."""
MOST_AT_ONCE = 5_000


@transaction.atomic
def switch_field(actor: Acting, user_ids: Collection[int], field: str, on: bool) -> int:
    """Set one of `SWITCHES` of all of the accounts, or of none; returns their number.

    Raises NotFound if the actor may not see one of them, Forbidden if they may not change one, Invalid for
    another field, for disabling oneself, and for the last site administrator.
    """
    actor.require_writing()
    if field not in SWITCHES:
        raise Invalid({"field": [AccountProblem.FIELD_NOT_FOR_MANY()]})
    users = _chosen(actor, set(user_ids))
    if field == "disabled" and on and any(user.pk == actor.user_id for user in users):
        raise Invalid({"user_ids": [AccountProblem.DISABLES_ONESELF()]})
    turned = [user for user in users if getattr(user, field) != on]
    now = timezone.now()
    if field == "disabled":
        for user in turned:
            require_change(actor, user)
        notify_all_of_change(actor, turned, AccountChange.DISABLED if on else AccountChange.ENABLED)
        if not on:
            back = User.objects.filter(pk__in=[user.pk for user in turned])
            back.update(disabled_because="", enabled_since=now)
    ids = [user.pk for user in users]
    User.objects.filter(pk__in=ids).update(**{field: on}, date_modified=now)
    # After the change, because both look at what is left; an error rolls everything back.
    keep_a_site_admin()
    keep_an_administrator(actor, users)
    record(
        actor,
        IdentityAction.USER_EDITED,
        Target("user"),
        {field: on, "count": len(users), "users": sorted(ids)},
    )
    return len(users)


def _chosen(actor: Acting, wanted: set[int]) -> list[User]:
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise Invalid({"user_ids": [AccountProblem.NONE_OR_TOO_MANY()]})
    users = list(visible_users(actor).filter(pk__in=wanted).select_for_update(of=("self",)))
    # One that is not visible is refused like one that does not exist.
    if len(users) != len(wanted):
        raise NotFound(AccountProblem.NOT_FOUND())
    if not all(rules.may_administer(actor, user) for user in users):
        raise Forbidden
    return users


@transaction.atomic
def end_keys_of_sync_users(actor: Acting) -> int:
    """End every valid key of sync users, and notify them by mail; returns the number of accounts.

    Site administrators and users with a deciding duty keep theirs. MISP creates new keys and mails them; here
    only the owner ever sees a key, so each creates their own. Raises Forbidden for anyone but site
    administrators.
    """
    actor.require_writing()
    if not actor.is_site_admin:
        raise Forbidden
    now = now_seconds()
    machines = Q(user__role__perm_sync=True, user__role__perm_site_admin=False) & ~Q(
        user__in=protected_users()
    )
    valid = AuthKey.objects.filter(machines, Q(expiration=0) | Q(expiration__gt=now))
    owners = list(User.objects.filter(pk__in=valid.values("user")).order_by("pk"))
    ended = AuthKey.objects.filter(pk__in=valid.values("pk")).update(expiration=now - 1)
    people = recipients(owner for owner in owners if owner.is_active)
    notify("api_keys_revoked", None, people, {"link": page_address("/account/")})
    change = {"count": len(owners), "ended": ended, "users": [owner.pk for owner in owners]}
    record(actor, IdentityAction.AUTH_KEY_ENDED, Target("auth_key"), change)
    return len(owners)
