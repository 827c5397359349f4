"""Queries for correlations; they always apply the reader's visibility rule and are always bounded.

Two attributes of different events correlate when they share a key and both rows say `correlates`, or when their
fuzzy hashes are alike. A value with more readable other occurrences than VARDKASE_CORRELATION_LIMIT is
over-correlating: it is named and counted, and its occurrences are listed only on request for that value. Events that a
correlation rule keeps apart are not related to each other; the rules do not affect how often a value is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, NamedTuple

from django.conf import settings

from vardkase.analysis.correlation.event_rules import as_array, rules_naming, unnamed_by
from vardkase.analysis.correlation.keys import keys_of
from vardkase.analysis.correlation.settings import DISABLED
from vardkase.analysis.correlation.shared_keys import SHARED
from vardkase.analysis.correlation.ssdeep import (
    Similar,
    linking,
    over_correlating,
    similar_to_attributes,
    similar_to_event,
)
from vardkase.analysis.correlation.subnets import contained_in_attributes, contained_in_event
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.misp.types import correlation_parts
from vardkase.misp.values import normalise


class Pair(NamedTuple):
    attribute_id: int
    related_id: int
    related_event_id: int


@dataclass(slots=True)
class Correlations:
    """The pairs, and the attributes omitted because one of their parts over-correlates."""

    pairs: list[Pair] = field(default_factory=list)
    over_correlating: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RelatedEvent:
    event_id: int
    shared: int


@dataclass(frozen=True, slots=True)
class Occurrences:
    value: str
    count: int


KEYS_OF_EVENT = f"""
SELECT DISTINCT k.key, k.attribute_id, k.event_id
FROM attribute_key k JOIN event own ON own.id = k.event_id
WHERE k.event_id = %(event)s AND k.correlates AND {SHARED} AND {{event}} AND {{attribute}}
"""

KEYS_OF_ATTRIBUTES = """
SELECT DISTINCT k.key, k.attribute_id, k.event_id
FROM attribute a
JOIN attribute_key k ON k.event_id = a.event_id AND k.attribute_id = a.id
JOIN event own ON own.id = k.event_id
WHERE a.id = ANY(%(ids)s::bigint[]) AND k.correlates AND {event} AND {attribute}
"""

# One index-only scan for each different key; the limit makes a hot value as cheap as any other.
PAIRS = """
SELECT places.place, other.attribute_id, other.event_id
FROM unnest(%(keys)s::bigint[], %(events)s::bigint[], %(rules)s::text[])
     WITH ORDINALITY AS places (key, event_id, rules, place)
