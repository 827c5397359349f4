"""Markdown as safe HTML: no raw HTML, and in reports no external links or images."""

from __future__ import annotations

import re
from functools import cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
"""A report stands below the page's own headings."""


LONGEST = 200_000
"""Characters of a text that a page shows; the downloads hold all of it."""
LONGEST_PLAIN = 4000
"""Characters of a text that lists read before they shorten it further."""
MOST_CELLS = 200_000
"""Cells of tables in one text. Each row of a table is filled up to its heading, so short lines can make many cells."""


CODE = re.compile(r"<code>([^<`]*)</code>")
CITATION = re.compile(r"\(Citation: [^()]*\)")
"""Names of sources that only MITRE's own pages resolve; the addresses are among a cluster's elements."""
LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
MARKS = re.compile(r"</?code>|<br ?/?>|\*\*|`|^[ \t]*#{1,6}[ \t]", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown, in the form that galaxies and MITRE write it, as one line of text, for lists that shorten it."""
    # What would be left of a link or citation that is cut is markup again, so cut well after what lists show.
    bare = LINK.sub(r"\1", CITATION.sub("", text[:LONGEST_PLAIN]))
    return " ".join(MARKS.sub("", bare).split())


def without_citations(text: str) -> str:
    """MITRE's text as Markdown alone: it has some HTML."""
    return CITATION.sub("", CODE.sub(r"`\1`", text))


def rendered(text: str, longest: int = LONGEST) -> SafeString:
    """Render at most `longest` characters of `text` as HTML.

    Links and pictures stay plain text, so that nobody follows them by mistake. Tables of more than MOST_CELLS
    cells stay text.
    """
    shown = _shortened(text, longest)
    # An upper bound of the cells: each line with bars could be a row as wide as the widest.
    bars = [line.count("|") for line in shown.splitlines()]
    cells = max(bars, default=0) * sum(count > 0 for count in bars)
    return _rendered(shown, _reader(tables=cells <= MOST_CELLS))


def rendered_by_owner(text: str) -> SafeString:
    """Render text of the hub's own staff as HTML: like `rendered`, but https:// addresses become links."""
    return _rendered(_shortened(text, LONGEST), _reader_with_links())


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n\n[…]"


def _rendered(text: str, reader: MarkdownIt) -> SafeString:
    tokens = reader.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
        token.attrs.pop("style", None)
    html: str = reader.renderer.render(tokens, reader.options, {})
    return SafeString(html)


@cache
def _reader(*, tables: bool) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table" if tables else [])
    return reader.disable(["link", "image", "autolink", "html_block", "html_inline", "reference"])


@cache
def _reader_with_links() -> MarkdownIt:
    """Allows links to web pages and paths of this hub, and no pictures (they would load from third parties)."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.validateLink = lambda url: url.startswith(("https://", "/", "#")) and not url.startswith("//")  # type: ignore[method-assign]
    return reader.disable(["image", "html_block", "html_inline", "reference"])
