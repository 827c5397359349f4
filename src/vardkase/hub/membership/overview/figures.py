"""Figures of the overview, one SQL statement each regardless of the number of members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vardkase.core.sql import cursor
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

READERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
DIMENSIONS = ("sector", "state", "connection", "phase", "nis2")


@dataclass(frozen=True, slots=True)
class TimeInState:
    """How long applications or memberships (`kind`) stay in `state`: count, `median`, `longest`, and how many
    are there `now`."""

    kind: str
    state: str
    count: int
    median: timedelta
    longest: timedelta
    now: int


def counts(actor: Actor) -> dict[str, dict[str, int]]:
    """Members by each of DIMENSIONS: value → count. Ended memberships are counted by state only."""
    actor.require_staff(*READERS)
    by_dimension: dict[str, dict[str, int]] = {name: {} for name in DIMENSIONS}
    for name, value, number in cursor().execute(COUNTS).fetchall():
        by_dimension[name][value] = number
    return by_dimension


def accounts(actor: Actor) -> int:
    actor.require_staff(*READERS)
    row = cursor().execute(ACCOUNTS).fetchone()
    return int(row[0]) if row else 0


def new_members(actor: Actor, months: int) -> list[tuple[date, int]]:
    actor.require_staff(*READERS)
    return [(month, number) for month, number in cursor().execute(NEW, {"months": months - 1}).fetchall()]


def times(actor: Actor) -> list[TimeInState]:
    actor.require_staff(*READERS)
    kinds = {"kinds": [APPLICATION.kind, MEMBERSHIP.kind]}
    by_state = {(row[0], row[1]): TimeInState(*row) for row in cursor().execute(TIMES, kinds).fetchall()}
    order = [
        (machine.kind, state)
        for machine in (APPLICATION, MEMBERSHIP)
        for state in machine.states.values
        if machine.open_steps(state)  # How long something stays in a final state says nothing.
    ]
    return [by_state[state] for state in order if state in by_state]


# Ended memberships count by state only: they no longer belong to a sector or phase.
COUNTS = """
SELECT dimension.name, value, count(*)
FROM membership m
JOIN organisation o ON o.id = m.organisation_id
CROSS JOIN LATERAL (VALUES ('sector', m.sector),
                           ('state', CASE WHEN m.state <> 'active' OR (o.fixed_standing = '' AND o.read_period @> now()
                                                AND o.write_period @> now() AND o.sync_period @> now())
                                          THEN m.state ELSE 'limited' END), ('connection', m.connection),
                           ('phase', m.phase::text), ('nis2', m.nis2)) AS dimension (name, value)
WHERE m.state <> 'terminated' OR dimension.name = 'state'
GROUP BY dimension.name, value
"""

ACCOUNTS = """
SELECT count(*) FROM account a
JOIN membership m ON m.organisation_id = a.org_id AND m.state <> 'terminated'
WHERE NOT a.disabled
"""

NEW = """
SELECT month::date, count(m.id)
FROM generate_series(date_trunc('month', now()) - %(months)s * interval '1 month', date_trunc('month', now()),
                     interval '1 month') AS month
LEFT JOIN membership m ON date_trunc('month', m.began) = month
GROUP BY month ORDER BY month
"""

TIMES = """
SELECT kind, after, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(ended, now()) - at),
       max(coalesce(ended, now()) - at),
       count(*) FILTER (WHERE ended IS NULL)
FROM (
    SELECT kind, after, at, lead(at) OVER (PARTITION BY kind, thing_id ORDER BY id) AS ended
    FROM history_entry WHERE kind = ANY(%(kinds)s) AND before <> after
) AS stay
GROUP BY kind, after
"""
