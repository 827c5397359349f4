"""Queries for the page of one value: occurrences, first seen, and related values visible to the reader."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_search import ValueMeaning, ValueQuery, exact_ids
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

EXAMINED = 2000
"""Occurrences of a value that are looked at; a value with more is "at least" this common."""
PLACES = 200
"""Occurrences whose objects are searched for neighbours."""


@dataclass(frozen=True, slots=True)
class ValueLifetime:
    """Facts about a value.

    Times are in Unix seconds; `types` are sorted by frequency; for `more` see EXAMINED.
    """

    attributes: int
    events: int
    organisations: int
    detected: int
    first_seen: int
    last_seen: int
    types: list[str]

    @property
    def more(self) -> bool:
        return self.attributes >= EXAMINED


@dataclass(frozen=True, slots=True)
class NearValue:
    type: str
    value: str
    relation: str
    events: int


def life_of(actor: Actor, value: str) -> ValueLifetime | None:
    statement = Statement(actor)
    query = statement.query(
        LIFE.format(
            ids=exact_ids(statement, (value,)),
            visible=statement.visible(),
            limit=EXAMINED,
            first_seen=FIRST_SEEN,
            last_seen=LAST_SEEN,
        )
    )
    row = cursor().execute(query.sql, query.parameters).fetchone()
    return ValueLifetime(*row) if row and row[0] else None


def near_values(actor: Actor, value: str, *, limit: int = 15) -> list[NearValue]:
    statement = Statement(actor)
    ids = exact_ids(statement, (value,))
    text = statement.bind(value, "text")
    query = statement.query(
        NEAR.format(ids=ids, visible=statement.visible(), places=PLACES, text=text, limit=limit)
    )
    return [NearValue(*row) for row in cursor().execute(query.sql, query.parameters).fetchall()]


def occurrence_ids(actor: Actor, value: str) -> list[int]:
    """The attributes that the reader may see; as many as are looked at, newest first."""
    statement = Statement(actor)
    sql = OCCURRENCES.format(ids=exact_ids(statement, (value,)), visible=statement.visible(), limit=EXAMINED)
    return [row[0] for row in statement.rows(sql)]


def occurrences(value: str) -> ValueQuery:
    return ValueQuery(value, ValueMeaning.VALUE, (value,))


# `first_seen` and `last_seen` are in microseconds, as MISP stores them; timestamps are in seconds.
FIRST_SEEN = "least(coalesce(a.first_seen / 1000000, a.timestamp), a.timestamp)"
LAST_SEEN = "coalesce(a.last_seen / 1000000, a.timestamp)"

LIFE = """
WITH seen AS (
    SELECT a.id, a.event_id, e.orgc_id, a.to_ids, a.type,
           {first_seen} AS first_seen, {last_seen} AS last_seen
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.id IN ({ids}) AND {visible} LIMIT {limit}
)
SELECT count(*), count(DISTINCT event_id), count(DISTINCT orgc_id),
       count(DISTINCT event_id) FILTER (WHERE to_ids), min(first_seen), max(last_seen),
       (SELECT array_agg(type ORDER BY number DESC, type)
        FROM (SELECT type, count(*) AS number FROM seen GROUP BY type) each)
FROM seen
"""

OCCURRENCES = """
SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id IN ({ids}) AND {visible} ORDER BY a.id DESC LIMIT {limit}
"""

# Materialised, since it is read three times and its limit bounds all that follows.
NEAR = """
WITH places AS MATERIALIZED (
    SELECT a.id, a.object_id, a.value1, a.value2, a.type, a.event_id
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.id IN ({ids}) AND {visible} ORDER BY a.id DESC LIMIT {places}
),
near AS (
    SELECT a.type, a.value1 || coalesce('|' || a.value2, '') AS value, coalesce(a.object_relation, '') AS relation,
           a.event_id
    FROM (SELECT DISTINCT object_id FROM places WHERE object_id IS NOT NULL) p
    JOIN attribute a ON a.object_id = p.object_id JOIN event e ON e.id = a.event_id
    WHERE a.id NOT IN (SELECT id FROM places) AND {visible}
    UNION ALL
    SELECT type, CASE WHEN lower(value1) = lower({text}) THEN value2 ELSE value1 END, '', event_id
    FROM places WHERE value2 IS NOT NULL
)
SELECT min(type), value, min(relation), count(DISTINCT event_id) AS events
FROM near WHERE length(value) <= 300 AND lower(value) <> lower({text})
GROUP BY value ORDER BY events DESC, value LIMIT {limit}
"""
