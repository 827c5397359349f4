"""The days for which API keys hold: one way to count them for forms, checklists, the API and each request.

A key works until the end of its last day in UTC. A limit of n days lets the last day be n days after the day on which
the key was made; `api/sql/find_keys.sql` says the same in SQL.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_LATEST = 253_402_300_798
"""In seconds: the last moment that a `date` can show."""


def last_day(expiration: int) -> date:
    """The last day on which a key works that ends at `expiration`, in Unix seconds."""
    return datetime.fromtimestamp(min(expiration - 1, _LATEST), UTC).date()


def end_of(day: date) -> int:
    """When a key ends whose last day is `day`, in Unix seconds."""
    return int(datetime.combine(day + timedelta(days=1), time(), UTC).timestamp())


def latest_day(created: int, days: int) -> date:
    """The latest last day of a key that was made at `created` (Unix seconds) and holds for `days` at most."""
    return datetime.fromtimestamp(created, UTC).date() + timedelta(days=days)
