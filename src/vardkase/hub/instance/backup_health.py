"""Backups among the checks of the hub, for the page of diagnostics and `vardkase doctor`."""

from __future__ import annotations

from vardkase.hub.backups.queries import status
from vardkase.hub.instance.health import Check, HealthState


def check() -> Check:
    now = status()
    facts = {
        "configured": now.is_configured,
        "recipients": now.recipients,
        "last": now.last.ended if now.last else None,
        "size": now.size,
        "verified": now.last_verified.verified_at if now.last_verified else None,
        "old": now.is_old,
        "unverified": now.is_unverified,
    }
    is_due = now.last is None or now.is_old or now.is_unverified
    # What is set up and does not work; where nothing is, the operator may back up by other means.
    is_bad = now.is_old and now.is_configured
    state = HealthState.BAD if is_bad else HealthState.WARN if is_due else HealthState.OK
    return Check("backups", state, facts)
