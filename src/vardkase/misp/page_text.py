"""Extracts the visible text and links of a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

PAGE = re.compile(r"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
BEGINNING = 4_000
"""Characters in which a page says that it is one."""
NAME = re.compile(r"/?([a-z][a-z0-9]*)", re.IGNORECASE)
LINK = re.compile(r"\b(?:href|src|action|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
SILENT = frozenset(("script", "style", "svg", "template"))
WITHIN_WORDS = frozenset(("b", "em", "font", "i", "mark", "s", "span", "strong", "sub", "sup", "u", "wbr"))
"""Elements that may stand in the middle of a word: ``evil<wbr>.example`` is one."""


def is_page(text: str) -> bool:
    beginning = text[:BEGINNING].lstrip()
    return beginning.startswith("<") and PAGE.search(beginning) is not None


def words_of_page(page: str) -> str:
    return unescape("".join(_pieces(page)))


def _pieces(page: str) -> Iterator[str]:
    lower = page.lower()
    at = 0
    while (start := page.find("<", at)) >= 0:
        yield page[at:start]
        is_comment = page.startswith("<!--", start)  # A comment may hold tags of its own.
        end = _position(page, "-->", start) + 2 if is_comment else _position(page, ">", start)
        tag = page[start + 1 : end]
        name = match[1].lower() if (match := NAME.match(tag)) else ""
        if name not in WITHIN_WORDS:
            yield " " + " ".join(filter(None, (value for link in LINK.findall(tag) for value in link))) + " "
        at = end + 1
        if name in SILENT and not tag.startswith("/"):
            at = _position(lower, f"</{name}", at)
    yield page[at:]


def _position(page: str, mark: str, start: int) -> int:
    position = page.find(mark, start)
    return len(page) if position < 0 else position  # What is not closed goes on to the end.
