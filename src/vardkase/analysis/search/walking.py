"""Reading the answer to a search of attributes off the beginning of the store.

An index of patterns or tags finds all attributes that match, in no order, before the first of them can be told: work
that grows with the store. Where enough of the store matches, its first attributes, compared one by one, have the
answer.
"""

from __future__ import annotations

from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.sql import WALKED, sampling_query, values_of
from vardkase.analysis.search.statement import split_items
from vardkase.analysis.search.values import sampled
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

BY_INDEX = frozenset(
    ("uuid", "eventid", "event_uuid", "id_list", "extending", "timestamp", "object_relation")
)
"""Filters that leave few rows, whatever the others do."""

MOST_CHANGES = 1_000_000
LEAST_CHANGES = 4
"""Times the page; where fewer changed, reading their rows costs no more than finding the first ones by id."""
FOREVER = 2**63 - 1
CHANGED = f"""
EXPLAIN (FORMAT JSON) SELECT FROM attribute
WHERE timestamp BETWEEN coalesce(%(start)s::bigint, 0) AND coalesce(%(end)s::bigint, {FOREVER})
"""
"""How many PostgreSQL expects."""


def is_near_the_start(actor: Actor, search: Search) -> bool:
    """Whether the page that `search` wants is probably found among the first attributes, by the share of a sample of
    the store that matches."""
    if search.limit is None or not _collects(search):
        return False
    wanted = search.limit * search.page
    rows, share = sampled()
    if rows <= WALKED or wanted > WALKED // 2:
        return False
    query = sampling_query(actor, search, share * 100)
    matching = cursor().execute(query.sql, query.parameters).fetchall()[0][0]
    return bool(matching * WALKED >= 2 * wanted * share * rows)


def goes_by_time(search: Search) -> bool:
    """Whether a search by the time of changes alone is answered from the ids of what changed: these are several times
    what the page shows, and fit into an array."""
    times = search.timestamp
    if times is None or search.limit is None or search.after_id or search.order:
        return False
    if search.scope is not Scope.ATTRIBUTES or search.narrowed_by != {"timestamp"}:
        return False
    bounds = {"start": times.start, "end": times.end}
    plan = cursor().execute(CHANGED, bounds).fetchall()[0][0][0]["Plan"]
    return bool(search.limit * search.page * LEAST_CHANGES <= plan["Plan Rows"] <= MOST_CHANGES)


def _collects(search: Search) -> bool:
    """Whether all matches would be collected and then put in the order of ids."""
    if search.scope is not Scope.ATTRIBUTES or search.order or search.narrowed_by & BY_INDEX:
        return False
    values = [split_items(terms.wanted) for terms in values_of(search) if terms and terms.wanted]
    if any(exact for exact, _patterns in values):
        return False
    return bool(values) or bool(search.tags and search.tags.wanted)
