"""Times in the wire format: restSearch's relative times, and first and last seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.parser import parse as parse_date

DELTA = re.compile(r"([0-9]+)([dhms])", re.IGNORECASE)
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
NUMBER = re.compile(r"-?[0-9]+")
DAYS_FROM_TODAY = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
MICROSECOND = 1_000_000
DATE_LIKE = re.compile(r"(?=.*\d)(?:.*\d{4}|.*\d[-/.]\d+[-/.]\d|.*[a-z]{3})", re.IGNORECASE | re.ASCII)
"""What dateutil may see: left alone, it finds a date in "1.5" and "-1"."""
YEAR_FIRST = re.compile(r"[0-9]{4}-")
YEAR = re.compile(r"[0-9]{4}")
SHORTEST_SECONDS = 9
"""Digits of a number that a person gives as seconds since 1970: 1973 and later."""
LONGEST_DATE = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 253_402_300_799
"""The last second of the year 9999, beyond which `datetime` cannot go."""

LARGEST_LEAD = 86_400
"""Seconds that a sender's clock may be ahead of ours."""


def parse_moment(text: str, now: int) -> int | None:
    """Unix seconds of a filter: a number, "5d" (before now), a word, or a date; None if malformed."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        # Cut, because int() refuses more than 4,300 digits; fifteen are beyond LARGEST already.
        return max(-LARGEST, min(int(text[:15]), LARGEST))
    if match := DELTA.fullmatch(text):
        return now - min(int(match[1][:10]) * SECONDS[match[2].lower()], LARGEST)
    if text.lower() == "now":
        return now
    if (days := DAYS_FROM_TODAY.get(text.lower())) is not None:
        return _midnight(now, days)
    moment = read_date(text)
    return None if moment is None else int(moment.timestamp())


def is_unmistakable(text: str, now: int) -> bool:
    """Whether `parse_moment` reads what a person means: not "1 nov", which has no year, nor "2026-13-01", whose month
    it would take for the day, nor "2026", which are seconds.
    """
    text = text.strip()
    if parse_moment(text, now) is None:
        return False
    if NUMBER.fullmatch(text):
        return len(text) >= SHORTEST_SECONDS
    if DELTA.fullmatch(text) or text.lower() in DAYS_FROM_TODAY:
        return True
    return _read_iso(text) is not None if YEAR_FIRST.match(text) else YEAR.search(text) is not None


def parse_time_filter(value: object, now: int) -> int:
    """As `parse_moment`, for any JSON value; malformed ones lie in the future, where nothing matches."""
    # A JSON number may be written 1700000000.0, which no filter would read.
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    moment = None if isinstance(value, bool) else parse_moment(text, now)
    return now + 1 if moment is None else moment


def parse_seen(value: object, now: int) -> int:
    """Microseconds since 1970 of a first or last seen. Raises ValueError if malformed."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or text.replace(".", "", 1).isdigit():
        raise ValueError("not a time")  # A number could be seconds, or microseconds as MISP stores them.
    if (days := DAYS_FROM_TODAY.get(text.lower())) is not None:
        return _midnight(now, days) * MICROSECOND
    moment = read_date(text)
    if moment is None:
        raise ValueError("not a time")
    difference = moment - EPOCH  # In whole numbers: a float has no microseconds left for such a time.
    return (difference.days * 86_400 + difference.seconds) * MICROSECOND + difference.microseconds


def seen_moment(microseconds: int) -> datetime:
    """The time of a first or last seen; a float would round the last one of the year 9999 up to the year 10000."""
    return EPOCH + timedelta(microseconds=microseconds)


def optional_seen_moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else seen_moment(microseconds)


def render_seen(microseconds: int) -> str:
    """``2024-01-31T12:00:00.000000+00:00``."""
    return seen_moment(microseconds).isoformat(timespec="microseconds")


def _midnight(now: int, days: int) -> int:
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today + timedelta(days=days)).timestamp())


def read_date(text: str) -> datetime | None:
    """A date in nearly any format, in UTC (also the default zone); None for other texts."""
    try:
        moment = _read_iso(text)
        if moment is None and len(text) <= LONGEST_DATE and DATE_LIKE.match(text):
            # `default` fills what the text leaves out, which would be today's otherwise.
            moment = parse_date(text, default=EPOCH, tzinfos=_known_zone)
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_iso(text: str) -> datetime | None:
    try:
        # fromisoformat takes 20240131 for a date, and it may be a number of seconds.
        return None if text.isdecimal() else datetime.fromisoformat(text)
    except ValueError:
        return None


def _known_zone(name: str | None, offset: int | None) -> int | None:
    """A zone's offset in seconds; None for a bare name ("EST"), which is ambiguous."""
    if offset is None and name is not None:
        raise ValueError(f"unknown time zone {name}")
    return offset
