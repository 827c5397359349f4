"""Excel workbook of a search, with the columns of CSV."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from vardkase.analysis.search.filters import Search
from vardkase.formats import csv
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool

MOST_ROWS = 1_048_576
LONGEST = 32_767
"""Rows of a sheet and characters of a cell: what spreadsheets can hold."""
CHUNK = 64 * 1024

WIDEST = 60
NARROWEST = 10

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
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, head, rows, most, title)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _write_workbook(
    file: IO[bytes], head: Sequence[str], rows: Iterable[Cells], most: int, title: str
) -> None:
    book = Workbook(write_only=True)
    sheet: Any = None
    used = most  # So that the first row starts a sheet.
    for row in rows:
        if used >= most:
            sheet, used = _new_sheet(book, head, title)
        sheet.append([_cell(sheet, value) for value in row])
        used += 1
    if sheet is None:
        _new_sheet(book, head, title)
    book.save(file)


def _new_sheet(book: Workbook, head: Sequence[str], title: str) -> tuple[Any, int]:
    sheet = book.create_sheet(title or None)
    if title:
        _write_header(sheet, head)
    elif head:
        sheet.append(list(head))
    return sheet, int(bool(head))


def _write_header(sheet: Any, head: Sequence[str]) -> None:
    sheet.freeze_panes = "A2"
    for number, title in enumerate(head, 1):
        width = WIDEST if number == 1 else max(NARROWEST, len(title) + 8)
        sheet.column_dimensions[get_column_letter(number)].width = min(width, WIDEST / 1.5)
    cells = [WriteOnlyCell(sheet, title) for title in head]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}1"


def _cell(sheet: Any, value: str | int | bool | date | None) -> Any:
    """Texts stay texts, even if they look like a formula or a number."""
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    text = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:LONGEST]
    # Only such a text would become a formula.
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
