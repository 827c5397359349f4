"""Filters of a TAXII request: the URL parameters of section 3.4 of the specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vardkase.core.errors import Invalid
from vardkase.exchange.taxii.problems import TaxiiProblem

MOST = 1000
"""Objects of a page, and what a page holds when nothing else is asked for."""
END_OF_EVENT = 2**31 - 1
STIX_ID = re.compile(r"[a-z][a-z0-9-]{0,249}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z")
MARK = re.compile(r"(\d{1,18})-(\d{1,18})-(\d{1,10})")
SERVED = "2.1"
"""The version of STIX that is served: whoever asks for others only is given nothing."""
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
        return [_moment(each) for each in self.versions if each not in (FIRST, LAST, ALL)]

    @property
    def asks_for_others(self) -> bool:
        """True if only STIX versions that are not served are requested."""
        return bool(self.spec_versions) and SERVED not in self.spec_versions


def match_of(given: Mapping[str, str]) -> Match:
    """The request in the parameters of a URL. Raises Invalid by parameter; unknown ones are ignored."""
    return Match(
        added_after=_added_after(given.get("added_after", "")),
        limit=_limit(given.get("limit", "")),
        mark=_mark(given.get("next", "")),
        ids=_items(given.get("match[id]", "")),
        types=_items(given.get("match[type]", "")),
        versions=_versions(given.get("match[version]", "")),
        spec_versions=_items(given.get("match[spec_version]", "")),
    )


def stix_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _items(given: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.strip() for item in given.split(",") if item.strip()))


def _added_after(given: str) -> float | None:
    try:
        return _moment(given).timestamp() if given else None
    except ValueError:
        raise Invalid({"added_after": [TaxiiProblem.BAD_TIME()]}) from None


def _limit(given: str) -> int:
    if not given:
        return MOST
    if not given.isdecimal() or not int(given[:18]):
        raise Invalid({"limit": [TaxiiProblem.BAD_LIMIT()]})
    return min(int(given[:18]), MOST)


def _mark(given: str) -> TimeMark | None:
    if not given:
        return None
    found = MARK.fullmatch(given)
    if found is None or int(found[3]) > END_OF_EVENT:
        raise Invalid({"next": [TaxiiProblem.BAD_MARK()]})
    return TimeMark(*(int(part) for part in found.groups()))


def _versions(given: str) -> tuple[str, ...]:
    versions = _items(given) or (LAST,)
    try:
        Match(versions=versions).moments  # noqa: B018 - each of them must be readable
    except ValueError:
        raise Invalid({"match[version]": [TaxiiProblem.BAD_VERSION()]}) from None
    return versions


def _moment(given: str) -> datetime:
    if not TIMESTAMP.fullmatch(given):
        raise ValueError("no timestamp")
    return datetime.fromisoformat(given)
