"""Warninglists whose entries are tested on every value (substrings, regular expressions), cached per process.

They are small (LARGEST entries at most), and those of a list are read again when its revision has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from vardkase.core.errors import InvalidValue
from vardkase.core.expressions import ExpressionSet, TextSet, expression_from
from vardkase.core.sql import cursor

LARGEST = 20_000
LARGEST_TEXT = 1_000_000
"""Entries of one such list, and their characters: what is tried on every value must not grow without bound."""

KEPT = 64


@lru_cache(maxsize=KEPT)
def substrings_of(warninglist_id: int, _revision: int) -> TextSet:
    # The revision is part of the cache's key.
    return TextSet(list(_entries(warninglist_id)))


@lru_cache(maxsize=KEPT)
def expressions_of(warninglist_id: int, _revision: int) -> ExpressionSet:
    return ExpressionSet(readable(_entries(warninglist_id)))


def readable(values: Iterable[str]) -> list[str]:
    # An expression that only PHP can read must not disable the rest of a published list.
    return [value for value in values if _is_readable(value)]


def _is_readable(value: str) -> bool:
    try:
        expression_from(value)
    except InvalidValue:
        return False
    return True


def _entries(warninglist_id: int) -> Iterator[str]:
    rows = cursor().execute(
        "SELECT value FROM warninglist_entry WHERE warninglist_id = %s ORDER BY id", (warninglist_id,)
    )
    return (row[0] for row in rows.fetchall())
