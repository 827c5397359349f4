"""API keys: 40 random letters and digits, shown once, stored as a digest."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import string
from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.problems import KeyProblem
from vardkase.identity.accounts.services.bound_keys import bounds_of_former, require_bound
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.console import refuse_at_console
from vardkase.identity.accounts.services.credentials import note_issuer, note_who_set
from vardkase.identity.accounts.services.key_limits import inherited, require_no_wider
from vardkase.identity.accounts.services.protection import refuse_key_for_staff, require_change
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.fields import text
from vardkase.misp.flags import as_bool

ALPHABET = string.ascii_letters + string.digits
LENGTH = 40
SHOWN = 4
MOST_NETWORKS = 200
"""Of one key. Each request with it looks through them."""
LONGEST_COMMENT = 10_000


@transaction.atomic
def issue_key(actor: Acting, user: User, data: Mapping[str, Any] | None = None) -> tuple[AuthKey, str]:
    """Create a key for `user`; returns it and the 40 characters, which are not stored.

    `data` may hold comment, expiration (ISO date or seconds; empty: never), read_only, allowed_ips (addresses
    and networks, as list or text); when a key creates it, it inherits that key's limits unless narrower ones
    are given. Raises Invalid by field, and Forbidden unless it is the actor's own account or one the actor
    administers.
    """
    _require_control(actor, user)
    refuse_key_for_staff(actor, user)
    refuse_at_console(actor, user.org, user)
    key, raw = make_key(actor, user, inherited(actor, data or {}))
    require_no_wider(actor, key)
    record(actor, IdentityAction.AUTH_KEY_CREATED, Target.of(key), {"user": user.email, **_facts(key)})
    notify_of_changes(actor, user, [AccountChange.KEY_MADE], detail=str(key))
    return key, raw


@transaction.atomic
def edit_key(actor: Acting, key: AuthKey, data: Mapping[str, Any]) -> AuthKey:
    _require_control(actor, key.user)
    # `of`: not the owner, the role and the organisation, which every request of theirs reads.
    locked = AuthKey.objects.select_for_update(of=("self",)).select_related("user__role", "user__org")
    key = locked.get(pk=key.pk)
    former = copy(key)
    _apply(key, data)
    require_bound(key)
    require_no_wider(actor, key, former)
    key.save()
    record(actor, IdentityAction.AUTH_KEY_EDITED, Target.of(key), {"user": key.user.email, **_facts(key)})
    if _facts(key) != _facts(former):
        notify_of_changes(actor, key.user, [AccountChange.KEY_EDITED], detail=str(key))
    return key


@transaction.atomic
def pin_key(actor: Acting, key: AuthKey, address: str) -> bool:
    """Add an address to a key's allowed addresses; False if it is already allowed.

    The first pinned address excludes all others. Raises Invalid, Forbidden.
    """
    _require_control(actor, key.user)
    try:
        pinned = str(ipaddress.ip_address(address))
    except ValueError:
        message = KeyProblem.NOT_A_NETWORK(address=address)
        raise Invalid({"allowed_ips": [message]}) from None
    key = AuthKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    known = key.allowed_ips or []
    if pinned in known:
        return False
    edit_key(actor, key, {"allowed_ips": [*known, pinned]})
    return True


@transaction.atomic
def delete_key(actor: Acting, key: AuthKey, *, approval: Approval | None = None) -> None:
    _require_control(actor, key.user, approval=approval)
    target = Target.of(key)
    key.delete()
    record(actor, IdentityAction.AUTH_KEY_DELETED, target, {"user": key.user.email})
    notify_of_changes(actor, key.user, [AccountChange.KEY_REVOKED], detail=str(key))


@transaction.atomic
def reset_keys(actor: Acting, user: User) -> str:
    _require_control(actor, user)
    refuse_key_for_staff(actor, user)
    refuse_at_console(actor, user.org, user)
    now = now_seconds()
    ended = user.auth_keys.filter(Q(expiration=0) | Q(expiration__gt=now)).update(expiration=now - 1)
    key, raw = make_key(actor, user, {**bounds_of_former(user), **inherited(actor, {})})
    require_no_wider(actor, key)
    record(actor, IdentityAction.AUTH_KEY_RESET, Target.of(key), {"user": user.email, "ended": ended})
    notify_of_changes(actor, user, [AccountChange.KEY_MADE], detail=str(key))
    return raw


def make_key(actor: AuditActor, user: User, data: Mapping[str, Any]) -> tuple[AuthKey, str]:
    """Store a new key of `user` issued by `actor`, without checking permissions. Raises Invalid by field."""
    raw = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    key = AuthKey(
        user=user,
        authkey_start=raw[:SHOWN],
        authkey_end=raw[-SHOWN:],
        digest=hashlib.sha256(raw.encode()).digest(),
        created=now_seconds(),
    )
    _apply(key, data)
    require_bound(key)
    note_issuer(actor, key)
    key.save()
    note_who_set(actor, user)
    return key, raw


def _require_control(actor: Acting, user: User, *, approval: Approval | None = None) -> None:
    actor.require_writing()
    if user.pk != actor.user_id and not rules.may_administer(actor, user):
        raise Forbidden
    require_change(actor, user, approval)


def _facts(key: AuthKey) -> dict[str, Any]:
    return {"read_only": key.read_only, "expiration": key.expiration, "allowed_ips": key.allowed_ips}


def _apply(key: AuthKey, data: Mapping[str, Any]) -> None:
    if "comment" in data:
        key.comment = _comment(data["comment"])
    if "read_only" in data:
        key.read_only = as_bool(data["read_only"])
    if "expiration" in data:
        key.expiration, key.warned_days = _expiration(data["expiration"]), None
    if "allowed_ips" in data:
        key.allowed_ips = _networks(data["allowed_ips"]) or None


def _comment(value: Any) -> str:
    try:
        return text(value)[:LONGEST_COMMENT]
    except Invalid as error:
        raise Invalid({"comment": [error.problem]}) from error


def _expiration(value: Any) -> int:
    written = str(value or "").strip()
    if written in ("", "0"):
        return 0
    # Unix seconds: eleven digits last until the year 5138.
    if written.isdecimal() and len(written) <= 11:
        return int(written)
    if day := _parsed(written):
        return int(day.timestamp())
    raise Invalid({"expiration": [KeyProblem.NOT_A_DATE()]})


def _parsed(written: str) -> datetime | None:
    try:
        if moment := parse_datetime(written):
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        day = parse_date(written)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _networks(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(",", "\n").split()
    networks = [str(part).strip() for part in parts if str(part).strip()]
    if len(networks) > MOST_NETWORKS:
        message = KeyProblem.TOO_MANY_NETWORKS(count=MOST_NETWORKS)
        raise Invalid({"allowed_ips": [message]})
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            message = KeyProblem.NOT_A_NETWORK(address=network)
            raise Invalid({"allowed_ips": [message]}) from None
    return networks
