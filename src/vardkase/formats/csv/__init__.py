"""CSV of a search: a line an attribute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.formats.csv.columns import CONTEXT, DEFAULT, column_sql
from vardkase.formats.found import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool
from vardkase.misp.time import render_seen

NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
SEEN = ("first_seen", "last_seen")


def table(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The header, unless `headerless`, a line for each attribute, and an empty line at the end."""
    if not as_bool(search.options.get("headerless")):
        yield (",".join(columns_of(search)) + "\n").encode()
    for rows in records(actor, search, ids):
        yield "".join(map(line, rows)).encode()
    yield b"\n"


def records(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[Sequence[Any]]]:
    """Pages of the values of `columns_of` the search, a row for each attribute."""
    names = columns_of(search)
    columns = ", ".join(column_sql(name, of_events=search.scope is Scope.EVENTS) for name in names)
    seen = [place for place, name in enumerate(names) if name in SEEN]
    all_tags = as_bool(search.options.get("includeAllTags"))
    for rows in rows_of(actor, search, ids, columns, all_tags=all_tags):
        yield [_with_moments(row, seen) for row in rows] if seen else rows


def columns_of(search: Search) -> list[str]:
    """The names of the columns: those requested, else MISP's; `includeContext` adds the event's."""
    requested = search.options.get("requested_attributes")
    if isinstance(requested, str):
        requested = requested.split(",")
    names = [str(name).strip().replace("-", "_") for name in requested or DEFAULT]
    objects = search.options.get("requested_obj_attributes") or []
    names += [f"object_{str(name).replace('-', '_')}" for name in objects if isinstance(objects, list)]
    return [*names, *CONTEXT] if as_bool(search.options.get("includeContext")) else names


def _with_moments(row: Sequence[Any], seen: Sequence[int]) -> list[Any]:
    return [_moment(value) if place in seen else value for place, value in enumerate(row)]


def line(row: Sequence[Any]) -> str:
    """The values of a row as a line of CSV, as MISP writes them."""
    return ",".join(map(_cell, row)) + "\n"


def _cell(value: str | int | bool | None) -> str:
    """Booleans as 1 and 0, numbers bare, texts in quotes, nothing as an empty text."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) or NUMERIC.fullmatch(value):
        return str(value)
    return '"' + value.replace('"', '""') + '"'


def _moment(microseconds: int | None) -> str | None:
    return None if microseconds is None else render_seen(microseconds)
