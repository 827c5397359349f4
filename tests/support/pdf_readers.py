"""Everything that a reader could get out of a PDF: by four readers, from its bytes, streams, objects and metadata."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser

DEEPEST = 12
MAPPED = re.compile(rb"<([0-9a-fA-F]{4,})>")


def texts_in(content: bytes) -> Iterator[bytes]:
    yield content
    for match in re.finditer(rb"stream\r?\n", content):
        try:
            yield zlib.decompressobj().decompress(content[match.end() :])
        except zlib.error:
            continue
    yield from _by_pypdf(content)
    yield from _by_pdfium(content)
    yield from _by_pdfminer(content)
    yield from _by_qpdf(content)


def _by_pypdf(content: bytes) -> Iterator[bytes]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    yield "".join(page.extract_text() for page in reader.pages).encode()
    yield "".join(page.extract_text(extraction_mode="layout") for page in reader.pages).encode()
    yield repr([reader.metadata, reader.xmp_metadata and vars(reader.xmp_metadata)]).encode()
    yield repr(_outline(reader.outline)).encode()
    for name, files in reader.attachments.items():
        yield name.encode()
        yield from files
    for generation in reader.xref.values():
        for number in generation:
            yield repr(reader.get_object(number)).encode()
    for number in reader.xref_objStm:
        yield repr(reader.get_object(number)).encode()


def _outline(entries: Any) -> list[Any]:
    return [_outline(one) if isinstance(one, list) else one.title for one in entries]


def _by_pdfium(content: bytes) -> Iterator[bytes]:
    document = pypdfium2.PdfDocument(content)
    yield "".join(page.get_textpage().get_text_range() for page in document).encode()
    yield repr(document.get_metadata_dict()).encode()
    yield repr([bookmark.get_title() for bookmark in document.get_toc()]).encode()


def _by_pdfminer(content: bytes) -> Iterator[bytes]:
    yield extract_text(io.BytesIO(content)).encode()
    document = PDFDocument(PDFParser(io.BytesIO(content)))
    yield repr([document.info, document.catalog]).encode()


def _by_qpdf(content: bytes) -> Iterator[bytes]:
    """Every object, those in object streams and those that nothing names too: the tree of the structure with its
    alternative texts, annotations, names, the maps of the fonts."""
    with pikepdf.open(io.BytesIO(content)) as document:
        for each in document.objects:
            yield from _strings(each)
        for name, file in document.attachments.items():
            yield name.encode()
            yield file.get_file().read_bytes()


def _strings(value: Any, depth: int = 0) -> Iterator[bytes]:
    """Not of what it names elsewhere: that is an object by itself."""
    if depth > DEEPEST or (depth and getattr(value, "is_indirect", False)):
        return
    if isinstance(value, pikepdf.Stream):
        yield value.read_bytes()
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for name, inner in value.items():
            yield name.encode()
            yield from _strings(inner, depth + 1)
    elif isinstance(value, pikepdf.Array):
        for inner in value:
            yield from _strings(inner, depth + 1)
    elif isinstance(value, pikepdf.String):
        yield bytes(value)
        yield str(value).encode()
    elif not isinstance(value, pikepdf.Object):
        yield str(value).encode()


def characters_of_fonts(content: bytes) -> set[str]:
    """The characters that the fonts in it can write: what a masked text alone has would tell of it."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(content)) as document:
        for each in document.objects:
            if isinstance(each, pikepdf.Dictionary) and (mapping := each.get("/ToUnicode")) is not None:
                for code in MAPPED.findall(mapping.read_bytes()):
                    found |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
    return found
