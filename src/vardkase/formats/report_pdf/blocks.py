"""The tokens of a report as blocks of styled words, which are passed to the typesetter as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from markdown_it.token import Token

from vardkase.formats.diagrams import is_diagram
from vardkase.formats.report_pdf.pictures import Picture, diagram_name
from vardkase.intel.event_reports.markdown import REFERENCE_KIND
from vardkase.intel.event_reports.references import (
    ReferencedAttribute,
    ReferencedGalaxy,
    ReferencedObject,
    ResolvedReferences,
)
from vardkase.misp.report_references import ReportReference
from vardkase.misp.values.defang import defang

type Span = dict[str, Any]
type Block = dict[str, Any]

MARKS = {"strong": "strong", "em": "emph"}
MOST_PIECES = 8_000
"""Paragraphs, cells and runs of words that are set, which takes seconds; what comes after them is left out."""
LONGEST_REFERENCES = 500_000
"""Characters that all references are printed as, which takes seconds; the others stay text."""
DEEPEST = 6
"""Levels of lists and quotations that are indented."""


@dataclass(slots=True)
class _PrintedReferences:
    """References as words, until LONGEST_REFERENCES is reached."""

    resolved: ResolvedReferences
    pictures: Mapping[int, Picture]
    left: int = LONGEST_REFERENCES

    def picture(self, reference: ReportReference) -> Block | None:
        match self.resolved.of(reference):
            case ReferencedAttribute() as found if picture := self.pictures.get(found.id):
                # In place of a picture that cannot be decoded stand its words.
                words, _kind = _words_of(reference, self.resolved)
                alternative = gettext("Attached file: %(name)s") % {"name": found.value}
                block = {"kind": "picture", "file": picture.name, "name": found.value}
                return {**block, "words": words, "alternative": alternative}
        return None

    def rows(self, reference: ReportReference) -> tuple[str, list[list[str]]] | None:
        """Name and values, if it is an object that is still printed."""
        found = self.resolved.of(reference)
        if not isinstance(found, ReferencedObject) or self.left < 0:
            return None
        rows = [[value.relation, defang(value.value, value.type)] for value in found.values]
        self.left -= sum(len(relation) + len(value) for relation, value in rows)
        return (found.name, rows) if self.left >= 0 else None

    def words(self, token: Token) -> tuple[str, str]:
        """Text, and how it is set: as code for values."""
        if self.left >= 0:
            words, kind = _words_of(token.meta["reference"], self.resolved)
            self.left -= len(words)
        return (words, kind) if self.left >= 0 else (token.content, "")


@dataclass(slots=True)
class _Place:
    """Where in the document the next block stands: the lists around it, and how deep it is quoted."""

    lists: list[int] = field(default_factory=list)
    """The number of the last item of each list; -1 for one without numbers."""
    quotes: int = 0
    diagrams: int = 0
    """How many there were before."""
    starts_item: bool = False
    heading: int = 0
    last_level: int = 0

    @property
    def depth(self) -> int:
        return min(len(self.lists) + self.quotes, DEEPEST)

    def move(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(-1)
            case "ordered_list_open":
                self.lists.append(int(token.attrs.get("start", 1)) - 1)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.starts_item = True
                if self.lists[-1] >= 0:
                    self.lists[-1] += 1
            case "blockquote_open" | "blockquote_close":
                self.quotes += token.nesting
            case "heading_open" | "heading_close":
                self.heading = int(token.tag[1]) if token.nesting > 0 else 0


def blocks_of(
    tokens: Sequence[Token], resolved: ResolvedReferences, pictures: Mapping[int, Picture]
) -> list[Block]:
    blocks = list(_blocks(_fitting(tokens), _PrintedReferences(resolved, pictures)))
    if sum(map(_pieces, tokens)) > MOST_PIECES:
        rest = gettext("[The report is too long to print in full. The rest is on its page.]")
        blocks.append({"kind": "paragraph", "spans": [_span(rest, "", set())], "depth": 0})
    return blocks


def _fitting(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens with at most MOST_PIECES pieces; what is open is closed."""
    pieces = left_out = 0
    for token in tokens:
        pieces += _pieces(token)
        if pieces <= MOST_PIECES or (token.nesting < 0 and not left_out):
            yield token
        else:
            left_out += token.nesting


def _pieces(token: Token) -> int:
    return len(token.children or []) + 1 if token.type in ("inline", "hr", "fence", "code_block") else 0