CROSS JOIN LATERAL (
    SELECT o.attribute_id, o.event_id
    FROM attribute_key o {join}
    WHERE o.key = places.key AND o.event_id <> places.event_id AND o.correlates
          AND {event} AND {attribute} AND {apart}
    LIMIT %(cap)s + 1
) other
"""

# Fenced by OFFSET 0: in a plain join, PostgreSQL reads all events for each key whenever it takes that for cheaper, and
# the related events of 350,000 attributes cost 4.7 s in place of 0.4.
EVENT_OF_OTHER = "CROSS JOIN LATERAL (SELECT * FROM event WHERE id = o.event_id OFFSET 0) e"

OF_VALUES = """
SELECT places.place, other.attribute_id, other.event_id
FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY AS places (key, place)
CROSS JOIN LATERAL (
    SELECT o.attribute_id, o.event_id
    FROM attribute_key o {join}
    WHERE o.key = places.key AND o.event_id <> %(event)s AND o.correlates
          AND {event} AND {attribute} AND {apart}
    LIMIT %(each)s
) other
"""

# In the order of the index, so that neighbouring look-ups find its pages at hand and nothing is sorted again.
RELATED_EVENTS = """
WITH mine AS MATERIALIZED (SELECT DISTINCT key FROM ({mine}) every ORDER BY key)
SELECT shared.event_id, count(*) AS shared
FROM mine
CROSS JOIN LATERAL (
    SELECT count(*) AS occurrences, array_agg(DISTINCT few.event_id) AS event_ids
    FROM (
        SELECT o.event_id
        FROM attribute_key o {join}
        WHERE o.key = mine.key AND o.event_id <> %(event)s AND o.correlates
              AND {event} AND {attribute} AND {apart}
        LIMIT %(cap)s + 1
    ) few
) other
CROSS JOIN LATERAL unnest(other.event_ids) AS shared (event_id)
WHERE other.occurrences <= %(cap)s
GROUP BY shared.event_id ORDER BY shared DESC, shared.event_id DESC
LIMIT %(limit)s
"""

CORRELATING = """
SELECT DISTINCT mine.attribute_id FROM ({mine}) mine
WHERE EXISTS (
    SELECT 1 FROM attribute_key o {join}
    WHERE o.key = mine.key AND o.event_id <> %(event)s AND o.correlates AND {event} AND {attribute} AND {apart}
)
"""

# Counts no further than one too many.
OVER_CORRELATING = """
SELECT mine.attribute_id, mine.key FROM (
    SELECT key, min(attribute_id) AS attribute_id FROM ({mine}) every GROUP BY key
) mine
CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
    SELECT 1 FROM attribute_key o {join}
    WHERE o.key = mine.key AND o.event_id <> %(event)s AND o.correlates AND {event} AND {attribute} AND {apart}
    LIMIT %(cap)s + 1
) AS few) AS found
WHERE found.number > %(cap)s ORDER BY mine.attribute_id LIMIT %(limit)s
"""

WITH_VALUE = """
SELECT k.attribute_id
FROM attribute_key k JOIN event e ON e.id = k.event_id JOIN attribute a ON a.id = k.attribute_id
WHERE k.key = ANY(%(keys)s::bigint[]) AND NOT a.deleted AND {event} AND {attribute}
GROUP BY k.attribute_id ORDER BY k.attribute_id DESC LIMIT %(limit)s
"""

COUNT_OF_VALUE = """
SELECT count(DISTINCT k.attribute_id), count(DISTINCT k.event_id)
FROM attribute_key k JOIN event e ON e.id = k.event_id JOIN attribute a ON a.id = k.attribute_id
WHERE k.key = ANY(%(keys)s::bigint[]) AND NOT a.deleted AND {event} AND {attribute}
"""

IN_NETWORKS = """
SELECT n.attribute_id
FROM attribute_network n
JOIN attribute a ON a.id = n.attribute_id
JOIN event e ON e.id = n.event_id
WHERE {where} AND NOT a.deleted AND {event} AND {attribute}
ORDER BY n.attribute_id DESC LIMIT %(limit)s
"""

# The range is what the b-tree can use; PostgreSQL derives it by itself only for a constant.
WITHIN = "n.net BETWEEN %(net)s::inet AND %(last)s::inet AND n.net <<= %(net)s::inet"

COUNTS = """
SELECT counted.key, counted.occurrences, a.value1, a.value2
FROM (
    SELECT k.key, count(*) AS occurrences, min(k.attribute_id) AS attribute_id
    FROM attribute_key k JOIN event e ON e.id = k.event_id
    WHERE k.correlates AND {event} AND {attribute}
    GROUP BY k.key HAVING count(*) {having}
    ORDER BY occurrences DESC, k.key LIMIT %(limit)s OFFSET %(offset)s
) counted
JOIN attribute a ON a.id = counted.attribute_id
ORDER BY counted.occurrences DESC, counted.key
"""


def related_events(actor: Actor, event_id: int, *, limit: int = 1000) -> list[RelatedEvent]:
    if DISABLED.value:
        return []
    cap = settings.VARDKASE_CORRELATION_LIMIT
    shared = Counter(dict(_correlating(actor, event_id, RELATED_EVENTS, cap=cap, limit=limit)))
    alike = linking(alike_in_event(actor, event_id))
    # Counter.update adds: an event may share keys and have similar hashes as well.
    shared.update(other for other, _ in {(each.related_event_id, each.value) for each in alike})
    ranked = sorted(shared.items(), key=lambda each: (-each[1], -each[0]))
    return [RelatedEvent(*each) for each in ranked[:limit]]


def correlations_of_event(actor: Actor, event_id: int) -> Correlations:
    if DISABLED.value:
        return Correlations()
    shared = _correlations(actor, KEYS_OF_EVENT, {"event": event_id})
    return _with_alike(shared, alike_in_event(actor, event_id))


def correlations_of_attributes(actor: Actor, attribute_ids: Sequence[int]) -> Correlations:
    if DISABLED.value:
        return Correlations()
    shared = _correlations(actor, KEYS_OF_ATTRIBUTES, {"ids": list(attribute_ids)})
    similar = similar_to_attributes(actor, attribute_ids) + contained_in_attributes(actor, attribute_ids)
    return _with_alike(shared, similar)


def correlating_attributes(actor: Actor, event_id: int) -> set[int]:
    """Ids of the attributes of an event that correlate, however often."""
    if DISABLED.value:
        return set()
    found = {row[0] for row in _correlating(actor, event_id, CORRELATING)}
    return found | {each.attribute_id for each in alike_in_event(actor, event_id)}


def has_correlations(actor: Actor, event_id: int) -> bool:
    """Whether any attribute of an event correlates."""
    if DISABLED.value:
        return False
    if any(row[0] for row in _correlating(actor, event_id, f"SELECT EXISTS ({CORRELATING})")):
        return True
    return bool(alike_in_event(actor, event_id))


def over_correlating_in_event(actor: Actor, event_id: int, *, limit: int) -> dict[int, int]:
    """Attribute id → key, for values of an event that over-correlate; one attribute of each."""
    if DISABLED.value:
        return {}
    cap = settings.VARDKASE_CORRELATION_LIMIT
    return dict(_correlating(actor, event_id, OVER_CORRELATING, cap=cap, limit=limit))


def alike_in_event(actor: Actor, event_id: int) -> list[Similar]:
    return similar_to_event(actor, event_id) + contained_in_event(actor, event_id)


def correlations_of_values(
    actor: Actor, event_id: int, values: Sequence[tuple[str, str, str | None]], *, each: int = 10
) -> list[Pair]:
    """What each value (type and both parts) would correlate with in this event, up to `each` per part.

    The first member of each pair is the position of the value.
    """
    if DISABLED.value:
        return []
    # A value has up to two parts, so the rows of the query are numbered by part and not by value.
    parts = [(place, part) for place, value in enumerate(values) for part in correlation_parts(*value)]
    keys = keys_of(part for _, part in parts)
    rules = rules_naming([event_id]).get(event_id, [])
    sql = OF_VALUES.format(**_others(actor, "%(rules)s" if rules else ""))
    rows = _rows(actor, sql, keys=keys, event=event_id, each=each, rules=rules)
    return list(dict.fromkeys(Pair(parts[place - 1][0], *other) for place, *other in rows))


def attributes_with_value(actor: Actor, value: str, *, limit: int = 1000) -> list[int]:
    """Ids of the attributes with `value` (or with it as one half of a composite), newest first."""
    sql = _visible(WITH_VALUE, actor, "k", "e")
    return [row[0] for row in _rows(actor, sql, keys=_value_keys(value), limit=limit)]


def count_of_value(actor: Actor, value: str) -> tuple[int, int]:
    """The number of attributes and events with `value`, within what the actor may read."""
    attributes, events = _rows(actor, _visible(COUNT_OF_VALUE, actor, "k", "e"), keys=_value_keys(value))[0]
    return attributes, events


def networks_containing(actor: Actor, network: str, *, limit: int = 1000) -> list[int]:
    """Ids of the attributes whose address or network contains or equals `network`, newest first.

    Raises ValueError when `network` is not an address or network.
    """
    net = ip_network(network, strict=False)
    # By equality with each of the 33 (IPv6: 129) networks that can hold it, which the b-tree has.
    supernets = [str(net.supernet(new_prefix=prefix)) for prefix in range(net.prefixlen + 1)]
    sql = _visible(IN_NETWORKS, actor, "a", "e", where="n.net = ANY(%(nets)s::inet[])")
    return [row[0] for row in _rows(actor, sql, nets=supernets, limit=limit)]


def within_network(actor: Actor, network: str, *, limit: int = 1000) -> list[int]:
    """Ids of the attributes whose address or network is within or equal to `network`, newest first.

    Raises ValueError when `network` is not an address or network.
    """
    net = ip_network(network, strict=False)
    sql = _visible(IN_NETWORKS, actor, "a", "e", where=WITHIN)
    last = f"{net.broadcast_address}/{net.max_prefixlen}"
    return [row[0] for row in _rows(actor, sql, net=str(net), last=last, limit=limit)]


def over_correlating_values(actor: Actor, *, limit: int = 100, offset: int = 0) -> list[Occurrences]:
    return _most_frequent(actor, "> %(cap)s", limit, offset, cap=settings.VARDKASE_CORRELATION_LIMIT)


def top_values(actor: Actor, *, limit: int = 100, offset: int = 0) -> list[Occurrences]:
    return _most_frequent(
        actor, "BETWEEN 2 AND %(cap)s", limit, offset, cap=settings.VARDKASE_CORRELATION_LIMIT
    )


def _correlating(actor: Actor, event_id: int, sql: str, **parameters: int) -> list[tuple[Any, ...]]:
    rules = rules_naming([event_id]).get(event_id, [])
    others = _others(actor, "%(rules)s" if rules else "")
    mine = _visible(KEYS_OF_EVENT, actor, "k", "own")
    return _rows(actor, sql.format(mine=mine, **others), event=event_id, rules=rules, **parameters)


def _correlations(actor: Actor, mine: str, parameters: dict[str, Any]) -> Correlations:
    holders: dict[tuple[int, int], list[int]] = {}
    for key, attribute_id, event_id in _rows(actor, _visible(mine, actor, "k", "own"), **parameters):
        holders.setdefault((key, event_id), []).append(attribute_id)
    if not holders:
        return Correlations()
    keys, events = zip(*holders, strict=True)
    cap = settings.VARDKASE_CORRELATION_LIMIT
    rules = rules_naming(set(events))
    sql = PAIRS.format(**_others(actor, "places.rules" if rules else ""))
    named = [as_array(rules.get(event_id, ())) for event_id in events]
    others: list[list[tuple[int, int]]] = [[] for _ in keys]
    for place, related_id, related_event_id in _rows(
        actor, sql, keys=list(keys), events=list(events), rules=named, cap=cap
    ):
        others[place - 1].append((related_id, related_event_id))
    return _paired(list(holders.values()), others, cap)


def _paired(holders: list[list[int]], others: list[list[tuple[int, int]]], cap: int) -> Correlations:
    result = Correlations()
    pairs: list[Pair] = []
    for own, matches in zip(holders, others, strict=True):
        # One row more than the cap was asked for, to know that there are more without counting them.
        if len(matches) > cap:
            result.over_correlating.update(own)
        elif matches:
            for attribute_id in own:
                pairs.extend([Pair(attribute_id, *other) for other in matches])
    # A composite may share both its halves with the same attribute; the order of keys differs from hub to hub.
    result.pairs.extend(sorted(set(pairs)))
    return result


def _with_alike(shared: Correlations, alike: Sequence[Similar]) -> Correlations:
    if not alike:
        return shared
    pairs = [Pair(each.attribute_id, each.related_id, each.related_event_id) for each in linking(alike)]
    over = shared.over_correlating | over_correlating(alike)
    return Correlations(list(dict.fromkeys(shared.pairs + pairs)), over)


def _most_frequent(
    actor: Actor, having: str, limit: int, offset: int, **parameters: int
) -> list[Occurrences]:
    sql = _visible(COUNTS, actor, "k", "e", having=having)
    rows = _rows(actor, sql, limit=limit, offset=offset, **parameters)
    return [
        # The key does not say which half of a composite it is of.
        Occurrences(value1 if value2 is None or key in keys_of([value1]) else value2, count)
        for key, count, value1, value2 in rows
    ]


def _value_keys(value: str) -> list[int]:
    text = value.strip()
    return keys_of(dict.fromkeys((text, normalise("ip-dst", text))))


def _others(actor: Actor, rules: str) -> dict[str, str]:
    """The visibility predicates on other attributes' keys `o`, and the join they need (none if the actor
    reads all).

    `rules`: SQL of the correlation rules that name the event; "" when there are none.
    """
    predicates = _predicates(actor, "o") | {"apart": unnamed_by(rules) if rules else "TRUE"}
    everything = all(predicate == "TRUE" for predicate in predicates.values())
    return {**predicates, "join": "" if everything else EVENT_OF_OTHER}


def _visible(sql: str, actor: Actor, attribute: str, event: str, **parts: str) -> str:
    return sql.format(**_predicates(actor, attribute, event), **parts)


def _predicates(actor: Actor, attribute: str, event: str = "e") -> dict[str, str]:
    key = "id" if attribute == "a" else "attribute_id"
    return {
        "event": event_predicate(actor, event),
        "attribute": attribute_predicate(actor, attribute, event, key=key),
    }


def _rows(actor: Actor, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return cursor().execute(sql, {**parameters, **reader_parameters(actor)}, binary=True).fetchall()
