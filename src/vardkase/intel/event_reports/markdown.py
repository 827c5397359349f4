"""Reads the Markdown of reports: `core.markdown`, with references as tokens of their own."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from vardkase.core.markdown import LONGEST, reader_of, shortened
from vardkase.misp.fields import UUID
from vardkase.misp.report_references import BY_UUID, REFERENCE, ReportReference

REFERENCE_KIND = "report_reference"
"""The type of the tokens."""


def report_tokens(text: str, longest: int = LONGEST) -> list[Token]:
    """At most `longest` characters of `text` as tokens of markdown-it.

    A reference is a token REFERENCE_KIND with ``meta["reference"]``, and ``meta["alone"]`` if it is a paragraph by
    itself, which is then a ``div``.
    """
    shown = shortened(text, longest)
    tokens = reader_of(shown, _extend).parse(shown)
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.type == "paragraph_open" and token.type == "inline":
            children = token.children or []
            if len(children) == 1 and children[0].type == REFERENCE_KIND:
                before.tag = after.tag = "div"
                children[0].meta["alone"] = True
    return tokens


def _extend(reader: MarkdownIt) -> None:
    reader.inline.add_terminator_char("@")
    reader.inline.ruler.push(REFERENCE_KIND, _read_reference)


def _read_reference(state: StateInline, silent: bool) -> bool:
    match = REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    kind, target = match["kind"], match["target"].strip()
    if kind in BY_UUID:
        target = target.lower()
        if not UUID.fullmatch(target):
            return False
    if not silent:
        token = state.push(REFERENCE_KIND, "", 0)
        token.content = match[0]
        token.meta = {
            "reference": ReportReference(kind, target, kind in BY_UUID and bool(match["picture"])),
            "alone": False,
        }
    state.pos = match.end()
    return True
