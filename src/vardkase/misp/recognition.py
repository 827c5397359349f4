"""What a text contains, for a person who reviews it: values, and which of them are of one file.

As `freetext.detect` with what MISP does not recognise, and the columns of tables besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from vardkase.misp.file_groups import HASHES, NAME, FileGroup, groups_in_text, kind_in_group, size_of
from vardkase.misp.flags import as_bool
from vardkase.misp.freetext import DetectedValue, detect, refang
from vardkase.misp.text_tables import (
    CATEGORY,
    COMMENT,
    DETECTION,
    SIZE,
    TYPE,
    VALUE,
    Table,
    holds,
    without_tables,
)
from vardkase.misp.types import DEFAULTS, category_allows, default_category, default_to_ids
from vardkase.misp.values import normalise, validate

LONGEST_COMMENT = 1000


@dataclass(slots=True)
class Recognised:
    """`values` without duplicates, in order; `prose` is the text outside of tables whose columns are known."""

    values: list[DetectedValue] = field(default_factory=list)
    files: list[FileGroup] = field(default_factory=list)
    prose: str = ""


def recognise(text: str, *, check: Callable[[], None] = lambda: None) -> Recognised:
    """`check` is called again and again, and may raise to stop."""
    prose, tables = without_tables(text)
    found = Recognised(prose=prose)
    known: dict[str, DetectedValue] = {}
    for table in tables:
        for row in table.rows:
            check()
            values = list(_values_of_row(table, row))
            for value in values:
                known.setdefault(value.value, value)
            if (group := _file_of_row(table, row, values)).is_file:
                found.files.append(group)
    in_prose = detect(prose, beyond_misp=True, check=check)
    for value in in_prose:
        known.setdefault(value.value, value)
    found.files += groups_in_text(prose, {value.original: value for value in in_prose})
    named = {group.name for group in found.files}
    found.values = [
        _as_file_name(value) if value.value in named and value.type != NAME else value
        for value in known.values()
    ]
    return found


def _as_file_name(value: DetectedValue) -> DetectedValue:
    return replace(
        value,
        type=NAME,
        alternatives=tuple(dict.fromkeys((NAME, *value.alternatives))),
        category=default_category(NAME),
        to_ids=default_to_ids(NAME),
    )


def _values_of_row(table: Table, row: list[str]) -> Iterator[DetectedValue]:
    said = {kind: cell for kind, cell in zip(table.columns, row, strict=False) if kind and cell}
    comment = said.get(COMMENT, "")[:LONGEST_COMMENT]
    for kind, cell in zip(table.columns, row, strict=False):
        if not cell or kind in (TYPE, CATEGORY, COMMENT, DETECTION, SIZE):
            continue
        wanted = holds(said.get(TYPE, "")) if kind == VALUE else kind
        yield from (
            _with_row(value, said) if kind == VALUE else value
            for value in _values_of_cell(cell, wanted, comment)
        )


def _values_of_cell(cell: str, kind: str, comment: str) -> list[DetectedValue]:
    for text in (refang(cell), cell) if kind in DEFAULTS else ():
        if not validate(kind, normalise(kind, text)):
            others = next((value.alternatives for value in detect(cell, beyond_misp=True)), ())
            types = tuple(dict.fromkeys((kind, *others)))
            return [
                DetectedValue(text, kind, types, default_category(kind), default_to_ids(kind), cell, comment)
            ]
    return [
        replace(value, comment=". ".join(filter(None, (comment, value.comment))))
        for value in detect(cell, beyond_misp=True)
    ]


def _with_row(value: DetectedValue, said: dict[str, str]) -> DetectedValue:
    """With the category and detection that the row gives its one value."""
    category = said.get(CATEGORY, "")
    value = replace(value, category=category) if category_allows(category, value.type) else value
    return replace(value, to_ids=as_bool(said[DETECTION])) if DETECTION in said else value


def _file_of_row(table: Table, row: list[str], values: list[DetectedValue]) -> FileGroup:
    group = FileGroup()
    for value in values:
        kind = kind_in_group(value)
        if kind in group.values and kind in HASHES:
            return FileGroup()  # Two of a kind: the row is of more than one file.
        if kind:
            group.values.setdefault(kind, value.value)
    for kind, cell in zip(table.columns, row, strict=False):
        if kind == SIZE:
            group.size = size_of(cell)
    return group
