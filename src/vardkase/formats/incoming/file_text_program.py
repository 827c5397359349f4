"""The text of PDF files and workbooks. Runs inside a sandbox process."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from openpyxl import load_workbook
from pypdf import PageObject, PdfReader

from vardkase.core.archives import BROKEN, ArchiveLimits, members
from vardkase.core.errors import Invalid
from vardkase.core.sandbox.program import Answerer
from vardkase.formats.incoming.bounded_text import MOST_MEMBERS, BoundedText, table_row
from vardkase.formats.problems import ImportProblem

MOST_PAGES = 1_000
MOST_LINKS = 500
"""Of one page."""
MOST_ROWS = 200_000
"""Of all sheets together."""
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000
"""Of all sheets together, also empty ones, which take as long to read."""
UNPACKED = ArchiveLimits(size=128 * 1024 * 1024, members=MOST_MEMBERS)
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\xad": None, "\0": None})
BROKEN_DIGEST = re.compile(r"\b([0-9a-fA-F]{8,127})[ \t]*\n[ \t]*([0-9a-fA-F]{1,120})\b")
DIGEST_LENGTHS = (32, 40, 64, 96, 128)


def open_job(arguments: dict[str, Any]) -> Answerer:
    return {"pdf": read_pdf, "xlsx": read_workbook}[arguments["job"]]


def read_pdf(document: bytes) -> Iterator[bytes]:
    reader = PdfReader(io.BytesIO(document), strict=False)
    # Many files are encrypted with an empty password, which only forbids printing.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Invalid(ImportProblem.ENCRYPTED())
    if len(reader.pages) > MOST_PAGES:
        raise Invalid(ImportProblem.TOO_MANY_PAGES(most=MOST_PAGES))
    pieces = BoundedText()
    for page in reader.pages:
        pieces.add(_joined_digests(page.extract_text().translate(LIGATURES)))
        for link in islice(_links(page), MOST_LINKS):
            pieces.add(f"<{link}>")
    yield msgspec.json.encode({"title": _title(reader), "text": pieces.text()})


def _title(reader: PdfReader) -> str:
    title = (reader.metadata.title or "") if reader.metadata else ""
    # Word's own title is the name of the file.
    return "" if title.startswith("Microsoft Word") or " " not in title else title.replace("\0", "").strip()


def _links(page: PageObject) -> Iterator[str]:
    """Addresses behind the text, which a phishing mail or a report with short link texts has."""
    for reference in page.get("/Annots") or ():
        annotation = reference.get_object()
        action = annotation.get("/A") if isinstance(annotation, dict) else None
        action = action.get_object() if action is not None else None
        if isinstance(action, dict) and isinstance(uri := action.get("/URI"), str):
            yield re.sub(r"[\s<>]", "", uri)[:2_000]


def _joined_digests(text: str) -> str:
    """A narrow column breaks a hash in two lines, of which neither has the length of one."""

    def joined(match: re.Match[str]) -> str:
        first, second = match.groups()
        lengths = (len(first), len(second))
        whole = sum(lengths) in DIGEST_LENGTHS and not set(lengths).intersection(DIGEST_LENGTHS)
        return first + second if whole else match[0]

    return BROKEN_DIGEST.sub(joined, text)


def read_workbook(document: bytes) -> Iterator[bytes]:
    for _name, _content in members(document, UNPACKED):
        pass  # Refuses what grows too large, before the library unpacks it.
    try:
        book = load_workbook(io.BytesIO(document), read_only=True, data_only=True, keep_links=False)
    except BROKEN as error:
        raise Invalid(ImportProblem.NOT_READ(reason=str(error))) from error
    pieces, rows_left, cells_left = BoundedText(), MOST_ROWS, MOST_CELLS
    for sheet in book.worksheets:
        pieces.add(f"## {sheet.title}")
        lines = []
        for row in sheet.iter_rows(values_only=True):
            rows_left -= 1
            cells_left -= len(row)
            if rows_left < 0 or cells_left < 0:
                raise Invalid(ImportProblem.TEXT_TOO_LONG())
            cells = ["" if value is None else str(value) for value in row[:MOST_COLUMNS]]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                lines.append(table_row(cells))
                pieces.check(len(lines[-1]))
        pieces.add("\n".join(lines), counted=True)
    # The names of the sheets alone are no text.
    has_rows = any(piece.startswith("|") for piece in pieces.pieces)
    yield msgspec.json.encode({"title": "", "text": pieces.text() if has_rows else ""})
