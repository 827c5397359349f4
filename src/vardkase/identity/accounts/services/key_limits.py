"""Limits inherited from an API key: what it creates gets at most its addresses, expiry and read-only flag."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import Problem
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.accounts.problems import KeyProblem
from vardkase.identity.organisations.acting import Acting, PresentedKey
from vardkase.identity.organisations.rules import lies_within


def inherited(actor: Acting, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new key; limits missing or empty in `data` are inherited from the issuing key."""
    presented = actor.key
    if presented is None:
        return dict(data)
    limits = {"allowed_ips": list(presented.allowed_ips), "expiration": presented.expiration}
    return {
        **data,
        # "0" is MISP's way to write that a key never expires: a key with an end cannot pass on more than it has.
        **{
            name: limit
            for name, limit in limits.items()
            if limit and str(data.get(name) or "").strip() in ("", "0")
        },
    }


def require_no_wider(actor: Acting, key: AuthKey, former: AuthKey | None = None) -> None:
    """Raise Invalid by field if `key` (not saved yet) allows more than the key that issues or edits it.

    A limit no wider than that of `former`, the key before the change, may stay.
    """
    presented = actor.key
    if presented is None:
        return
    errors: dict[str, list[Problem]] = {}
    if not _lies_within(key.allowed_ips, presented.allowed_ips) and not (
        former is not None and _lies_within(key.allowed_ips, former.allowed_ips or ())
    ):
        errors["allowed_ips"] = [KeyProblem.MORE_ADDRESSES()]
    if _ends_later(key.expiration, presented.expiration) and (
        former is None or _ends_later(key.expiration, former.expiration)
    ):
        errors["expiration"] = [KeyProblem.LONGER()]
    if errors:
        raise Invalid(errors)


def require_unlimited(actor: Acting, field: str) -> None:
    """Raise Invalid under `field`, a credential for the pages, when a key with limits sets it.

    A password or an address has none of the key's limits, so it would pass on more than the key has.
    """
    if is_limited(actor.key):
        raise Invalid({field: [KeyProblem.LIMITED()]})


def require_no_limits(actor: Acting) -> None:
    """Raise Forbidden for a key with limits: the change would allow signing in without them."""
    if is_limited(actor.key):
        raise Forbidden(KeyProblem.OPENS_A_WAY_IN())


def is_limited(key: PresentedKey | None) -> bool:
    return key is not None and bool(key.allowed_ips or key.expiration)


def _lies_within(networks: Sequence[str] | None, others: Sequence[str]) -> bool:
    if not others:
        return True
    return bool(networks) and all(
        lies_within(ipaddress.ip_network(network, strict=False), others) for network in networks or ()
    )


def _ends_later(end: int, other: int) -> bool:
    return other != 0 and (end == 0 or end > other)
