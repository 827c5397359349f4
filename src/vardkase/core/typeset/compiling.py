"""Runs Typst; also inside a sandbox process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typst

MAIN = "main.typ"
"""The template, where a document has a folder of its own."""
NO_GLYPH = "could not be displayed with font"
"""What Typst says of a letter that no font here has: PDF/UA allows none."""


def compiled(template: Path, root: Path, inputs: Mapping[str, str]) -> bytes:
    """`template` as PDF; it and what it imports and shows are below `root`."""
    given = dict(inputs)
    try:
        # The standard that every reader of documents for people with disabilities knows (PDF/UA-1).
        return bytes(typst.compile(template, root=root, sys_inputs=given, pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        if NO_GLYPH not in str(error):
            raise
    # A text in letters that our fonts lack still becomes a document, with a box for each: no case may stop at one.
    return bytes(typst.compile(template, root=root, sys_inputs=given))
