"""Excel workbook of a search, with the columns of CSV."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from vardkase.analysis.search.filters import Search
from vardkase.formats import csv
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool

MOST_ROWS = 1_048_576
"""Rows that a sheet can hold."""
CHUNK = 64 * 1024

type Cells = Sequence[str | int | bool | date | None]


def workbook(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """A row for each attribute; a full sheet continues on the next."""
    head = [] if as_bool(search.options.get("headerless")) else csv.columns_of(search)
    return of_rows(head, (row for page in csv.records(actor, search, ids) for row in page))


def of_rows(
    head: Sequence[str], rows: Iterable[Cells], most: int = MOST_ROWS, *, title: str = ""
) -> Iterator[bytes]:
    """The file, with `most` rows per sheet.

    Written to disk first: a workbook is a zip, whose directory comes last. A `title` becomes the sheet's
    name, with a bold, frozen and filterable header.
    """
    # openpyxl takes a tenth of the time in which any process of the hub starts; few of them write a workbook.
    from vardkase.formats.xlsx.sheets import write_workbook  # noqa: PLC0415

    with tempfile.TemporaryFile() as file:
        write_workbook(file, head, rows, most, title)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
