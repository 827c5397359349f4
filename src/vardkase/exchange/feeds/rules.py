"""Which of the events that a MISP feed announces its rules let pass (core-format §14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.search.filters import Range
from vardkase.analysis.search.terms import moments
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.fields import decoded
from vardkase.misp.flags import as_int

TIMES = ("timestamp", "publish_timestamp")
"""What `url_params` may ask of: a time, a period such as 30d, or two of them."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An event in a feed's manifest; `timestamp` is Unix seconds, `about` the manifest's entry."""

    uuid: str
    timestamp: int
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedRules:
    """A feed's rules, read once: lists of organisations and tags, and times."""

    organisations: Any
    tags: Any
    times: dict[str, Range]

    def passes(self, event: Announced) -> bool:
        """Whether an announced event may come: organisations by their names, tags by a part of theirs."""
        orgc = event.about.get("Orgc")
        organisation = str(orgc.get("name", "")).lower() if isinstance(orgc, dict) else ""
        listed = event.about.get("Tag")
        tags = [
            str(tag.get("name", ""))
            for tag in (listed if isinstance(listed, list) else [])
            if isinstance(tag, dict)
        ]
        return (
            all(_within(event, name, times) for name, times in self.times.items())
            and _chosen(self.organisations, lambda wanted: str(wanted).lower() == organisation)
            and _chosen(self.tags, lambda wanted: any(wanted in tag for tag in tags))
        )


def rules_of(feed: Feed) -> FeedRules:
    """The rules of a feed as they hold now."""
    rules = feed.rules or {}
    return FeedRules(rules.get("orgs"), rules.get("tags"), times_of(rules.get("url_params")))


def times_of(parameters: Any) -> dict[str, Range]:
    """The times that `url_params` ask for. Raises ValueError, Invalid."""
    given = decoded(parameters)
    now = now_seconds()
    found = {name: moments(given[name], now) for name in TIMES if name in given}
    return {name: times for name, times in found.items() if times is not None}


def check_times(parameters: Any) -> None:
    """Raise ValueError for times in `url_params` that cannot be read: they would let nothing pass."""
    try:
        found = times_of(parameters)
    except Invalid as fault:
        raise ValueError(str(fault)) from fault
    for name, times in found.items():
        if (times.start or 0) > now_seconds():
            raise ValueError(f"{name}: neither a period such as 30d nor a day that has been.")


def _within(event: Announced, name: str, times: Range) -> bool:
    """A manifest seldom says when an event was published: then the time of its last change counts."""
    moment = as_int(event.about.get(name)) or event.timestamp
    return (times.start or 0) <= moment and (times.end is None or moment <= times.end)


def _chosen(lists: Any, holds: Callable[[str], bool]) -> bool:
    """One of OR, when there are any, and none of NOT."""
    lists = lists or {}
    wanted, unwanted = lists.get("OR") or [], lists.get("NOT") or []
    return (not wanted or any(map(holds, wanted))) and not any(map(holds, unwanted))
