"""Enforces the sign-in policy at each interface, and audits refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.repeat_suppression import RepeatSuppressor
from vardkase.audit.services import Target, record
from vardkase.core.addresses import counted_as
from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.sign_in_policy.rules import (
    SignInAttempt,
    SignInRefusal,
    SignInRequirements,
    admits,
    violations,
)

unknown_keys = RepeatSuppressor("unknown keys", rows=20)

RECORDED_EVERY = 60
"""Seconds: one key, address and reason is recorded once in this time, however many requests there are."""


@dataclass(frozen=True, slots=True)
class SignInCaller:
    user_id: int
    name: str
    organisation_id: int
    address: str | None
    credential_name: str
    key_id: int = 0


def sign_in_refusal(
    asked: SignInRequirements, attempt: SignInAttempt, caller: SignInCaller
) -> SignInRefusal | None:
    """The rule that refuses the sign-in attempt, or None; every violation is recorded in the audit log."""
    decided = admits(asked, attempt)
    if decided is None:
        return None
    for unkept in violations(asked, attempt):
        note(
            caller,
            unkept.reason,
            IdentityAction.USER_ENTRANCE_REFUSED
            if unkept.is_enforced
            else IdentityAction.USER_ENTRANCE_REPORTED,
        )
    return decided if decided.is_enforced else None


@transaction.atomic
def note(caller: SignInCaller, reason: str, action: AuditAction) -> None:
    """Record a refusal in the audit log, at most once a minute for the same caller and reason."""
    who = f"key {caller.key_id}" if caller.key_id else f"user {caller.user_id}"
    now = now_seconds()
    facts = {"who": who, "address": caller.address or "", "reason": reason, "now": now}
    recorded_at, times, is_new = cursor().execute(COUNT, facts).fetchone() or (0, 1, True)
    if not is_new and recorded_at > now - RECORDED_EVERY:
        return
    cursor().execute(RECORDED, facts)
    change = {"reason": reason, **({"times": times} if times > 1 else {})}
    record(caller, action, Target("user", caller.user_id, title=caller.name), change)


@dataclass(frozen=True, slots=True)
class _Unknown:
    address: str | None
    user_id: int | None = None
    name: str = ""
    organisation_id: int = 0
    credential_name: str = "nobody"


def note_unknown_key(address: str | None) -> None:
    """Record in the audit log that an unknown key was presented; nothing of the key is stored.

    At most one entry per address and minute; all but the first addresses share one entry.
    """
    key, times = unknown_keys.count(counted_as(address))
    if not times:
        return
    change: dict[str, Any] = {"times": times} if times > 1 else {}
    with transaction.atomic():
        record(
            _Unknown(address if key is not None else None),
            IdentityAction.USER_KEY_REFUSED,
            Target("user"),
            change,
        )


def forget_old_notes(before: int) -> int:
    return cursor().execute("DELETE FROM refusal_note WHERE recorded_at < %s", (before,)).rowcount


# A row that was just inserted has no xmax: nobody else has touched it.
COUNT = """
INSERT INTO refusal_note AS n (who, address, reason, recorded_at, times)
VALUES (%(who)s, %(address)s, %(reason)s, %(now)s, 1)
ON CONFLICT (who, address, reason) DO UPDATE SET times = n.times + 1
RETURNING recorded_at, times, xmax = 0
"""
RECORDED = """
UPDATE refusal_note SET recorded_at = %(now)s, times = 0
WHERE who = %(who)s AND address = %(address)s AND reason = %(reason)s
"""
