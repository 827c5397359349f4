"""Reads Markdown that anybody may have written: no raw HTML, links or pictures, and bounded in size."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt

LONGEST = 200_000
"""Characters of a text that a page shows; the downloads hold all of it."""
MOST_LINES = 20_000
"""Lines of a text that a page shows: each may be a paragraph or an item of its own."""
MOST_CELLS = 50_000
"""Cells of tables in one text. Each row of a table is filled up to its heading, so short lines can make many cells."""
MOST_MARKS = 40_000
"""Marks of emphasis in one text, each of which is compared with others."""


def shortened(text: str, longest: int = LONGEST) -> str:
    # As Markdown counts lines.
    lines = text[:longest].replace("\r\n", "\n").replace("\r", "\n").split("\n", MOST_LINES)
    shown = "\n".join(lines[:MOST_LINES])
    return f"{shown}\n\n[…]" if len(text) > longest or len(lines) > MOST_LINES else shown


def reader_of(text: str, extend: Callable[[MarkdownIt], None] | None = None) -> MarkdownIt:
    """For a text that is `shortened`: a kind of markup of which there is too much to be read in time stays text."""
    return safe_reader(tables=may_have_tables(text), emphasis=may_have_emphasis(text), extend=extend)


def may_have_tables(text: str) -> bool:
    """Whether the tables in `text` stay below MOST_CELLS."""
    # An upper bound of the cells: each line with bars could be a row as wide as the widest.
    bars = [line.count("|") for line in text.splitlines()]
    return max(bars, default=0) * sum(count > 0 for count in bars) <= MOST_CELLS


def may_have_emphasis(text: str) -> bool:
    return text.count("*") + text.count("_") <= MOST_MARKS


@cache
def safe_reader(
    *, tables: bool, emphasis: bool = True, extend: Callable[[MarkdownIt], None] | None = None
) -> MarkdownIt:
    """Links and pictures stay plain text, so that nobody follows them by mistake. `extend` adds rules."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table" if tables else [])
    reader.disable(["link", "image", "autolink", "html_block", "html_inline", "reference"])
    if not emphasis:
        reader.disable("emphasis")
    if extend is not None:
        extend(reader)
    return reader
