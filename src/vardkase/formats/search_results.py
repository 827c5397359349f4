"""Attributes for flat export formats: those found by the search, or all remaining ones of the events found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

from vardkase.analysis.decay.options import decay_options
from vardkase.analysis.decay.scores import Scorer
from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.trimming import kept_attributes
from vardkase.core.sql import SqlQuery, cursor
from vardkase.formats.misp_json.selection import pages_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import reader_parameters
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.flags import as_bool

PAGE = 1000
EVENTS_AT_ONCE = 100

# The order of the documents: event by event, first the attributes outside objects.
IN_EVENTS = """
SELECT a.id
FROM unnest({ids}) WITH ORDINALITY AS chosen (id, place)
JOIN event e ON e.id = chosen.id
JOIN attribute a ON a.event_id = e.id
WHERE {kept}
ORDER BY chosen.place, a.object_id NULLS FIRST, a.id
"""

# WITH ORDINALITY keeps the order in which the search found them.
ROWS = """
SELECT {columns}
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id
JOIN event e ON e.id = a.event_id
LEFT JOIN object o ON o.id = a.object_id
WHERE %(types)s::text[] IS NULL OR a.type = ANY(%(types)s::text[])
ORDER BY chosen.place
"""

VALUES = """
SELECT a.id, a.type, concat_ws('|', a.value1, a.value2)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place) JOIN attribute a ON a.id = chosen.id
ORDER BY chosen.place
"""


def attributes_of(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[int]]:
    """Pages of attribute ids for what `search` found (`ids`, of its scope), in document order.

    `enforceWarninglist` leaves out those on an enabled warninglist, `excludeDecayed` those that all decaying
    models consider expired.
    """
    enforce = as_bool(search.options.get("enforceWarninglist"))
    decay = decay_options(search.options)
    scorer = Scorer(actor, decay) if decay and decay.exclude_decayed else None
    for page in _attribute_pages(actor, search, ids):
        kept = page
        if enforce:
            rows = cursor().execute(VALUES, {"ids": page}, binary=True).fetchall()
            hits = find_hits([CheckedValue(value, kind) for _, kind, value in rows])
            kept = [row[0] for position, row in enumerate(rows) if position not in hits]
        kept = list(compress(kept, scorer.kept(kept))) if scorer else kept
        if kept:
            yield kept


def rows_of(
    actor: Actor,
    search: Search,
    ids: Sequence[int],
    columns: str,
    *,
    types: Iterable[str] | None = None,
    **parameters: Any,
) -> Iterator[list[Any]]:
    """Pages of rows of the same attributes: `columns` is SQL over attribute `a`, event `e` and object `o`.

    `types` excludes other types; `parameters` are those of `columns`.
    """
    sql = ROWS.format(columns=columns)
    bound = {**parameters, **reader_parameters(actor), "types": None if types is None else sorted(types)}
    for page in attributes_of(actor, search, ids):
        yield cursor().execute(sql, {**bound, "ids": page}, binary=True).fetchall()


class MatchedValue:
    def __init__(self) -> None:
        self._digests: set[int] = set()

    def first_time(self, value: str) -> bool:
        """True on the first call with `value`; each value takes eight bytes."""
        # A collision would leave out one value; among ten million, the chance of any is about 1 to 400,000.
        digest = int.from_bytes(hashlib.blake2b(value.encode(), digest_size=8).digest())
        if digest in self._digests:
            return False
        self._digests.add(digest)
        return True


def _attribute_pages(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[int]]:
    if search.scope is not Scope.EVENTS:
        yield from pages_of(ids, PAGE)
        return
    for events in pages_of(ids, EVENTS_AT_ONCE):
        yield from pages_of(attributes_in_events(actor, search, events), PAGE)


def attributes_in_events(actor: Actor, search: Search, event_ids: Sequence[int]) -> SqlQuery:
    statement = Statement(actor)
    bound = statement.bind(list(event_ids), "bigint[]")
    return statement.query(IN_EVENTS.format(ids=bound, kept=kept_attributes(statement, search)))
