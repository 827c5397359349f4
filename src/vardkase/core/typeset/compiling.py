"""Runs Typst; also inside a sandbox process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

MAIN = "main.typ"
"""The template, where a document has a folder of its own."""
NO_GLYPH = "could not be displayed with font"
"""What Typst says of a letter that no font here has: PDF/UA allows none."""
ACCESSIBLE = "ua-1"
"""The standard that every reader of documents for people with disabilities knows (PDF/UA-1)."""
ARCHIVED = "a-2a"
"""PDF/A-2, with structure: a document that archives can show in a hundred years."""

CARRYING: list[Any] = [ACCESSIBLE, "a-3a"]
"""With PDF/A-3: as PDF/A-2, and may carry files of any kind."""
ATTACHED = "attached"
"""The folder of files that a document carries; also the input that says that there is one."""

STANDARDS: tuple[list[Any], ...] = ([ACCESSIBLE, ARCHIVED], [ACCESSIBLE])
"""In this order: PDF/A alone allows some texts nowhere, such as a character for private use."""


def compiled(template: Path, root: Path, inputs: Mapping[str, str]) -> bytes:
    """`template` as PDF; it and what it imports and shows are below `root`."""
    given: dict[str, Any] = {"root": root, "sys_inputs": dict(inputs)}
    if ATTACHED in inputs:
        return bytes(typst.compile(template, pdf_standards=CARRYING, **given))
    for standards in STANDARDS:
        try:
            return bytes(typst.compile(template, pdf_standards=standards, **given))
        except typst.TypstError as error:
            if NO_GLYPH in str(error):
                break
            if standards is STANDARDS[-1]:
                raise
    # A text in letters that our fonts lack still becomes a document, with a box for each: no case may stop at one.
    return bytes(typst.compile(template, **given))
