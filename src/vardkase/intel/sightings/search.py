"""Filters of sightings/restSearch and of sighting lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor
from vardkase.intel.problems import SightingProblem
from vardkase.intel.sightings.queries import readable_sightings
from vardkase.intel.sightings.settings import RANGE
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int
from vardkase.misp.time import parse_time_filter

CONTEXTS = {"attribute": "a", "event": "e"}
DEFAULT_PERIOD = "30d"  # MISP's, for searches that name no time
DAY = 86_400
NEWEST_FIRST = "s.date_sighting DESC, s.id"
BY_ID = "s.id"


@dataclass(frozen=True, slots=True)
class SightingFilters:
    """Filters for sightings; None does not filter. `since` and `until` are Unix seconds.

    `context` is "attribute" or "event", and `things` the ids and uuids of those; `organisations` are ids and
    uuids, a ``!`` prefix excludes one.
    """

    context: str | None = None
    things: tuple[str, ...] = ()
    types: tuple[int, ...] | None = None
    organisations: tuple[str, ...] = ()
    source: str | None = None
    since: int | None = None
    until: int | None = None


def parse_filters(context: str | None, filters: Mapping[str, Any], now: int) -> SightingFilters:
    """The filters of sightings/restSearch (restsearch.md §4). Raises Invalid."""
    since, until = _period(filters, now)
    source = filters.get("source")
    # A type that is not a number matches nothing; without any type, all match.
    types = [
        -1 if (number := as_int(text)) is None else number for text in _texts("type", filters.get("type"))
    ]
    return SightingFilters(
        context=context,
        things=_things(context, filters),
        types=tuple(types) or None,
        organisations=tuple(_texts("org_id", filters.get("org_id"))),
        source=None if source in (None, "") else _texts("source", source)[0],
        since=since,
        until=until,
    )


def recent(filters: SightingFilters) -> SightingFilters:
    days = RANGE.value
    return replace(filters, since=now_seconds() - days * DAY) if days > 0 else filters


def sightings_query(actor: Actor, filters: SightingFilters, order: str = BY_ID) -> SqlQuery:
    readable = readable_sightings(actor)
    parameters = dict(readable.parameters)
    conditions = [readable.condition, *_conditions(filters, parameters)]
    return SqlQuery(
        f"SELECT s.id {readable.source} WHERE {' AND '.join(conditions)} ORDER BY {order}", parameters
    )


def _conditions(filters: SightingFilters, parameters: dict[str, Any]) -> Iterator[str]:
    if filters.context is not None:
        yield _one_of(CONTEXTS[filters.context], "things", filters.things, parameters)
    if wanted := [reference for reference in filters.organisations if not reference.startswith("!")]:
        yield _one_of("org", "orgs", wanted, parameters)
    if unwanted := [reference[1:] for reference in filters.organisations if reference.startswith("!")]:
        # Anonymised sightings have no organisation, so the condition is NULL for them; they are not excluded.
        yield f"NOT coalesce({_one_of('org', 'not_orgs', unwanted, parameters)}, FALSE)"
    for name, sql, value in (
        ("types", "s.type = ANY(%(types)s)", None if filters.types is None else list(filters.types)),
        ("source", "s.source = %(source)s", filters.source),
        ("since", "s.date_sighting >= %(since)s", filters.since),
        ("until", "s.date_sighting <= %(until)s", filters.until),
    ):
        if value is not None:
            parameters[name] = value
            yield sql


def _one_of(alias: str, name: str, references: Sequence[str], parameters: dict[str, Any]) -> str:
    parameters[f"{name}_ids"] = [
        number for reference in references if (number := as_int(reference)) is not None
    ]
    parameters[f"{name}_uuids"] = [reference for reference in references if UUID.fullmatch(reference.lower())]
    return f"({alias}.id = ANY(%({name}_ids)s) OR {alias}.uuid = ANY(%({name}_uuids)s::uuid[]))"


def _things(context: str | None, filters: Mapping[str, Any]) -> tuple[str, ...]:
    if context is None:
        return ()
    if context not in CONTEXTS:
        raise Invalid(SightingProblem.UNKNOWN_CONTEXT(context=context))
    ids, uuids = filters.get("id"), filters.get("uuid")
    if ids in (None, "") and uuids in (None, ""):
        raise Invalid(SightingProblem.NO_ID())
    for number in ids if isinstance(ids, list) else [ids] if ids not in (None, "") else []:
        # Texts are refused, even those that are numbers; True is an int in Python.
        if not isinstance(number, int) or isinstance(number, bool):
            raise Invalid(SightingProblem.BAD_ID(id=number))
    return (*_texts("id", ids), *_texts("uuid", uuids))


def _texts(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None or value == "" else [value]
    if any(isinstance(value, list | dict) for value in values):
        raise Invalid(SightingProblem.BAD_FILTER(name=name))
    return [str(value) for value in values]


def _period(filters: Mapping[str, Any], now: int) -> tuple[int | None, int | None]:
    start, end = filters.get("from"), filters.get("to")
    if start is not None or end is not None:
        return (
            None if start is None else parse_time_filter(start, now),
            None if end is None else parse_time_filter(end, now),
        )
    last = filters.get("last")
    if isinstance(last, list) and len(last) == 2:
        first, second = sorted(parse_time_filter(moment, now) for moment in last)
        return first, second
    return parse_time_filter(DEFAULT_PERIOD if last in (None, "") else last, now), None
