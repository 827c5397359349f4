"""Renders a text with its placeholders as plain text and HTML. Values are never interpreted as Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vardkase.core.mail.facts import Table, Words, plain_words
from vardkase.core.mail.kinds import PLACEHOLDER, is_link

LAYOUT = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{subject}</title></head>
<body style="margin:0;padding:24px 12px;background:#eef2f3;color:#10262f;\
font:16px/1.6 'Atkinson Hyperlegible Next',Verdana,Arial,sans-serif">
<div style="max-width:38em;margin:0 auto;padding:24px 28px;background:#ffffff;border-top:6px solid #10262f">
{body}
</div>
<div style="max-width:38em;margin:12px auto 0;padding:0 28px;font-size:13px;color:#57696f">{foot}</div>
</body>
</html>
"""
HEADINGS = {"h1": "h2", "h2": "h3"}
ITEM = re.compile(r"(\s*[-*]\s+)\{([^{}\n]*)\}\s*")
"""A list item that is a placeholder and nothing else."""


def laid_out(body: str, facts: Mapping[str, Words]) -> tuple[str, dict[str, str]]:
    """The body with a line for each item of a list and row of a table, and its facts as plain strings.

    A line whose facts are all empty is left out, so that a text need not know which facts are optional. Facts are
    inserted only after the Markdown is parsed: what somebody wrote is never interpreted as Markdown.
    """
    lines: list[str] = []
    flat = {name: plain_words(words) for name, words in facts.items()}
    for line in body.splitlines():
        known = [flat[name] for name in PLACEHOLDER.findall(line) if name in flat]
        if known and not any(known):
            continue
        item, name = ITEM.fullmatch(line), line.strip().strip("{}")
        if item and isinstance(words := facts.get(item[2]), list):
            flat |= {f"{item[2]}.{number}": word for number, word in enumerate(words)}
            lines += [f"{item[1]}{{{item[2]}.{number}}}" for number in range(len(words))]
        elif isinstance(table := facts.get(name), Table):
            lines += [_row(table.columns), _row("---" for _ in table.columns)]
            for number, row in enumerate(table.rows):
                cells = {f"{name}.{number}.{column}": cell for column, cell in enumerate(row)}
                flat |= cells
                lines.append(_row(f"{{{cell}}}" for cell in cells))
        else:
            lines.append(line)
    return "\n".join(lines), flat


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def filled(text: str, facts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def as_text(body: str, facts: Mapping[str, str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "".join(_plain(tokens(body), facts))).strip() + "\n"


def as_html(subject: str, body: SafeString, language: str, foot: SafeString) -> SafeString:
    """A whole document around rendered fragments."""
    return format_html(LAYOUT, language=language, subject=subject, body=body, foot=foot)


def fragment(body: str, facts: Mapping[str, str]) -> SafeString:
    html: str = _reader().renderer.render(list(_in_html(tokens(body), facts)), _reader().options, {})
    return SafeString(html)


def _in_html(given: Iterable[Token], facts: Mapping[str, str]) -> Iterator[Token]:
    for token in given:
        # Parsed texts are cached: a token is replaced, never changed.
        children = None if token.children is None else list(with_facts(token.children, facts))
        changed = token.copy(tag=HEADINGS.get(token.tag, token.tag), children=children)
        # The only way to space cells that every mail program knows.
        yield changed.copy(attrs={"cellpadding": "4"}) if token.type == "table_open" else changed


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
                address = facts[piece]
                yield Token("link_open", "a", 1, attrs={"href": address})
                yield _text(address)
                yield Token("link_close", "a", -1)
            else:
                yield from _lines(facts[piece])


def _lines(fact: str) -> Iterator[Token]:
    for number, line in enumerate(fact.splitlines()):
        if number:
            yield Token("hardbreak", "br", 0)
        yield _text(line)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _plain(given: Iterable[Token], facts: Mapping[str, str]) -> Iterator[str]:
    numbers: list[int | None] = []
    cells: list[str] | None = None
    for token in given:
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield "  ".join(cells or []) + "\n"
            cells = None
        elif token.type == "table_close":
            yield "\n"
        elif token.type == "inline" and cells is not None:
            cells.append(filled(token.content, facts))
        elif token.type.endswith("_list_open"):
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


@lru_cache(maxsize=256)
def tokens(body: str) -> Sequence[Token]:
    """A text, parsed. Many mails have the same one, and parsing costs more than all else in composing it."""
    return tuple(_reader().parse(body))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    reader.disable(["image", "autolink", "html_block", "html_inline", "reference", "code", "fence"])
    return reader.enable("table")
