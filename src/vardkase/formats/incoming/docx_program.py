"""The text of Word documents (DOCX), as Markdown. Runs inside a sandbox process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import msgspec
from docx.document import Document
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph

from vardkase.core.archives import ArchiveLimits, members
from vardkase.core.errors import Invalid
from vardkase.core.sandbox.program import Answerer
from vardkase.formats.incoming.bounded_text import MOST_MEMBERS, BoundedText, table_row
from vardkase.formats.problems import ImportProblem

UNPACKED = ArchiveLimits(size=128 * 1024 * 1024, members=MOST_MEMBERS)
MOST_HEADING_LEVELS = 6


def open_job(_arguments: dict[str, Any]) -> Answerer:
    return read_docx


def read_docx(document: bytes) -> Iterator[bytes]:
    for _name, _content in members(document, UNPACKED):
        pass  # Refuses what grows too large, before the library unpacks it.
    try:
        opened = docx.Document(io.BytesIO(document))
    except (KeyError, ValueError) as error:  # Parts are missing, or it is another kind of document.
        raise Invalid(ImportProblem.NOT_READ(reason=str(error))) from error
    pieces = BoundedText()
    for piece in _blocks(opened):
        pieces.add(piece)
    title = (opened.core_properties.title or "").replace("\0", "").strip()
    yield msgspec.json.encode({"title": title, "text": pieces.text()})


def _blocks(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield "\n".join(
                table_row([" ".join(_paragraph(each) for each in cell.paragraphs) for cell in row.cells])
                for row in block.rows
            )
        else:
            yield _marked(block)


def _marked(paragraph: Paragraph) -> str:
    text = _paragraph(paragraph)
    style = str(paragraph.style.name or "") if paragraph.style else ""
    if not text:
        return ""
    if style == "Title":
        return f"# {text}"
    if style.startswith("Heading ") and style[8:].isdecimal():
        return f"{'#' * min(int(style[8:]), MOST_HEADING_LEVELS)} {text}"
    return f"- {text}" if style.startswith("List") else text


def _paragraph(paragraph: Paragraph) -> str:
    parts = []
    for part in paragraph.iter_inner_content():
        parts.append(part.text)
        if isinstance(part, Hyperlink) and part.url and part.url != part.text:
            parts.append(f" <{part.url}>")
    return "".join(parts).strip()
