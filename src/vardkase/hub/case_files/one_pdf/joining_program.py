"""Counts the pages of PDF files, and joins them with a typeset case. Runs inside a sandbox process.

The files are anybody's: what would run, send or open something when a page is shown is left out.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
)

from vardkase.core.sandbox.program import Answerer

PIECE = 256 * 1024
FONT = "/VardkasePageNumber"
SIZE = 8
WIDTH = 0.52 * SIZE
"""Of a digit or letter of the font, about."""
FROM_RIGHT, FROM_BOTTOM = 74, 34
"""Points; the margin of our own pages."""
OF_PAGE = frozenset(
    {"/Type", "/Resources", "/MediaBox", "/CropBox", "/Contents", "/Rotate", "/UserUnit", "/Group", "/Annots"}
)
"""What is kept of a page: what it looks like. The rest may hold actions, or lead to other pages."""
DRAWN = frozenset(
    f"/{name}"
    for name in (
        "Caret", "Circle", "FreeText", "Highlight", "Ink", "Line", "Link", "PolyLine", "Polygon", "Square",
        "Squiggly", "Stamp", "StrikeOut", "Text", "Underline", "Watermark", "Widget",
    )
)  # fmt: skip
"""Annotations that are kept. Others play, run or open something."""
OF_ANNOTATION = (
    "/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/C", "/CA", "/IC", "/Border", "/BS", "/QuadPoints", "/Contents",
    "/InkList", "/L", "/LE", "/Vertices", "/DA", "/Q", "/Name",
)  # fmt: skip
MOST_PAGES = 5_000
UNREADABLE = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
    OSError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)


def open_job(arguments: dict[str, Any]) -> Answerer:
    folder = Path(arguments["folder"])
    answer: Callable[[Path, Any], Iterator[bytes]] = _count if arguments["job"] == "count" else _join

    def answered(document: bytes) -> Iterator[bytes]:
        return answer(folder, json.loads(document))

    return answered


def _count(folder: Path, names: list[str]) -> Iterator[bytes]:
    yield json.dumps({name: _pages(folder / name) for name in names}).encode()


def _pages(path: Path) -> int:
    try:
        # All that is done with a page later is tried: a file that breaks then would leave the case without a document.
        reader, writer = _opened(path), PdfWriter()
        font = _added(writer, _font())
        for page in reader.pages:
            _number(writer, writer.add_page(_harmless(page)), font, "0")
        writer.write(io.BytesIO())
        return len(reader.pages)
    except UNREADABLE:
        return 0


def _opened(path: Path) -> PdfReader:
    reader = PdfReader(io.BytesIO(path.read_bytes()), strict=False)
    # Many files are encrypted with an empty password, which only forbids printing.
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("encrypted")
    if len(reader.pages) > MOST_PAGES:
        raise ValueError("too many pages")
    return reader


def _join(folder: Path, plan: dict[str, Any]) -> Iterator[bytes]:
    """`files` are names in the order of the documents, empty for one that has no pages of its own."""
    typeset, writer = _opened(folder / plan["typeset"]), PdfWriter()
    headings = [each for each in typeset.outline if not isinstance(each, list)]
    starts = [typeset.get_destination_page_number(each) or 0 for each in headings]
    ends = [*starts[1:], len(typeset.pages)]
    for index, (heading, start, end) in enumerate(zip(headings, starts, ends, strict=True)):
        writer_page = len(writer.pages)
        for page in typeset.pages[start:end]:
            writer.add_page(page)
        # The cover is the first.
        if index and (name := plan["files"][index - 1]):
            for page in _opened(folder / name).pages:
                writer.add_page(_harmless(page))
        writer.add_outline_item(title=str(heading.title), page_number=writer_page)
    font = _added(writer, _font())
    for number, page in enumerate(writer.pages, 1):
        _number(writer, page, font, f"{plan['number']}   {number} ({len(writer.pages)})")
    writer.add_metadata({"/Title": plan["title"], "/Author": plan["author"]})
    written = io.BytesIO()
    writer.write(written)
    whole = written.getbuffer()
    for start in range(0, len(whole), PIECE):
        yield bytes(whole[start : start + PIECE])


def _harmless(page: PageObject) -> PageObject:
    """The page with what is drawn on it alone, before it is copied: what is left out must not be in the file at all."""
    kept = ArrayObject()
    listed = _resolved(page, "/Annots")
    for reference in listed if isinstance(listed, ArrayObject) else ():
        annotation = reference.get_object()
        if isinstance(annotation, DictionaryObject) and str(_resolved(annotation, "/Subtype")) in DRAWN:
            parts = {
                NameObject(name): annotation.raw_get(name) for name in OF_ANNOTATION if name in annotation
            }
            kept.append(DictionaryObject(parts))
    page[NameObject("/Annots")] = kept
    for name in page.keys() - OF_PAGE:
        del page[name]
    return page


def _resolved(holder: DictionaryObject, name: str) -> PdfObject | None:
    return holder.raw_get(name).get_object() if name in holder else None


def _dictionary(holder: DictionaryObject, name: str) -> DictionaryObject:
    """The dictionary at `name`, a new one if there is none; many files have null there."""
    found = _resolved(holder, name)
    if not isinstance(found, DictionaryObject):
        found = holder[NameObject(name)] = DictionaryObject()
    return found


def _added(writer: PdfWriter, made: PdfObject) -> IndirectObject:
    return writer._add_object(made)  # noqa: SLF001  (pypdf has no public name for it)


def _font() -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )


def _number(writer: PdfWriter, page: PageObject, font: IndirectObject, text: str) -> None:
    _dictionary(_dictionary(page, "/Resources"), "/Font")[NameObject(FONT)] = font
    shown = f"\nQ q BT {FONT} {SIZE} Tf 0.36 g {_place(page, len(text) * WIDTH)} Tm ({text}) Tj ET Q\n"
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(shown.encode("latin-1", "replace"))
    resolved = _resolved(page, "/Contents")
    if isinstance(resolved, ArrayObject):
        parts = list(resolved)
    else:
        parts = [] if resolved is None else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject([_added(writer, before), *parts, _added(writer, after)])


def _place(page: PageObject, width: float) -> str:
    # A matrix: at the right, and upright whichever way the page is turned.
    box, rotation = page.mediabox, _resolved(page, "/Rotate")
    turned = rotation % 360 if isinstance(rotation, NumberObject) else 0
    wide, high = float(box.width), float(box.height)
    across = (wide if turned in (0, 180) else high) - FROM_RIGHT - width
    direction, x, y = {
        0: ("1 0 0 1", across, FROM_BOTTOM),
        90: ("0 1 -1 0", wide - FROM_BOTTOM, across),
        180: ("-1 0 0 -1", wide - across, high - FROM_BOTTOM),
        270: ("0 -1 1 0", FROM_BOTTOM, high - across),
    }.get(turned, ("1 0 0 1", across, FROM_BOTTOM))
    return f"{direction} {float(box.left) + x:.2f} {float(box.bottom) + y:.2f}"
