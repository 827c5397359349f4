"""References in a report's Markdown, in MISP's notation.

``@[attribute](uuid)``, ``@[object](uuid)``, ``@[galaxymatrix](uuid)``, ``@[tag](name)``, ``@![attribute](uuid)`` for
a picture, and ``@[suggestion](value)`` for a value that somebody has yet to accept. This is their only reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from vardkase.misp.fields import UUID
from vardkase.misp.freetext import EDGES, SEPARATORS

BY_UUID = frozenset({"attribute", "object", "galaxymatrix"})

# A tag may hold brackets of its own, alone or between quotes: misp-galaxy:tool="Go (language)".
REFERENCE = re.compile(
    r"@(?P<picture>!)?\[(?P<kind>attribute|object|galaxymatrix|tag|suggestion)\]"
    r'\((?P<target>(?:[^()"\n]|"[^"\n]{0,500}"|\([^()\n]{0,500}\)){1,2000})\)'
)
LINK = re.compile(r"(!?\[)([^\[\]\n]{0,500})(\]\()")
MARKS = re.compile(r"[`*]|\|(?=[`*|\s]|$)|(?<![^\s`*|])\|", re.MULTILINE)
"""Emphasis, code, and the bars of a table; a bar inside a word is part of a composite value."""


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
    """The report with each exact word in `replacements` replaced, outside references."""
    text, parts, done = prose(content), [], 0
    for start, end in _words(text):
        if (new := replacements.get(text[start:end])) is not None:
            parts += [content[done:start], new]
            done = end
    return "".join([*parts, content[done:]])


def with_references_replaced(content: str, replace: Callable[[ReportReference], str]) -> str:
    return REFERENCE.sub(
        lambda match: replace(
            ReportReference(match["kind"], match["target"].strip(), bool(match["picture"]))
        ),
        content,
    )


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
