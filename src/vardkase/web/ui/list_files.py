"""Lists as files: what a page lists, by its filter and in its order, as CSV or XLSX for spreadsheets.

A view declares the columns, and answers `?format=csv` and `?format=xlsx` with `list_file`::

    if form := wanted_file(request):
        return list_file(request, form, "applications", gettext("Applications"), columns(), rows)
    context |= file_links(request)  # for components/list_files.html

No cell is a formula, whatever somebody has written in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypedDict

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override

from vardkase.formats import csv, xlsx
from vardkase.hub.instance.list_exports import list_exported
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.paging import with_query

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE = 500
MOST_ROWS = 100_000
LONGEST_CELL = 32_000
"""Spreadsheets take no longer text in a cell."""
BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file that begins so for UTF-8."""

type Columns[Row] = Mapping[str, Callable[[Row], Any]]
"""The heading of each column, and its value: a text, number, date, time or None."""


class FileLinks(TypedDict):
    csv: str
    xlsx: str


def wanted_file(request: HttpRequest) -> str:
    """The format that the address asks for; empty for the page."""
    form = request.GET.get("format", "")
    return form if form in FORMATS else ""


def file_links(request: HttpRequest) -> FileLinks:
    def link(form: str) -> str:
        return with_query(request, format=form, before=None, after=None)

    return {"csv": link("csv"), "xlsx": link("xlsx")}


def list_file[Row](
    request: PageRequest, form: str, name: str, title: str, columns: Columns[Row], rows: Iterable[Row]
) -> StreamingHttpResponse:
    """All `rows`, of whatever page, as a file called `name` and the day. The export is recorded."""
    list_exported(request.actor, name, form)
    found = rows.iterator(AT_ONCE) if isinstance(rows, QuerySet) else rows
    return spreadsheet(form, name, title, list(columns), _cells(columns, found, get_language()))


def _cells[Row](columns: Columns[Row], rows: Iterable[Row], language: str | None) -> Iterator[list[Any]]:
    """In the language of the request, which has ended when they are sent."""
    for row in islice(rows, MOST_ROWS):
        with override(language):
            cells = [_cell(value(row)) for value in columns.values()]
        yield cells


def spreadsheet(
    form: str, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    body = _csv(head, rows) if form == "csv" else xlsx.of_rows(head, rows, title=title[:31])
    return download(body, f"{name}-{timezone.localdate().isoformat()}.{form}", FORMATS[form])


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    yield (BYTE_ORDER_MARK + csv.spreadsheet_line(head)).encode()
    for row in rows:
        cells = [cell if isinstance(cell, int) else "" if cell is None else str(cell) for cell in row]
        yield csv.spreadsheet_line(cells).encode()


def _cell(value: Any) -> str | int | date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value if value is None or isinstance(value, int | date) else str(value)[:LONGEST_CELL]
