"""What a program can see of PDF/A-2 and -3 without a full validator (veraPDF is one, in Java): ISO 19005, chapter 6."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

PRINTED, HIDDEN_FLAGS = 4, 2 | 32 | 256
"""Annotation flags: Print has to be set, Hidden, NoView and ToggleNoView not (6.3.2)."""


def archive_faults(content: bytes, part: str = "2") -> list[str]:
    """What keeps a file from being PDF/A-2a (or -3a, which may carry files) and PDF/UA-1; empty if nothing is found."""
    with pikepdf.open(BytesIO(content)) as pdf:
        found = [fault for check in CHECKS for fault in check(pdf, part)]
        return found + (list(_carried(pdf)) if part == "3" else [])


def _carried(pdf: pikepdf.Pdf) -> Iterator[str]:
    # ISO 19005-3, 6.8.
    listed: Any = pdf.Root.get("/AF", [])
    associated = {each.objgen for each in listed}
    for one in _dictionaries(pdf):
        if str(one.get("/Type", "")) == "/Filespec":
            if one.objgen not in associated or "/AFRelationship" not in one:
                yield f"file without a relation to the document: {one.get('/UF')}"
            if "/F" not in one or "/UF" not in one:
                yield "file without a name"
        if str(one.get("/Type", "")) == "/EmbeddedFile":
            if not re.fullmatch(r"/[^/]+/[^/]+", str(one.get("/Subtype", ""))):
                yield f"file of no type: {one.get('/Subtype')}"
            if "/ModDate" not in one.get("/Params", {}):
                yield "file without a date"


def _metadata(pdf: pikepdf.Pdf, part: str) -> Iterator[str]:
    meta = pdf.open_metadata()
    wanted = {"pdfaid:part": part, "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    yield from (f"metadata: {name}" for name, value in wanted.items() if str(meta.get(name)) != value)
    marks: Any = pdf.Root.get("/MarkInfo", {})
    if not marks.get("/Marked") or "/StructTreeRoot" not in pdf.Root:
        yield "no structure"
    if "/Lang" not in pdf.Root:
        yield "no language"
    if pdf.is_encrypted or "/ID" not in pdf.trailer:
        yield "encrypted, or without an identifier"
    profiles = [each.get("/DestOutputProfile") for each in pdf.Root.get("/OutputIntents", [])]
    if not profiles or None in profiles:
        yield "no output profile"


def _forbidden(pdf: pikepdf.Pdf, part: str) -> Iterator[str]:
    for one in _dictionaries(pdf):
        kinds = (str(one.get("/Type", "")), str(one.get("/S", "")), str(one.get("/Subtype", "")))
        if kinds[1] in ("/JavaScript", "/Launch", "/Sound", "/Movie") or "/AA" in one:
            yield f"action {kinds}"
        if ("/EF" in one and part == "2") or str(one.get("/Filter", "")) == "/LZWDecode":
            yield f"file or filter {kinds}"
        if kinds[0] == "/Annot":
            flags, at = int(one.get("/F", 0)), [float(each) for each in one.get("/Rect", [])]
            if not flags & PRINTED or flags & HIDDEN_FLAGS:
                yield f"annotation flags {flags} of {kinds[2]}"
            if at[0] != at[2] and "/AP" not in one and kinds[2] not in ("/Popup", "/Link"):
                yield f"annotation without appearance: {kinds[2]}"


def _fonts(pdf: pikepdf.Pdf, _part: str) -> Iterator[str]:
    for one in _dictionaries(pdf):
        if str(one.get("/Type", "")) == "/FontDescriptor" and not re.search(r"/FontFile", str(one.keys())):
            yield f"font not embedded: {one.get('/FontName')}"
        if str(one.get("/Type", "")) == "/Font" and "/ToUnicode" not in one and "/DescendantFonts" in one:
            yield f"font without characters: {one.get('/BaseFont')}"


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one


CHECKS = (_metadata, _forbidden, _fonts)
