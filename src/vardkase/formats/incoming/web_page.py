"""Web pages as Markdown. Runs inside a sandbox process, since crafted HTML can make parsers run for hours."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

LONGEST_TITLE = 400
NOT_TEXT = ("title", "script", "style", "noscript", "template", "svg", "head")


def read_web_page(document: bytes) -> Iterator[bytes]:
    soup = BeautifulSoup(document.decode(errors="replace"), "html.parser")
    title = soup.title.get_text().strip()[:LONGEST_TITLE] if soup.title else ""
    for element in soup(NOT_TEXT):
        element.decompose()
    text = MarkdownConverter(heading_style="ATX").convert_soup(soup).strip()
    yield msgspec.json.encode({"title": title, "text": text})


def text_with_links(html: str) -> str:
    """The text of a page, and where its links lead, a line each."""
    soup = BeautifulSoup(html, "html.parser")
    links = [str(link["href"]) for link in soup("a", href=True)]
    for element in soup(NOT_TEXT):
        element.decompose()
    return "\n".join([soup.get_text("\n", strip=True), *dict.fromkeys(links)])
