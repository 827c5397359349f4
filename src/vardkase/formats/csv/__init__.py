"""CSV export of a search: one line per attribute.

Values are written as they are, as MISP does: programs read them. A spreadsheet calculates a cell that begins like
a formula, so ``escapeFormulas``, which the pages always set, puts an apostrophe before such cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core.sql import cursor
from vardkase.formats.csv.columns import CONTEXT, DEFAULT, EVENT_COLUMNS, column_sql
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import reader_parameters
from vardkase.misp.flags import as_bool
from vardkase.misp.time import render_seen

NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
SEEN = ("first_seen", "last_seen")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet calculate a cell instead of showing it."""
WITHIN = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""The same after what a spreadsheet that separates cells by semicolons, as a Swedish one does, takes for the end of a
cell or line though it stands in quotes."""

type Cell = str | int | bool | None


def table(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The header, unless `headerless`, a line for each attribute, and an empty line at the end."""
    if not as_bool(search.options.get("headerless")):
        yield (",".join(columns_of(search)) + "\n").encode()
    cell = spreadsheet_cell_text if as_bool(search.options.get("escapeFormulas")) else cell_text
    for rows, events in _pages(actor, search, ids):
        ends = {number: "".join("," + cell(value) for value in values) for number, values in events.items()}
        yield "".join([f"{','.join(map(cell, row))}{ends[number]}\n" for number, *row in rows]).encode()
    yield b"\n"


def records(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[Sequence[Any]]]:
    """Pages of the values of `columns_of` the search, a row for each attribute."""
    for rows, events in _pages(actor, search, ids):
        yield [(*row, *events[number]) for number, *row in rows]


def columns_of(search: Search) -> list[str]:
    """The column names: those requested, else MISP's; `includeContext` adds the event's."""
    requested = search.options.get("requested_attributes")
    if isinstance(requested, str):
        requested = requested.split(",")
    names = [str(name).strip().replace("-", "_") for name in requested or DEFAULT]
    objects = search.options.get("requested_obj_attributes") or []
    names += [f"object_{str(name).replace('-', '_')}" for name in objects if isinstance(objects, list)]
    return [*names, *CONTEXT] if as_bool(search.options.get("includeContext")) else names


type Rows = list[Sequence[Any]]


def _pages(
    actor: Actor, search: Search, ids: Sequence[int]
) -> Iterator[tuple[Rows, dict[int, Sequence[Any]]]]:
    # The trailing columns of the event are the same for all its attributes: they are read and written once.
    names = columns_of(search)
    end = max((position for position, name in enumerate(names, 1) if name not in EVENT_COLUMNS), default=0)
    own, shared = names[:end], names[end:]
    seen = [position for position, name in enumerate(own, 1) if name in SEEN]
    all_tags = as_bool(search.options.get("includeAllTags"))
    of_events = search.scope is Scope.EVENTS
    columns = ", ".join(["e.id", *(column_sql(actor, name, of_events=of_events) for name in own)])
    for rows in rows_of(actor, search, ids, columns, all_tags=all_tags):
        events = _event_values(actor, sorted({row[0] for row in rows}), shared, all_tags=all_tags)
        # Without those whose event was deleted between the two statements.
        remaining = [row for row in rows if row[0] in events]
        yield [_with_times(row, seen) for row in remaining] if seen else remaining, events


def _event_values(
    actor: Actor, event_ids: list[int], names: list[str], *, all_tags: bool
) -> dict[int, Sequence[Any]]:
    if not names:
        return dict.fromkeys(event_ids, ())
    sql = EVENTS.format(columns=", ".join(column_sql(actor, name, of_events=True) for name in names))
    parameters = {"ids": event_ids, "all_tags": all_tags, **reader_parameters(actor)}
    rows = cursor().execute(sql, parameters, binary=True)
    return {number: values for number, *values in rows}


EVENTS = "SELECT e.id, {columns} FROM event e WHERE e.id = ANY(%(ids)s::bigint[])"


def _with_times(row: Sequence[Any], seen: Sequence[int]) -> list[Any]:
    return [
        (None if value is None else render_seen(value)) if position in seen else value
        for position, value in enumerate(row)
    ]


def line(row: Sequence[Any]) -> str:
    return ",".join(map(cell_text, row)) + "\n"


def spreadsheet_line(row: Sequence[Any]) -> str:
    """A CSV row for spreadsheets: no cell is interpreted as a formula."""
    return ",".join(map(spreadsheet_cell_text, row)) + "\n"


def shown(text: str) -> str:
    """`text` as a cell that no spreadsheet interprets as a formula."""
    if text.startswith(FORMULA):
        return f"'{text[0]}{WITHIN.sub(r"\1'", text[1:])}"
    return WITHIN.sub(r"\1'", text)


def spreadsheet_cell_text(value: Cell) -> str:
    # Numbers stay as they are: -5 begins like a formula, but is not one.
    return cell_text(shown(value) if isinstance(value, str) and not NUMERIC.fullmatch(value) else value)


def cell_text(value: Cell) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) or NUMERIC.fullmatch(value):
        return str(value)
    # Quoted even without a comma in it, as MISP does: only numbers are bare.
    return '"' + value.replace('"', '""') + '"'
