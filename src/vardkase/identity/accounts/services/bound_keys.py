"""API keys of sync accounts: restricted to addresses and expiring, if the organisation requires it."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import lazy

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.identity.accounts.key_days import end_of, latest_day
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.problems import KeyProblem
from vardkase.identity.accounts.settings import LONGEST_KEY
from vardkase.identity.organisations.models import SignInMode, SignInRule
from vardkase.identity.organisations.rules import lies_within

WIDEST = {4: 16, 6: 32}
"""The shortest prefixes that still count as being bound, by version of IP."""


def must_be_bound(user: User) -> bool:
    """True if the keys of `user` must be bound.

    Applies to sync users if their organisation enforces it, and to all users of a member if the hub owner
    requires it.
    """
    if SignInRule.KEYS in user.org.required_sign_in:
        return True
    return user.role.perm_sync and user.org.keys_mode == SignInMode.ENFORCE


def longest_key_of(user: User) -> int:
    return min(LONGEST_KEY.value, user.org.required_key_days or LONGEST_KEY.value)


def require_bound(key: AuthKey) -> None:
    """Raise Invalid by field for an unbound key that must be bound; `key` is not saved yet."""
    if not must_be_bound(key.user):
        return
    errors = {"allowed_ips": _addresses(key), "expiration": _end(key)}
    if faults := {field: [fault] for field, fault in errors.items() if fault}:
        raise Invalid(faults)


def bounds_of_former(user: User) -> dict[str, Any]:
    if not must_be_bound(user):
        return {}
    former = user.auth_keys.filter(allowed_ips__len__gt=0).order_by("-pk").first()
    addresses = former.allowed_ips if former else []
    return {"allowed_ips": addresses, "expiration": end_of(latest_day(now_seconds(), longest_key_of(user)))}


def _addresses(key: AuthKey) -> Problem | None:
    if not key.allowed_ips:
        return KeyProblem.NO_ADDRESSES()
    networks = [ipaddress.ip_network(written, strict=False) for written in key.allowed_ips]
    if any(network.prefixlen < WIDEST[network.version] for network in networks):
        return KeyProblem.TOO_WIDE()
    approved = key.user.org.egress_addresses if key.user.role.perm_sync else []
    if approved and not all(lies_within(network, approved) for network in networks):
        return KeyProblem.NOT_REGISTERED()
    return None


def _end(key: AuthKey) -> Problem | None:
    days = longest_key_of(key.user)
    if not key.expiration:
        return KeyProblem.NO_EXPIRATION()
    if key.expiration > end_of(latest := latest_day(key.created, days)):
        # Lazy: the month is written in the language of the reader.
        return KeyProblem.TOO_LATE(days=days, day=lazy(date_format, str)(latest, "j F Y"))
    return None
