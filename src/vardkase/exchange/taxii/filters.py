"""Filters of a TAXII request: the URL parameters of section 3.4 of the specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vardkase.core.errors import Invalid
from vardkase.exchange.taxii.problems import TaxiiProblem

MOST = 1000
"""Objects of a page at most, and by default."""
# The largest integer of PostgreSQL: no object of an event comes after it.
END_OF_EVENT = 2**31 - 1
STIX_ID = re.compile(r"[a-z][a-z0-9-]{0,249}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z")
# Bounded, so that each part fits the type of its column.
MARK_PATTERN = re.compile(r"(\d{1,18})-(\d{1,18})-(\d{1,10})")
SERVED = "2.1"
"""The only version of STIX that is served: a request for others only finds nothing."""
FIRST, LAST, ALL = "first", "last", "all"


@dataclass(frozen=True, slots=True)
class TimeMark:
    """A position in a collection: after the object at `place` of an event published at `added`."""

    added: int
    event_id: int
    place: int

    def __str__(self) -> str:
        return f"{self.added}-{self.event_id}-{self.place}"


@dataclass(frozen=True, slots=True)
class Match:
    """A request for objects.

    `versions` holds first, last, all, or times; None and empty mean no restriction. `added_after` is Unix
    seconds with a significant fraction.
    """

    added_after: float | None = None
    limit: int = MOST
    mark: TimeMark | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = (LAST,)
    spec_versions: tuple[str, ...] = ()

    @property
    def moments(self) -> list[datetime]:
        return [_moment(version) for version in self.versions if version not in (FIRST, LAST, ALL)]

    @property
    def asks_for_others(self) -> bool:
        """True if only STIX versions that are not served are requested."""
        return bool(self.spec_versions) and SERVED not in self.spec_versions


def match_of(parameters: Mapping[str, str]) -> Match:
    """The request in the parameters of a URL. Raises Invalid by parameter; unknown ones are ignored."""
    versions = _items(parameters.get("match[version]", "")) or (LAST,)
    try:
        Match(versions=versions).moments  # noqa: B018 - each of them must be readable
    except ValueError:
        raise Invalid({"match[version]": [TaxiiProblem.BAD_VERSION()]}) from None
    return Match(
        added_after=_added_after(parameters.get("added_after", "")),
        limit=_limit(parameters.get("limit", "")),
        mark=_mark(parameters.get("next", "")),
        ids=_items(parameters.get("match[id]", "")),
        types=_items(parameters.get("match[type]", "")),
        versions=versions,
        spec_versions=_items(parameters.get("match[spec_version]", "")),
    )


def stix_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _items(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.strip() for item in text.split(",") if item.strip()))


def _added_after(text: str) -> float | None:
    try:
        return _moment(text).timestamp() if text else None
    except ValueError:
        raise Invalid({"added_after": [TaxiiProblem.BAD_TIME()]}) from None


def _limit(text: str) -> int:
    if not text:
        return MOST
    # Cut, since int() refuses thousands of digits with an error of its own.
    if not text.isdecimal() or not int(text[:18]):
        raise Invalid({"limit": [TaxiiProblem.BAD_LIMIT()]})
    return min(int(text[:18]), MOST)


def _mark(text: str) -> TimeMark | None:
    if not text:
        return None
    found = MARK_PATTERN.fullmatch(text)
    if found is None or int(found[3]) > END_OF_EVENT:
        raise Invalid({"next": [TaxiiProblem.BAD_MARK()]})
    return TimeMark(*(int(part) for part in found.groups()))


def _moment(text: str) -> datetime:
    if not TIMESTAMP.fullmatch(text):
        raise ValueError("no timestamp")
    return datetime.fromisoformat(text)
