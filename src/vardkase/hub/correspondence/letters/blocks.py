"""Converts a text with its placeholders to blocks of styled words, passed to the typesetter as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markdown_it.token import Token

from vardkase.core.mail.rendering import tokens, with_facts

type Span = dict[str, Any]
type Block = dict[str, Any]

MARKS = {"strong": "strong", "em": "emph"}


def blocks(body: str, facts: Mapping[str, str]) -> list[Block]:
    found = [
        block
        for block in _blocks(tokens(body), facts)
        if "".join(span["text"] for span in block["spans"]).strip()
    ]
    return [{"kind": kind, "spans": spans} for block in found for kind, spans in _parted(block)]


def _blocks(given: Iterable[Token], facts: Mapping[str, str]) -> Iterator[Block]:
    lists: list[str] = []
    kind = "paragraph"
    for token in given:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append("item" if token.tag == "ul" else "numbered")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "paragraph"
        elif token.type == "inline":
            found = lists[-1] if lists else kind
            yield {"kind": found, "spans": list(_spans(with_facts(token.children or [], facts)))}


def _spans(given: Iterable[Token]) -> Iterator[Span]:
    on: set[str] = set()
    for token in given:
        mark = MARKS.get(token.type.removesuffix("_open").removesuffix("_close"))
        if mark is not None:
            on ^= {mark}
        elif token.type in ("softbreak", "hardbreak"):
            yield {"text": "", "strong": False, "emph": False, "break": True}
        elif token.content:
            yield {"text": token.content, "strong": "strong" in on, "emph": "emph" in on, "break": False}


def _parted(block: Block) -> Iterator[tuple[str, list[Span]]]:
    """An empty line in a fact starts a new paragraph: two breaks with only space between.

    In a list, each line becomes an item: a fact may be a list.
    """
    spans: list[Span] = []
    listed = block["kind"] in ("item", "numbered")
    for span in block["spans"]:
        if span["break"] and (listed or (spans and spans[-1]["break"])):
            yield block["kind"], spans if listed else spans[:-1]
            spans = []
        else:
            spans.append(span)
    yield block["kind"], spans
