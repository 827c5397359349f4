"""What is known of each of many values: one statement for thousands of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_list import ListedValue
from vardkase.analysis.search.value_page import FIRST_SEEN, LAST_SEEN, ValueLifetime
from vardkase.analysis.search.value_search import SAME
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import readable_sightings
from vardkase.misp.values import normalise

EXAMINED = 200
"""Occurrences of each value that are looked at; a value with more is "at least" this common."""
WITH_PORT = frozenset(("ip-dst|port", "ip-src|port", "hostname|port"))


@dataclass(frozen=True, slots=True)
class SightingCounts:
    """Sightings that the reader may see; `last_seen` is Unix seconds."""

    seen: int = 0
    false_positives: int = 0
    last_seen: int | None = None


def look_up(actor: Actor, values: Sequence[ListedValue]) -> dict[int, ValueLifetime]:
    """Place in `values` → what the reader may know of it, for those that occur. Each has its commonest type only.

    A host with a port is known if the host is: who lists 198.51.100.1:443 wants to know of the address too.
    """
    rows = _occurring(actor, values, KNOWN)
    return {place: ValueLifetime(*figures) for place, *figures in rows}


def known_places(actor: Actor, values: Sequence[ListedValue]) -> frozenset[int]:
    """The places of those that occur: looks at one occurrence of each, where `look_up` counts them."""
    return frozenset(place for (place,) in _occurring(actor, values, OCCURRING))


def sighted(actor: Actor, values: Sequence[ListedValue]) -> dict[int, SightingCounts]:
    """Place in `values` → its sightings, for those that have any."""
    statement = Statement(actor)
    readable = readable_sightings(actor)
    wanted = statement.fence(WANTED.format(wanted=_wanted(statement, values)))
    query = statement.query(
        SIGHTED.format(wanted=wanted, source=readable.source, condition=readable.condition)
    )
    rows = cursor().execute(query.sql, {**query.parameters, **readable.parameters}).fetchall()
    return {place: SightingCounts(*counts) for place, *counts in rows}


def _occurring(actor: Actor, values: Sequence[ListedValue], sql: str) -> list[tuple[Any, ...]]:
    statement = Statement(actor)
    visible = statement.visible()
    return statement.rows(sql.format(wanted=_wanted(statement, values), visible=visible))


def _wanted(statement: Statement, values: Sequence[ListedValue]) -> str:
    forms = [
        (place, form) for place, value in enumerate(values) for form in dict.fromkeys(_forms(value)) if form
    ]
    # The subqueries keep PostgreSQL from seeing how long the arrays are: it would read the whole table (see `values`).
    return WANTED_VALUES.format(
        places=statement.bind([place for place, _ in forms], "int[]"),
        # A composite value is found by the key of its first part.
        keys=statement.bind(keys_of(form.partition("|")[0] for _, form in forms), "bigint[]"),
        texts=statement.bind([form.lower() for _, form in forms], "text[]"),
    )


def _forms(value: ListedValue) -> Iterator[str]:
    yield value.text
    yield normalise("ip-dst", value.text)
    if value.type in WITH_PORT:
        yield value.text.partition("|")[0]


WANTED_VALUES = "unnest((SELECT {places}), (SELECT {keys}), (SELECT {texts})) AS w (place, key, text)"

# An attribute may be found by several forms of one value, so everything is counted once.
KNOWN = f"""
SELECT w.place, count(DISTINCT f.id), count(DISTINCT f.event_id), count(DISTINCT f.orgc_id),
       count(DISTINCT f.event_id) FILTER (WHERE f.to_ids), min(f.first_seen), max(f.last_seen),
       ARRAY[mode() WITHIN GROUP (ORDER BY f.type)]
FROM {{wanted}} CROSS JOIN LATERAL (
    SELECT a.id, a.event_id, e.orgc_id, a.to_ids, a.type, {FIRST_SEEN} AS first_seen, {LAST_SEEN} AS last_seen
    FROM attribute_key k JOIN attribute a ON a.id = k.attribute_id JOIN event e ON e.id = k.event_id
    WHERE k.key = w.key AND {SAME.format(text="w.text", row="a")} AND {{visible}} LIMIT {EXAMINED}
) f
GROUP BY w.place
"""

OCCURRING = f"""
SELECT DISTINCT w.place
FROM {{wanted}} CROSS JOIN LATERAL (
    SELECT 1
    FROM attribute_key k JOIN attribute a ON a.id = k.attribute_id JOIN event e ON e.id = k.event_id
    WHERE k.key = w.key AND {SAME.format(text="w.text", row="a")} AND {{visible}} LIMIT 1
) f
"""

WANTED = f"""
SELECT DISTINCT w.place, x.id
FROM {{wanted}} JOIN attribute_key k ON k.key = w.key JOIN attribute x ON x.id = k.attribute_id
WHERE {SAME.format(text="w.text", row="x")}
"""

SIGHTED = f"""
SELECT d.place, count(*) FILTER (WHERE s.type = {SightingType.SEEN.value}),
       count(*) FILTER (WHERE s.type = {SightingType.FALSE_POSITIVE.value}),
       max(s.date_sighting) FILTER (WHERE s.type = {SightingType.SEEN.value})
{{source}} JOIN {{wanted}} d ON d.id = s.attribute_id
WHERE {{condition}} GROUP BY d.place
"""
