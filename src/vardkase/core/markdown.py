"""Reads Markdown that anybody may have written: no raw HTML, links or pictures, and bounded in size."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt

LONGEST = 200_000
"""Characters of a text that a page shows; the downloads hold all of it."""
MOST_CELLS = 200_000
"""Cells of tables in one text. Each row of a table is filled up to its heading, so short lines can make many cells."""


def shortened(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n\n[…]"


def may_have_tables(text: str) -> bool:
    """Whether the tables in `text` stay below MOST_CELLS."""
    # An upper bound of the cells: each line with bars could be a row as wide as the widest.
    bars = [line.count("|") for line in text.splitlines()]
    return max(bars, default=0) * sum(count > 0 for count in bars) <= MOST_CELLS


@cache
def safe_reader(*, tables: bool, extend: Callable[[MarkdownIt], None] | None = None) -> MarkdownIt:
    """Links and pictures stay plain text, so that nobody follows them by mistake. `extend` adds rules."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table" if tables else [])
    reader.disable(["link", "image", "autolink", "html_block", "html_inline", "reference"])
    if extend is not None:
        extend(reader)
    return reader
