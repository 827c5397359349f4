"""Keyset pagination: a page starts after a row, identified by the sort value and its id.

A page costs the same wherever it lies, and rows that arrive meanwhile move nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SIZES = (15, 50, 200)
DEFAULT_SIZE = 50


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The position beyond the row with sort value `key` (as text) and `id`; `back`: read towards the start."""

    key: str
    id: int
    back: bool = False

    def __str__(self) -> str:
        return f"{self.id},{self.key}"


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """Some rows of a list in order, and the places of the previous and next pages."""

    rows: list[Row]
    before: PagePosition | None
    after: PagePosition | None


def place_of(text: str, *, back: bool = False) -> PagePosition | None:
    number, comma, key = text.partition(",")
    if not comma or not number.isdecimal() or len(number) > 18:
        return None
    return PagePosition(key, int(number), back)


def sound(place: PagePosition | None, cast: str) -> PagePosition | None:
    """`place`, or None if its key, which anybody can write into an address, is no value of the SQL type `cast`."""
    if place is None:
        return None
    if cast == "text":
        is_valid = "\0" not in place.key  # The one character that PostgreSQL stores in no text.
    elif cast == "date":
        try:
            is_valid = bool(date.fromisoformat(place.key))
        except ValueError:
            is_valid = False
    else:
        # Fewer digits than the type has room for, so that no cast overflows.
        digits = 4 if cast == "smallint" else 18
        is_valid = re.fullmatch(rf"-?[0-9]{{1,{digits}}}", place.key) is not None
    return place if is_valid else None


def beyond(key: str, id: str, cast: str, place: PagePosition | None, *, descending: bool) -> tuple[str, str]:
    """SQL: the condition for rows beyond `place` (parameters place_key, place_id), and the ordering."""
    down = descending != bool(place and place.back)
    order = f"{key} DESC, {id} DESC" if down else f"{key}, {id}"
    if place is None:
        return "TRUE", order
    sign = "<" if down else ">"
    return f"({key}, {id}) {sign} (%(place_key)s::{cast}, %(place_id)s::bigint)", order


def place_parameters(place: PagePosition | None) -> dict[str, Any]:
    return {} if place is None else {"place_key": place.key, "place_id": place.id}


def page_of[Row](
    read: Sequence[Row], place: PagePosition | None, size: int, where: Callable[[Row], tuple[Any, int]]
) -> Page[Row]:
    # One row more than the page was read, which shows that another page follows.
    rows, more = list(read[:size]), len(read) > size
    back = bool(place and place.back)
    if back:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    earlier, later = (more, True) if back else (place is not None, more)
    (first_key, first_id), (last_key, last_id) = where(rows[0]), where(rows[-1])
    return Page(
        rows,
        PagePosition(str(first_key), first_id, back=True) if earlier else None,
        PagePosition(str(last_key), last_id) if later else None,
    )
