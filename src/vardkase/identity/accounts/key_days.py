"""Validity of API keys in days: one calculation for forms, checklists, the API and each request.

A key works until the end of its last day in UTC. A limit of n days lets the last day be n days after the day on which
the key was made; `api/sql/find_keys.sql` says the same in SQL.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_LATEST = 253_402_300_798
"""In seconds: the last moment that a `date` can show."""


def last_day(expiration: int) -> date:
    return datetime.fromtimestamp(min(expiration - 1, _LATEST), UTC).date()


def end_of(day: date) -> int:
    return int(datetime.combine(day + timedelta(days=1), time(), UTC).timestamp())


def latest_day(created: int, days: int) -> date:
    return datetime.fromtimestamp(created, UTC).date() + timedelta(days=days)
