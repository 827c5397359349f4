"""Rows found by a search: ordered ids at eight bytes each, rendered page by page."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence

from vardkase.core.sql import SqlQuery, cursor

type Chosen = SqlQuery | Sequence[int]
"""A search, or the ids that it gave (`chosen_ids`)."""

PAGE = 1000
"""Rows in memory at a time."""


def chosen_ids(query: SqlQuery) -> array[int]:
    """All ids of a search, in order. Their number becomes X-Result-Count."""
    row = cursor().execute(PACKED.format(query=query.sql), query.parameters, binary=True).fetchone()
    ids = array("q", (row and row[0]) or b"")
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


# One value of eight bytes an id: a row for each would cost five times the memory, and a streamed query, which
# could do without, is never prepared: planning an exact search takes as long as running it.
PACKED = "SELECT string_agg(int8send(id), '') FROM ({query}) chosen"


def pages_of(chosen: Chosen, size: int = PAGE) -> Iterator[list[int]]:
    ids = chosen_ids(chosen) if isinstance(chosen, SqlQuery) else chosen
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])
