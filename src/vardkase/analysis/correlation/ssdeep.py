"""Fuzzy correlation of similar ssdeep hashes, as in MISP.

Those that share a run of seven letters are found by the index and then compared, a bounded number of them.
What is equal correlates by its key and is left out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings

from vardkase.analysis.correlation.event_rules import as_array, rules_naming, unnamed_by
from vardkase.analysis.correlation.settings import SSDEEP_THRESHOLD
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.misp.ssdeep import similarity

MOST_OWN = 300
"""How many hashes are looked up for one reading: each has to be read with all that shares a run with it."""
CANDIDATES = 1_000
"""How many others one hash is compared with, those of its own event among them."""
COMPARISONS = 20_000
"""How many pairs are compared for one reading: about two seconds."""


class Similar(NamedTuple):
    attribute_id: int
    value: str
    related_id: int
    related_event_id: int
    type: str = "ssdeep"


OWN = """
SELECT s.attribute_id, s.event_id, s.hash
FROM attribute_ssdeep s JOIN event own ON own.id = s.event_id
WHERE {where} AND {event} AND {attribute} ORDER BY s.attribute_id LIMIT %(own)s
"""

# The own hash is looked up once more for its runs: they are much longer than its number.
OTHERS = """
SELECT m.attribute_id, other.attribute_id, other.event_id, m.hash, other.hash
FROM unnest(%(ids)s::bigint[], %(rules)s::text[]) AS places (id, rules)
JOIN attribute_ssdeep m ON m.attribute_id = places.id
CROSS JOIN LATERAL (
    SELECT o.attribute_id, o.event_id, o.hash
    FROM (SELECT * FROM attribute_ssdeep WHERE runs && m.runs LIMIT %(each)s) o
    JOIN event e ON e.id = o.event_id
    WHERE o.event_id <> m.event_id AND o.hash <> m.hash AND {event} AND {attribute} AND {apart}
) other
LIMIT %(all)s
"""


def similar_to_event(actor: Actor, event_id: int) -> list[Similar]:
    return _similar(actor, "s.event_id = %(event)s", {"event": event_id})


def similar_to_attributes(actor: Actor, attribute_ids: Iterable[int]) -> list[Similar]:
    return _similar(actor, "s.attribute_id = ANY(%(ids)s::bigint[])", {"ids": list(attribute_ids)})


def over_correlating(similar: Sequence[Similar]) -> set[int]:
    """Attributes similar to more than VARDKASE_CORRELATION_LIMIT others; they do not link events."""
    counted = Counter(pair.attribute_id for pair in similar)
    return {number for number, count in counted.items() if count > settings.VARDKASE_CORRELATION_LIMIT}


def linking(similar: Sequence[Similar]) -> list[Similar]:
    common = over_correlating(similar)
    return [pair for pair in similar if pair.attribute_id not in common]


def _similar(actor: Actor, where: str, parameters: Mapping[str, object]) -> list[Similar]:
    sql = OWN.format(
        where=where,
        event=event_predicate(actor, "own"),
        attribute=attribute_predicate(actor, "s", "own", key="attribute_id"),
    )
    own = cursor().execute(sql, {**parameters, "own": MOST_OWN, **reader_parameters(actor)}).fetchall()
    if not own:
        return []
    # One query for all events; most have no rule, and then no pair is tried against any.
    rules = rules_naming({event_id for _, event_id, _ in own})
    sql = OTHERS.format(
        event=event_predicate(actor),
        attribute=attribute_predicate(actor, "o", key="attribute_id"),
        apart=unnamed_by("places.rules") if rules else "TRUE",
    )
    others = {
        "ids": [attribute_id for attribute_id, _, _ in own],
        "rules": [as_array(rules.get(event_id, ())) for _, event_id, _ in own],
        "each": CANDIDATES,
        "all": COMPARISONS,
    }
    threshold = SSDEEP_THRESHOLD.value
    return [
        Similar(attribute_id, ours, other_id, other_event_id)
        for attribute_id, other_id, other_event_id, ours, theirs in cursor()
        .execute(sql, {**others, **reader_parameters(actor)})
        .fetchall()
        if similarity(ours, theirs) >= threshold
    ]
