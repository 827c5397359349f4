"""Markdown as safe HTML: no raw HTML, and in reports no external links or images."""

from __future__ import annotations

import re
from functools import cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vardkase.core.markdown import LONGEST, reader_of, shortened

HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
"""A report stands below the page's own headings."""


LONGEST_PLAIN = 4000
"""Characters of a text that lists read before they shorten it further."""

CODE = re.compile(r"<code>([^<`]*)</code>")
CITATION = re.compile(r"\(Citation: [^()]*\)")
"""Names of sources that only MITRE's own pages resolve; the addresses are among a cluster's elements."""
RAISED = re.compile(r"</?su[bp]>")
LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
MARKS = re.compile(r"</?code>|</?su[bp]>|<br ?/?>|\*\*|`|^[ \t]*#{1,6}[ \t]", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown, in the form that galaxies and MITRE write it, as one line of text, for lists that shorten it."""
    # What would be left of a link or citation that is cut is markup again, so cut well after what lists show.
    bare = LINK.sub(r"\1", CITATION.sub("", text[:LONGEST_PLAIN]))
    return " ".join(MARKS.sub("", bare).split())


def without_citations(text: str) -> str:
    """MITRE's text as Markdown alone: it has some HTML."""
    return CITATION.sub("", RAISED.sub("", CODE.sub(r"`\1`", text)))


def rendered(text: str, longest: int = LONGEST) -> SafeString:
    """Render at most `longest` characters of `text` as HTML.

    Links and pictures stay plain text. Tables of too many cells, and too much emphasis, stay text.
    """
    shown = shortened(text, longest)
    return _rendered(shown, reader_of(shown))


def rendered_by_owner(text: str) -> SafeString:
    """Render text of the hub's own staff as HTML: like `rendered`, but https:// addresses become links."""
    return _rendered(shortened(text), _reader_with_links())


def _rendered(text: str, reader: MarkdownIt) -> SafeString:
    html: str = reader.renderer.render(below_page_headings(reader.parse(text)), reader.options, {})
    return SafeString(html)


def below_page_headings(tokens: list[Token]) -> list[Token]:
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
        token.attrs.pop("style", None)
    return tokens


@cache
def _reader_with_links() -> MarkdownIt:
    """Allows links to web pages and paths of this hub, and no pictures (they would load from third parties)."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.validateLink = lambda url: url.startswith(("https://", "/", "#")) and not url.startswith("//")  # type: ignore[method-assign]
    return reader.disable(["image", "html_block", "html_inline", "reference"])
