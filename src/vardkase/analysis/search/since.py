"""The moments since which a reader may ask for news, by name, as addresses and forms have them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.readable_audit_log import last_visit

VISIT = "visit"
DAYS = {"1d": 1, "7d": 7, "30d": 30}
FIRST_LOOK = timedelta(days=7)
"""How far back the first visit of an account looks."""


def moment_named(actor: Actor, name: str) -> datetime | None:
    """The moment with this name (VISIT or one of DAYS), or the beginning of an ISO day; None for anything else."""
    if name == VISIT:
        return last_visit(actor) or timezone.now() - FIRST_LOOK
    try:
        day = timezone.localdate() - timedelta(days=DAYS[name]) if name in DAYS else date.fromisoformat(name)
        return beginning_of(day)
    except (ValueError, OverflowError):
        return None


def beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
