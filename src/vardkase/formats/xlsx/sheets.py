"""The sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from vardkase.formats.xlsx import Cells

LONGEST = 32_767
"""Characters that a cell can hold."""
WIDEST = 60
NARROWEST = 10


def write_workbook(
    file: IO[bytes], head: Sequence[str], rows: Iterable[Cells], most: int, title: str
) -> None:
    book = Workbook(write_only=True)
    sheet: Any = None
    used = most  # So that the first row starts a sheet.
    for row in rows:
        if used >= most:
            sheet, used = new_sheet(book, head, title)
        sheet.append([cell_of(sheet, value) for value in row])
        used += 1
    if sheet is None:
        new_sheet(book, head, title)
    book.save(file)


def new_sheet(book: Workbook, head: Sequence[str], title: str) -> tuple[Any, int]:
    sheet = book.create_sheet(title or None)
    if title:
        write_header(sheet, head)
    elif head:
        sheet.append(list(head))
    return sheet, int(bool(head))


def write_header(sheet: Any, head: Sequence[str]) -> None:
    # Panes and widths before the first row: a write-only sheet writes them ahead of its rows.
    sheet.freeze_panes = "A2"
    for number, title in enumerate(head, 1):
        width = WIDEST if number == 1 else max(NARROWEST, len(title) + 8)
        sheet.column_dimensions[get_column_letter(number)].width = min(width, WIDEST / 1.5)
    cells = [WriteOnlyCell(sheet, title) for title in head]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}1"


def cell_of(sheet: Any, value: str | int | bool | date | None) -> Any:
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
