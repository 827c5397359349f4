"""Renders a text with its placeholders as plain text and HTML. Values are never interpreted as Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vardkase.hub.correspondence.kinds import PLACEHOLDER, is_link

LAYOUT = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{subject}</title></head>
<body style="margin:0;padding:24px 12px;background:#eef2f3;color:#10262f;\
font:16px/1.6 'Atkinson Hyperlegible Next',Verdana,Arial,sans-serif">
<div style="max-width:38em;margin:0 auto;padding:24px 28px;background:#ffffff;border-top:6px solid #10262f">
{body}
</div>
<p style="max-width:38em;margin:12px auto 0;padding:0 28px;font-size:13px;color:#57696f">{sender}</p>
</body>
</html>
"""
HEADINGS = {"h1": "h2", "h2": "h3"}


def filled(text: str, facts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def as_text(body: str, facts: Mapping[str, str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "".join(_plain(tokens(body), facts))).strip() + "\n"


def as_html(subject: str, body: str, facts: Mapping[str, str], language: str, sender: str) -> SafeString:
    return format_html(LAYOUT, language=language, subject=subject, body=fragment(body, facts), sender=sender)


def fragment(body: str, facts: Mapping[str, str]) -> SafeString:
    found = tokens(body)
    for token in found:
        token.tag = HEADINGS.get(token.tag, token.tag)
        if token.children is not None:
            token.children = list(with_facts(token.children, facts))
    html: str = _reader().renderer.render(found, _reader().options, {})
    return SafeString(html)


def with_facts(given: Iterable[Token], facts: Mapping[str, str]) -> Iterator[Token]:
    """The tokens of one paragraph, with each fact inserted literally in place of its name."""
    for token in given:
        if token.type != "text":
            yield token
            continue
        for number, piece in enumerate(PLACEHOLDER.split(token.content)):
            # Every second piece is what stood in braces.
            if number % 2 == 0 or piece not in facts:
                yield _text(piece if number % 2 == 0 else f"{{{piece}}}")
            elif is_link(piece) and facts[piece].startswith(("https://", "http://")):
                yield from _link(facts[piece])
            else:
                yield from _lines(facts[piece])


def _link(address: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": address})
    yield _text(address)
    yield Token("link_close", "a", -1)


def _lines(fact: str) -> Iterator[Token]:
    for number, line in enumerate(fact.splitlines()):
        if number:
            yield Token("hardbreak", "br", 0)
        yield _text(line)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _plain(given: Iterable[Token], facts: Mapping[str, str]) -> Iterator[str]:
    numbers: list[int | None] = []
    for token in given:
        if token.type.endswith("_list_open"):
            numbers.append(1 if token.tag == "ol" else None)
        elif token.type.endswith("_list_close"):
            numbers.pop()
            yield "\n"
        elif token.type == "list_item_open":
            yield f"{numbers[-1]}. " if numbers[-1] else "– "
            numbers[-1] = numbers[-1] and numbers[-1] + 1
        elif token.type == "inline":
            yield filled("".join(_inline(token.children or [])), facts)
            yield "\n" if token.level > 1 else "\n\n"


def _inline(given: Iterable[Token]) -> Iterator[str]:
    addresses: list[str] = []
    for token in given:
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            yield f" ({addresses.pop()})"
        else:
            yield token.content


def tokens(body: str) -> list[Token]:
    return _reader().parse(body)


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return reader.disable(["image", "autolink", "html_block", "html_inline", "reference", "code", "fence"])
