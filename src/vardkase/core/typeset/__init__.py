"""PDF documents, typeset by Typst from our templates and the given data.

Data is handed over as JSON and never as code: what somebody wrote stays text, whatever it looks like.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typst

import vardkase

PACKAGE = Path(vardkase.__file__).parent
DECEIVING = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Noncharacters, and controls that make text read in another order than it is written."""
NO_GLYPH = "could not be displayed with font"
"""What Typst says of a letter that no font here has: PDF/UA allows none."""


def pdf(template: Path, data: Mapping[str, Any], *, language: str = "sv") -> bytes:
    """`template` (a .typ file of this package that reads `sys.inputs.data`) filled with `data`, as tagged PDF
    1.7.

    Templates can import files in core/typeset by their path from the package: ``/core/typeset/letter.typ``.
    """
    inputs = {"data": msgspec.json.encode(printable(data)).decode(), "language": language}
    try:
        # The standard that every reader of documents for people with disabilities knows (PDF/UA-1).
        return bytes(typst.compile(template, root=PACKAGE, sys_inputs=inputs, pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        if NO_GLYPH not in str(error):
            raise
    # A text in letters that our fonts lack still becomes a document, with a box for each: no case may stop at one.
    return bytes(typst.compile(template, root=PACKAGE, sys_inputs=inputs))


def printable(data: Any) -> Any:
    """`data` (texts, lists and objects) with U+FFFD in place of characters that documents may not contain."""
    if isinstance(data, str):
        return "".join(
            "\ufffd"
            if one not in "\n\t" and (unicodedata.category(one) in ("Cc", "Cs") or one in DECEIVING)
            else one
            for one in data
        )
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    return [printable(value) for value in data] if isinstance(data, list | tuple) else data
