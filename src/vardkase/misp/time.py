"""Times on the wire: restSearch's little language, and first and last seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.parser import ParserError, isoparse
from dateutil.parser import parse as parse_date

DELTA = re.compile(r"(\d+)([dhms])", re.IGNORECASE)
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
WORDS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
MICROSECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 253_402_300_799
"""The last second of the year 9999."""


def parse_time_filter(value: object, now: int) -> int:
    """Unix seconds meant by a filter: a number, "5d" (before now), or a date; nonsense lies in the future."""
    if isinstance(value, bool):
        return now + 1
    if isinstance(value, int | float):
        return int(value)
    text = str(value).strip()
    if text.lstrip("-").isdigit() and text.isascii():
        return max(-LARGEST, min(int(text[:15]), LARGEST))
    if match := DELTA.fullmatch(text):
        return now - min(int(match[1][:10]) * SECONDS[match[2].lower()], LARGEST)
    if (days := WORDS.get(text.lower())) is not None:
        return _midnight(now, days) if text.lower() != "now" else now
    moment = _parsed(text)
    return int(moment.timestamp()) if moment is not None else now + 1


def parse_seen(value: object, now: int) -> int:
    """Microseconds since 1970 of a first or last seen; raises ValueError for numbers and what is no date."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or text.replace(".", "", 1).isdigit():
        raise ValueError("not a time")
    if (days := WORDS.get(text.lower())) is not None:
        return _midnight(now, days) * MICROSECOND
    moment = _parsed(text)
    if moment is None:
        raise ValueError("not a time")
    return _microseconds(moment)


def render_seen(microseconds: int) -> str:
    """``2024-01-31T12:00:00.000000+00:00``."""
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds")


def _microseconds(moment: datetime) -> int:
    difference = moment - EPOCH
    return (difference.days * 86_400 + difference.seconds) * MICROSECOND + difference.microseconds


def _midnight(now: int, days: int) -> int:
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today + timedelta(days=days)).timestamp())


def _parsed(text: str) -> datetime | None:
    """A date in nearly any form, UTC when it names no zone."""
    default = datetime(1970, 1, 1)
    for read in (isoparse, lambda given: parse_date(given, default=default)):
        try:
            moment = read(text)
        except (ParserError, ValueError, OverflowError, TypeError):
            continue
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return None
