"""Markdown of reports as harmless HTML: no raw HTML, and no links or pictures that others chose."""

from __future__ import annotations

from functools import cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
"""A report stands below the page's own headings."""


LONGEST = 200_000
"""Characters of a report that a page shows; the downloads hold all of it."""


def rendered(text: str) -> SafeString:
    """`text` as HTML. Links and pictures stay as they were written, so that nobody follows them by mistake."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\n[…]"
    tokens = _reader().parse(shown)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
        token.attrs.pop("style", None)
    html: str = _reader().renderer.render(tokens, _reader().options, {})
    return SafeString(html)


@cache
def _reader() -> MarkdownIt:
    """CommonMark and tables. `html: False` escapes every tag in the text."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return reader.disable(["link", "image", "autolink", "html_block", "html_inline", "reference"])
