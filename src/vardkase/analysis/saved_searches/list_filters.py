"""Filters of the pages' lists, as texts by name: those of the list of events, and those of the search for values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from vardkase.analysis.saved_searches.problems import SavedSearchProblem
from vardkase.analysis.search.event_list import SORTS, TLPS, EventFilters, EventListView, EventState
from vardkase.analysis.search.problems import SearchProblem
from vardkase.analysis.search.since import DAYS, VISIT, moment_named
from vardkase.analysis.search.value_search import AttributeFilters, ValueQuery, understand
from vardkase.core.errors import Invalid, InvalidValue
from vardkase.core.fields import Readers, read
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.fields import text
from vardkase.misp.types import CATEGORIES, TYPES

LONGEST_TEXT = 200
LONGEST_QUERY = 20_000
"""Characters of what is searched for, which may be a list of values."""


def one_of(choices: Collection[str]) -> Callable[[Any], str]:
    def reader(value: Any) -> str:
        given = text(value)
        if given and given not in choices:
            raise InvalidValue(CommonProblem.NO_SUCH_CHOICE(choices=sorted(choices)))
        return given

    return reader


def at_most(longest: int) -> Callable[[Any], str]:
    def reader(value: Any) -> str:
        given = text(value).replace("\0", "")
        if len(given) > longest:
            raise InvalidValue(CommonProblem.TOO_LONG(most=longest))
        return given

    return reader


def day(value: Any) -> str:
    given = text(value)
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        raise InvalidValue(SavedSearchProblem.BAD_DATE()) from None


EVENT_LIST: Readers = {
    "view": one_of([view.value for view in EventListView]),
    "text": at_most(LONGEST_TEXT),
    "organisation": at_most(LONGEST_TEXT),
    "tlp": one_of(TLPS),
    "type": one_of(sorted(TYPES)),
    "cluster": at_most(LONGEST_TEXT),
    "reach": one_of([str(level) for level in range(5)]),
    "threat": one_of([str(level) for level in range(1, 5)]),
    "state": one_of([state.value for state in EventState]),
    "since": day,
    "until": day,
    "arrived": one_of([VISIT, *DAYS]),
    "arrived_from": day,
    "sort": one_of([f"{sign}{name}" for name in SORTS for sign in ("", "-")]),
}
VALUES: Readers = {
    "q": at_most(LONGEST_QUERY),
    "type": one_of(sorted(TYPES)),
    "category": one_of(sorted(CATEGORIES)),
    "to_ids": one_of(["0", "1"]),
    "since": day,
    "until": day,
}


def checked(filters: Any, readers: Readers) -> dict[str, str]:
    """The filters that are not empty. Raises Invalid by name."""
    if not isinstance(filters, Mapping):
        raise Invalid(SearchProblem.NOT_AN_OBJECT())
    if unknown := filters.keys() - readers.keys():
        raise Invalid(SearchProblem.UNKNOWN_FILTER(name=min(map(str, unknown))[:40]))
    values, errors = read(filters, readers)
    if errors:
        raise Invalid(errors)
    return {name: values[name] for name in readers if values.get(name)}


def event_filters(actor: Actor, filters: Mapping[str, str]) -> EventFilters:
    """What `checked` returned for EVENT_LIST, as the list takes it."""
    moments = [
        moment
        for name in ("arrived", "arrived_from")
        if filters.get(name) and (moment := moment_named(actor, filters[name]))
    ]
    return EventFilters(
        view=EventListView(filters.get("view", "")),
        text=filters.get("text", ""),
        organisation=filters.get("organisation", ""),
        tlp=filters.get("tlp", ""),
        type=filters.get("type", ""),
        cluster=filters.get("cluster", ""),
        reach=int(filters["reach"]) if "reach" in filters else None,
        threat=int(filters["threat"]) if "threat" in filters else None,
        state=EventState(filters["state"]) if "state" in filters else None,
        since=_date(filters.get("since")),
        until=_date(filters.get("until")),
        arrived=int(max(moments).timestamp()) if moments else None,
        # Who asks what is new wants it in that order.
        sort=filters.get("sort") or ("-arrived" if moments else EventFilters().sort),
    )


def value_filters(filters: Mapping[str, str]) -> tuple[ValueQuery, AttributeFilters]:
    """What `checked` returned for VALUES, as the search takes it."""
    return understand(filters.get("q", "")), AttributeFilters(
        type=filters.get("type", ""),
        category=filters.get("category", ""),
        to_ids={"1": True, "0": False}.get(filters.get("to_ids", "")),
        since=_date(filters.get("since")),
        until=_date(filters.get("until")),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
