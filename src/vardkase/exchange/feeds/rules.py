"""Feed rules: which of the events announced by a MISP feed are accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.search.filter_values import moments
from vardkase.analysis.search.filters import Range
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.field_parsers import decoded
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.misp.flags import as_int

TIMES = ("timestamp", "publish_timestamp")
"""What `url_params` may ask of: a time, a period such as 30d, or two of them."""


@dataclass(frozen=True, slots=True)
class AnnouncedEvent:
    """An event in a feed's manifest; `timestamp` is Unix seconds, `about` the manifest's entry."""

    uuid: str
    timestamp: int
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedRules:
    """A feed's parsed rules: lists of organisations and tags, and times."""

    organisations: Any
    tags: Any
    times: dict[str, Range]

    def passes(self, event: AnnouncedEvent) -> bool:
        """True if an announced event passes: organisations match by name, tags by a part of theirs."""
        orgc = event.about.get("Orgc")
        organisation = str(orgc.get("name", "")).lower() if isinstance(orgc, dict) else ""
        listed = event.about.get("Tag")
        tags = [
            str(tag.get("name", ""))
            for tag in (listed if isinstance(listed, list) else [])
            if isinstance(tag, dict)
        ]
        return (
            all(_is_within(event, name, times) for name, times in self.times.items())
            and _passes_lists(self.organisations, lambda wanted: str(wanted).lower() == organisation)
            and _passes_lists(self.tags, lambda wanted: any(wanted in tag for tag in tags))
        )


def rules_of(feed: Feed) -> FeedRules:
    rules = feed.rules or {}
    return FeedRules(rules.get("orgs"), rules.get("tags"), times_of(rules.get("url_params")))


def times_of(parameters: Any) -> dict[str, Range]:
    filters = decoded(parameters)
    now = now_seconds()
    found = {name: moments(filters[name], now) for name in TIMES if name in filters}
    return {name: times for name, times in found.items() if times is not None}


def check_times(parameters: Any) -> None:
    """Raise Invalid for unreadable times in `url_params`: nothing would pass."""
    try:
        found = times_of(parameters)
    except Invalid as fault:
        raise Invalid(fault.problem) from fault  # Without the names of the fields of a search.
    for name, times in found.items():
        if (times.start or 0) > now_seconds():
            raise Invalid(ConfigurationProblem.FUTURE_TIME(name=name))


def _is_within(event: AnnouncedEvent, name: str, times: Range) -> bool:
    # Manifests rarely contain the time of publication; the time of the last change stands in for it.
    moment = as_int(event.about.get(name)) or event.timestamp
    return (times.start or 0) <= moment and (times.end is None or moment <= times.end)


def _passes_lists(lists: Any, holds: Callable[[str], bool]) -> bool:
    lists = lists or {}
    wanted, unwanted = lists.get("OR") or [], lists.get("NOT") or []
    return (not wanted or any(map(holds, wanted))) and not any(map(holds, unwanted))