def _blocks(tokens: Iterable[Token], references: _PrintedReferences) -> Iterator[Block]:
    place, table = _Place(), _Table()
    for token in tokens:
        match token.type:
            case "table_open":
                table = _Table(is_open=True)
            case "table_close":
                yield from table.blocks(place.depth)
                table = _Table()
            case "tr_open":
                table.rows.append([])
            case "hr":
                yield {"kind": "rule"}
            case "fence" | "code_block":
                yield _code(token, place)
            case "inline" if table.is_open:
                table.rows[-1].append(list(_spans(token.children or [], references)))
            case "inline":
                yield _block_of_words(token, place, references)
            case _:
                place.move(token)


@dataclass(slots=True)
class _Table:
    is_open: bool = False
    rows: list[list[list[Span]]] = field(default_factory=list)

    def blocks(self, depth: int) -> Iterator[Block]:
        width = len(self.rows[0]) if self.rows else 0
        rows = [[*row, *([[]] * (width - len(row)))][:width] for row in self.rows]
        if width:
            # Markdown has no table without a heading; an empty one is left out.
            head = rows[0] if any(rows[0]) else []
            yield {"kind": "table", "columns": width, "head": head, "rows": rows[1:], "depth": depth}


def _code(token: Token, place: _Place) -> Block:
    block: Block = {"kind": "code", "text": token.content.rstrip("\n"), "caption": "", "depth": place.depth}
    if not is_diagram(token):
        return block
    file = diagram_name(place.diagrams)
    place.diagrams += 1
    # In place of one that is not drawn stands its text.
    caption = gettext("Diagram in Mermaid notation, shown as text")
    return block | {"kind": "diagram", "caption": caption, "file": file}


def _block_of_words(token: Token, place: _Place, references: _PrintedReferences) -> Block:
    children = token.children or []
    if len(children) == 1 and children[0].type == REFERENCE_KIND:
        reference = children[0].meta["reference"]
        if (picture := references.picture(reference)) is not None:
            return {**picture, "depth": place.depth}
        if (table := references.rows(reference)) is not None:
            name, rows = table
            return {"kind": "object", "name": name, "rows": rows, "depth": place.depth}
    block: Block = {"kind": "paragraph", "spans": list(_spans(children, references)), "depth": place.depth}
    if place.heading:
        # Documents for people with disabilities (PDF/UA) skip no level.
        place.last_level = min(place.heading, place.last_level + 1)
        block |= {"kind": "heading", "level": place.last_level}
    elif place.lists and place.starts_item:
        number = place.lists[-1]
        block |= {"kind": "item", "mark": f"{number}." if number >= 0 else "•"}
    place.starts_item = False
    return block


def _spans(tokens: Sequence[Token], references: _PrintedReferences) -> Iterator[Span]:
    on: set[str] = set()
    for token in tokens:
        mark = MARKS.get(token.type.removesuffix("_open").removesuffix("_close"))
        if mark is not None:
            on ^= {mark}
        elif token.type == REFERENCE_KIND:
            yield _span(*references.words(token), on)
        elif token.type == "softbreak":
            yield _span(" ", "", on)
        elif token.type == "hardbreak":
            yield _span("\n", "", on)
        elif token.content:
            yield _span(token.content, "code" if token.type == "code_inline" else "", on)


def _span(text: str, kind: str, on: set[str]) -> Span:
    return {"text": text, "kind": kind, "strong": "strong" in on, "emph": "emph" in on}


def _words_of(reference: ReportReference, resolved: ResolvedReferences) -> tuple[str, str]:
    if reference.kind == "tag":
        return _tag(reference.target, resolved), "tag"
    if reference.kind == "suggestion":
        return reference.target, "code"
    match resolved.of(reference):
        case ReferencedAttribute() as found if found.is_file:
            return gettext("[file in the event: %(name)s]") % {"name": found.value}, ""
        case ReferencedAttribute() as found:
            return defang(found.value, found.type), "code"
        case ReferencedObject() as found:
            first = found.values[0]
            return f"{found.name} {defang(first.value, first.type)}", "code"
        case ReferencedGalaxy() as found:
            names = ", ".join(value for _, value in found.clusters)
            return f"{found.name}: {names or '–'}", ""
    return gettext("[not available]"), ""


def _tag(name: str, resolved: ResolvedReferences) -> str:
    if name.lower().startswith("tlp:"):
        return name.upper()
    predicate, equals, quoted = name.partition('="')
    return resolved.cluster_names.get(name) or (quoted[:-1] if equals and predicate else name)
