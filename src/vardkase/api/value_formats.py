"""Value formats in MISP responses: numbers as text, times as seconds or as a UTC date."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(moment: datetime | None, absent: str | None = "0") -> str | None:
    """A time in Unix seconds, as text; `absent` if there is none."""
    return str(int(moment.timestamp())) if moment else absent


def stamp(moment: datetime | None) -> str | None:
    """A time as ``2026-11-25 00:05:25`` in UTC; None if there is none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else None
