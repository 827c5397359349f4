"""Incremental parsing of untrusted XML, inside a sandbox process.

A document type is refused, and with it entities, so that nothing is fetched and nothing expands. expat fetches
nothing else.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from vardkase.core.errors import Invalid
from vardkase.formats.problems import LONGEST_REASON, ImportProblem

CHUNK = 1 << 20
DEEPEST = 100  # Later steps walk the elements recursively.


@dataclass(slots=True)
class Element:
    """An XML element; names have no namespace prefix, `texts` are the text nodes directly in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def child(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def text_of(self, name: str) -> str:
        """The stripped text of the first child with this name; empty if there is none."""
        child = self.child(name)
        return child.text.strip() if child else ""

    def walk(self, name: str) -> Iterator[Element]:
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.walk(name)


def root_of(document: bytes) -> Element:
    """The root element; raises Invalid unless it is XML without a document type."""
    return next(_parsed(document, None))


def outermost(document: bytes, names: Container[str]) -> Iterator[Element]:
    """Yield the outermost elements with these names; the rest is not kept in memory.

    Raises Invalid unless the document is XML without a document type.
    """
    return _parsed(document, names)


def _parsed(document: bytes, names: Container[str] | None) -> Iterator[Element]:
    collector = _Collector(names)
    parser = ParserCreate()
    parser.buffer_text = True  # Otherwise there is a call for every line and entity of a text.
    parser.StartDoctypeDeclHandler = collector.doctype
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.characters
    try:
        for start in range(0, len(document), CHUNK):
            parser.Parse(document[start : start + CHUNK], False)
            yield from collector.take()
        # Only here does expat report an element that was never closed.
        parser.Parse(b"", True)
    except (ExpatError, LookupError, ValueError) as error:
        raise Invalid(ImportProblem.NOT_XML(reason=str(error)[:LONGEST_REASON])) from error
    yield from collector.take()


class _Collector:
    """Builds the requested elements (all of the document if no names are given), and drops the others."""

    def __init__(self, names: Container[str] | None) -> None:
        self._names = names
        self._depth = 0
        self._open: list[Element] = []
        self._complete: list[Element] = []

    def take(self) -> list[Element]:
        taken, self._complete = self._complete, []
        return taken

    def doctype(self, *_declared: Any) -> None:
        raise Invalid(ImportProblem.DOCUMENT_TYPE())

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Invalid(ImportProblem.XML_TOO_DEEP(most=DEEPEST))
        # Without the namespace prefix, which every producer chooses for itself.
        element = Element(name.rpartition(":")[2], attributes)
        if self._open:
            self._open[-1].children.append(element)
        if self._open or self._names is None or element.name in self._names:
            self._open.append(element)

    def end(self, _name: str) -> None:
        self._depth -= 1
        if self._open:
            closed = self._open.pop()
            if not self._open:
                self._complete.append(closed)

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)
