"""Derives when an organisation may read, write and synchronise from its membership; the only place that decides
it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from vardkase.hub.membership.members.models import MembershipState, RestrictionKind
from vardkase.identity.organisations.standing import ALWAYS, NEVER, MembershipStanding

FOREVER = datetime.max.replace(tzinfo=UTC)


class StatementPeriods(NamedTuple):
    """What is stored on an organisation: periods of access, and a standing that no date changes."""

    read_period: DateTimeTZRange
    write_period: DateTimeTZRange
    sync_period: DateTimeTZRange
    fixed_standing: str


class StandingLimit(NamedTuple):
    kind: str
    until: datetime | None


NO_MEMBERSHIP = StatementPeriods(NEVER, NEVER, NEVER, MembershipStanding.NO_MEMBERSHIP)
UNLIMITED = StatementPeriods(ALWAYS, ALWAYS, ALWAYS, MembershipStanding.FULL)
BY_STATE = {
    MembershipState.TERMINATED: StatementPeriods(NEVER, NEVER, NEVER, MembershipStanding.TERMINATED),
    # It may try its connection, and gets nothing through it.
    MembershipState.ONBOARDING: StatementPeriods(NEVER, NEVER, ALWAYS, MembershipStanding.ONBOARDING),
}


def periods_of(
    state: str, limits: Collection[StandingLimit], statement_until: date, grace: int
) -> StatementPeriods:
    """The periods in which a membership in `state` gives its organisation access.

    `limits` are imposed by officers. After `statement_until`, the last day of the security statement, it is
    read-only, and after `grace` more days it reads on the web only.
    """
    if fixed := BY_STATE.get(MembershipState(state)):
        return fixed
    suspended = _ends(limits, RestrictionKind.SUSPENDED)
    if state == MembershipState.SUSPENDED and suspended is None:  # no date says when it ends
        suspended = FOREVER
    return StatementPeriods(
        _period(suspended, None),
        _period(suspended, _end_of(statement_until), _ends(limits, RestrictionKind.READ_ONLY)),
        _period(suspended, _end_of(statement_until, grace), _ends(limits, RestrictionKind.NO_SYNC)),
        MembershipStanding.FULL,
    )


def _ends(limits: Collection[StandingLimit], kind: RestrictionKind) -> datetime | None:
    return max((limit.until or FOREVER for limit in limits if limit.kind == kind), default=None)


def _end_of(day: date, extra_days: int = 0) -> datetime:
    # Midnight in the hub's time zone, at which the last day ends.
    return timezone.make_aware(datetime.combine(day + timedelta(days=extra_days + 1), time.min))


def _period(
    suspended: datetime | None, end: datetime | None, limited: datetime | None = None
) -> DateTimeTZRange:
    # Access begins again when the longest limit ends, and ends with the statement.
    begin = max((moment for moment in (suspended, limited) if moment), default=None)
    if begin is not None and (begin == FOREVER or (end is not None and end <= begin)):
        return NEVER
    return DateTimeTZRange(begin, end)
