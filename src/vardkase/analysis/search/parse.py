"""Parses restSearch parameters into a `Search`: the meaning of each filter in each scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vardkase.analysis.search import filter_values as read
from vardkase.analysis.search.filters import Scope, Search, Terms
from vardkase.analysis.search.limits import check_patterns
from vardkase.analysis.search.parameters import accepted
from vardkase.analysis.search.problems import SearchProblem
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem

TERMS: dict[Scope, dict[str, str]] = {
    Scope.EVENTS: {
        "value": "value",
        "type": "type",
        "category": "category",
        "object_relation": "object_relation",
        "uuid": "uuid",
        "eventid": "eventid",
        "event_uuid": "event_uuid",
        "eventsExtendingUuid": "extending",
        "org": "org",
        "org.sector": "org_sector",
        "org.nationality": "org_nationality",
        "tag": "tags",
        "tags": "tags",
        "event_tags": "event_tags",
        "eventinfo": "eventinfo",
    },
    Scope.ATTRIBUTES: {
        "value": "value",
        "value1": "value1",
        "value2": "value2",
        "type": "type",
        "category": "category",
        "object_relation": "object_relation",
        "uuid": "uuid",
        "eventid": "eventid",
        "org": "org",
        "tags": "tags",
        "eventinfo": "eventinfo",
    },
    Scope.OBJECTS: {
        "value": "value",
        "type": "type",
        "category": "category",
        "object_relation": "object_relation",
        "object_name": "object_name",
        "object_template_uuid": "object_template_uuid",
        "object_template_version": "object_template_version",
        "uuid": "uuid",
        "eventid": "eventid",
        "org": "org",
        "tags": "tags",
    },
}
"""Parameter → field, for the filters with the grammar of items."""

NUMBERS: dict[Scope, dict[str, str]] = {
    Scope.EVENTS: {
        "threat_level_id": "threat_level",
        "distribution": "distribution",
        "sharing_group_id": "sharing_group",
        "sharinggroup": "sharing_group",
        "idList": "id_list",
    },
    Scope.ATTRIBUTES: {"threat_level_id": "threat_level", "sharinggroup": "sharing_group"},
    Scope.OBJECTS: {},
}

MOMENTS: dict[Scope, dict[str, str]] = {
    Scope.EVENTS: {
        "last": "publish_timestamp",
        "publish_timestamp": "publish_timestamp",
        "timestamp": "timestamp",
        "event_timestamp": "event_timestamp",
    },
    Scope.ATTRIBUTES: {
        "last": "publish_timestamp",
        "publish_timestamp": "publish_timestamp",
        "attribute_timestamp": "timestamp",
        "timestamp": "timestamp",
        "event_timestamp": "event_timestamp",
    },
    Scope.OBJECTS: {
        "last": "publish_timestamp",
        "publish_timestamp": "publish_timestamp",
        "timestamp": "event_timestamp",
        "event_timestamp": "event_timestamp",
    },
}

FALSE_IS_ABSENT: dict[Scope, frozenset[str]] = {
    Scope.EVENTS: frozenset(("to_ids",)),
    Scope.ATTRIBUTES: frozenset(("to_ids", "published")),
    Scope.OBJECTS: frozenset(("to_ids",)),
}
"""Where MISP takes JSON's `false` (not 0) for no filter at all."""

ORDERS: dict[Scope, frozenset[str]] = {
    Scope.EVENTS: frozenset(
        ("id", "info", "analysis", "threat_level_id", "distribution", "timestamp", "publish_timestamp")
    ),
    Scope.ATTRIBUTES: frozenset(
        (
            "id",
            "event_id",
            "object_id",
            "type",
            "category",
            "value",
            "distribution",
            "timestamp",
            "object_relation",
            "Event.publish_timestamp",
        )
    ),
    Scope.OBJECTS: frozenset(),
}


LARGEST_ID = 2**63 - 1


def parse(scope: Scope, given: Mapping[str, Any], now: int | None = None) -> Search:
    """Parse a body, named parameters, or both merged, into a search.

    `now`: Unix seconds, for relative times such as `5d`. Raises Invalid for filters without a meaning;
    unknown names are ignored.
    """
    known = accepted(scope, given)
    moment = now_seconds() if now is None else now
    search = Search(
        scope=scope,
        **_each(TERMS[scope], known, read.terms),
        **_each(NUMBERS[scope], known, read.numbers),
        **_each(MOMENTS[scope], known, lambda value: read.moments(value, moment)),
        **_flags(scope, known),
        **_seen(scope, known, moment),
        date=read.days(known.get("from"), known.get("to"), known.get("date"), moment),
        galaxy_elements=tuple(_galaxy_elements(known)),
        pattern=_pattern(known),
        order=read.orders(known.get("order"), ORDERS[scope]),
        **_paging(known),
        options=known,
    )
    tags = [*(search.tags or Terms()).all_of, *(search.event_tags or Terms()).all_of]
    read.require_few("tags", tags, SearchProblem.TOO_MANY_TAGS)
    read.require_few("elements of galaxies", search.galaxy_elements, SearchProblem.TOO_MANY_ELEMENTS)
    check_patterns(search)
    return search


def _each(
    fields: Mapping[str, str], known: Mapping[str, Any], reader: Callable[[Any], Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if name in known and (value := _named(name, reader, known[name])) is not None:
            found[field] = value
    return found


def _named(name: str, reader: Callable[[Any], Any], value: Any) -> Any:
    try:
        return reader(value)
    except Invalid as refused:
        if not isinstance(refused.errors, Problem):
            raise
        raise Invalid({name: [refused.errors]}) from None


def _flags(scope: Scope, known: Mapping[str, Any]) -> dict[str, Any]:
    names = {"to_ids": "to_ids", "published": "published", "protected": "protected", "org.local": "org_local"}
    asked = {
        name: value
        for name, value in known.items()
        if value is not False or name not in FALSE_IS_ABSENT[scope]
    }
    return {
        **_each(names, asked, read.flags),
        "deleted": _named("deleted", read.deleted_flags, known.get("deleted")),
    }


def _seen(scope: Scope, known: Mapping[str, Any], now: int) -> dict[str, Any]:
    if scope is Scope.EVENTS:
        return {}
    uppers = {"first_seen": False, "last_seen": True}
    return {
        name: _named(name, partial(read.seen, now=now, upper=upper), known.get(name))
        for name, upper in uppers.items()
    }


def _galaxy_elements(known: Mapping[str, Any]) -> Any:
    for name, value in known.items():
        if name.startswith("galaxy.") and (found := _named(name, read.terms, value)):
            yield name.removeprefix("galaxy."), found


def _pattern(known: Mapping[str, Any]) -> str | None:
    """`searchall`: the text to search for everywhere; a `value` given with it takes precedence."""
    asked = read.plain_text(known.get("searchall"))
    if asked is None or asked == "0":
        return None
    return read.plain_text(known.get("value")) or asked


def _paging(known: Mapping[str, Any]) -> dict[str, Any]:
    limit = read.whole_number("limit", known.get("limit"))
    page = read.whole_number("page", known.get("page"))
    after = read.whole_number("after_id", known.get("after_id"), LARGEST_ID)
    return {
        "limit": limit if limit > 0 else None,
        "page": max(page, 1),
        "after_id": after if after > 0 else None,
    }
