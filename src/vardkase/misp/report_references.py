"""References in a report's Markdown, in MISP's notation.

``@[attribute](uuid)``, ``@[object](uuid)``, ``@[galaxymatrix](uuid)``, ``@[tag](name)``, ``@![attribute](uuid)`` for
a picture, and ``@[suggestion](value)`` for a value that somebody has yet to accept. This is their only reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from vardkase.misp.fields import UUID
from vardkase.misp.freetext import EDGES, SEPARATORS

ELSEWHERE = "[…]"
"""What a report refers to that is not in the event as its reader has it."""
BY_UUID = frozenset({"attribute", "object", "galaxymatrix"})

# A tag may hold brackets of its own, alone or between quotes: misp-galaxy:tool="Go (language)".
REFERENCE = re.compile(
    r"@(?P<picture>!)?\[(?P<kind>attribute|object|galaxymatrix|tag|suggestion)\]"
    r'\((?P<target>(?:[^()"\n]|"[^"\n]{0,500}"|\([^()\n]{0,500}\)){1,2000})\)'
)
LINK = re.compile(r"(!?\[)([^\[\]\n]{0,500})(\]\()")
MARKS = re.compile(r"[`*]|\|(?=[`*|\s]|$)|(?<![^\s`*|])\|", re.MULTILINE)
"""Emphasis, code, and the bars of a table; a bar inside a word is part of a composite value."""

INLINE_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]+\1(?!`)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
BLANK = r"[^\S\n]*(?:\n[^\S\n]*)?"
"""Between two words of a phrase: space, or the end of a line."""


@dataclass(frozen=True, slots=True)
class ReportReference:
    """A reference: its kind, and the uuid, tag name or value that it names."""

    kind: str
    target: str
    picture: bool = False

    def __str__(self) -> str:
        return f"@{'!' if self.picture else ''}[{self.kind}]({self.target})"


def references(content: str) -> Iterator[ReportReference]:
    """Every reference in a report, in order; those with a malformed uuid are ignored."""
    for match in REFERENCE.finditer(content):
        kind, target = match["kind"], match["target"].strip()
        if kind not in BY_UUID:
            yield ReportReference(kind, target)
        elif UUID.fullmatch(target.lower()):
            yield ReportReference(kind, target.lower(), bool(match["picture"]))


def prose(content: str) -> str:
    """The report's prose: references and Markdown syntax become spaces, so that offsets stay the same."""
    text = REFERENCE.sub(lambda match: " " * len(match[0]), content)
    text = LINK.sub(lambda match: " " * len(match[1]) + match[2] + " " * len(match[3]), text)
    return MARKS.sub(" ", text)


def with_words_replaced(content: str, replacements: Mapping[str, str]) -> str:
    """The report with each exact word in `replacements` replaced, outside references and code.

    A word that is code by itself loses its backticks, since a reference in code would stay text.
    """
    text = prose(content)
    found = ((start, end, replacements.get(text[start:end])) for start, end in _words(text))
    return _replaced(content, ((start, end, new) for start, end, new in found if new is not None))


def with_phrases_replaced(content: str, replacements: Mapping[str, str]) -> str:
    """As `with_words_replaced`, for phrases of several words, with any space between them; longer ones first."""
    if not replacements:
        return content
    longest_first = sorted(replacements, key=len, reverse=True)
    written = (BLANK.join(re.escape(word) for word in phrase.split()) for phrase in longest_first)
    expression = re.compile(rf"(?<![\w.-])(?:{'|'.join(f'({each})' for each in written)})(?![\w-])")
    found = (
        (match.start(), match.end(), match.lastindex or 1) for match in expression.finditer(prose(content))
    )
    return _replaced(content, ((start, end, replacements[longest_first[n - 1]]) for start, end, n in found))


def _replaced(content: str, changes: Iterable[tuple[int, int, str]]) -> str:
    parts, done, code = [], 0, CodeSpans(content)
    for start, end, new in changes:
        first, last = code.around(start) or (start, end)
        if content[first:last].strip("`") == content[start:end]:
            parts += [content[done:first], new]
            done = last
    return "".join([*parts, content[done:]])


class CodeSpans:
    """Where a report has code, in a fence or between backticks; asked for rising positions."""

    def __init__(self, content: str) -> None:
        inline = (match.span() for match in INLINE_CODE.finditer(content))
        end = len(content) + 1
        self._spans = [*sorted([*_fences(content), *inline]), (end, end)]
        self._next = 0

    def around(self, position: int) -> tuple[int, int] | None:
        while self._spans[self._next][1] <= position:
            self._next += 1
        start, end = self._spans[self._next]
        return (start, end) if start <= position else None


def _fences(content: str) -> Iterator[tuple[int, int]]:
    opened, mark, place = -1, "", 0
    for line in content.splitlines(keepends=True):
        match = FENCE.match(line)
        if match and opened < 0:
            opened, mark = place, match[1]
        elif match and match[1].startswith(mark) and not line[match.end() :].strip():
            yield opened, place + len(line)
            opened = -1
        place += len(line)
    if opened >= 0:  # What is not closed goes on to the end.
        yield opened, len(content)


def with_references_replaced(content: str, replace: Callable[[ReportReference], str]) -> str:
    return REFERENCE.sub(
        lambda match: replace(
            ReportReference(match["kind"], match["target"].strip(), bool(match["picture"]))
        ),
        content,
    )


def in_words(content: str, named: Mapping[str, str]) -> str:
    """The report with what it refers to in words, for documents: a UUID says nothing to a reader, and may be derived
    from a value that the reader may not have. `named`: UUID → value or name, of what the reader may have."""

    def words(reference: ReportReference) -> str:
        if reference.kind not in BY_UUID:
            return reference.target
        return named.get(reference.target.lower(), ELSEWHERE)

    return with_references_replaced(content, words)


def _words(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for separator in SEPARATORS.finditer(text):
        yield _stripped(text, start, separator.start())
        start = separator.end()
    yield _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in EDGES:
        start += 1
    while end > start and text[end - 1] in EDGES:
        end -= 1
    return start, end
